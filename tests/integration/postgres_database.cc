// The pool and the two ways to use a session: what callers see of conflicts, dead sessions and exhaustion.
#include "postgres/database.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "postgres/within.h"
#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {

using postgres::DatabaseUnavailable;
using postgres::transact;

TEST_GROUP_BASE(StorageDatabase, IntegrationTest) {
  postgres::DatabasePool pool_of(int sessions, int statement_timeout_ms = 5'000) const {
    return {stores().database.url(), {name, statement_timeout_ms}, sessions};
  }
  static void end_session(pqxx::work & tx) { tx.exec("SELECT pg_terminate_backend(pg_backend_pid())"); }
  // PostgreSQL 17 brought it.
  bool has_transaction_timeout() const { return stores().pool.take().connection().server_version() >= 170'000; }
  static int pid_of(postgres::DatabasePool & pool) { return pool.take().connection().backendpid(); }

  const std::string name = fresh_word();
};

TEST(StorageDatabase, GivesBackWhatTheBodyGivesAndCommits) {
  const auto user = new_user();
  CHECK(transact(stores().pool, [&](pqxx::work& tx) { return storage::insert_user(tx, user, "hash"); }));
  LONGS_EQUAL(1, sql_number("SELECT count(*) FROM users WHERE id = $1", user.id.str()));
}

TEST(StorageDatabase, AStatementThatTakesTooLongGivesNothing) {
  auto pool = pool_of(1);
  const auto sleep = [&](const char* seconds) {
    return postgres::transact_within(pool, std::chrono::milliseconds(50), [&](pqxx::work& tx) {
      return tx.exec("SELECT 7, pg_sleep(" + std::string(seconds) + ")")[0][0].as<int>();
    });
  };
  CHECK_FALSE(sleep("5").has_value());
  LONGS_EQUAL(7, *sleep("0"));
  LONGS_EQUAL(7, transact(pool, [](pqxx::work& tx) { return tx.exec("SELECT 7, pg_sleep(0.1)")[0][0].as<int>(); }));
}

TEST(StorageDatabase, AViolatedConstraintIsThrownAndNothingIsCommitted) {
  const auto user = new_user();
  expect_throws<pqxx::unique_violation>([&] {
    commit([&](pqxx::work& tx) {
      storage::insert_user(tx, user, "hash");
      tx.exec("INSERT INTO users SELECT * FROM users WHERE id = " + tx.quote(user.id.str()));
    });
  });
  LONGS_EQUAL(0, sql_number("SELECT count(*) FROM users WHERE id = $1", user.id.str()));
}

// A part that was taken over may set these for its role, and they would outlive its removal.
TEST(StorageDatabase, NoSettingOfItsRoleKeepsASessionFromItsWork) {
  const auto role = sql_text("SELECT quote_ident(current_user)");
  const auto as_admin = [](const std::string& statement) {
    postgres::Session connection(stores().database.admin_url());
    pqxx::nontransaction(connection).exec(statement);
  };
  for (const std::string setting :
       {"default_transaction_read_only = on", "default_transaction_isolation = 'serializable'",
        "search_path = 'nowhere'", "idle_session_timeout = 1", "idle_in_transaction_session_timeout = 1",
        "statement_timeout = 1", "lock_timeout = 1", "local_preload_libraries = 'nonsense'",
        "client_encoding = 'LATIN1'", "standard_conforming_strings = off", "datestyle = 'German'",
        "timezone = 'Asia/Tokyo'"})
    as_admin("ALTER ROLE " + role + " SET " + setting);
  if (has_transaction_timeout()) as_admin("ALTER ROLE " + role + " SET transaction_timeout = 10");
  auto pool = pool_of(1);
  std::string read_back, isolation;
  try {
    auto user = new_user();
    user.name = "Zoë Łukasz";
    transact(pool, [&](pqxx::work& tx) {
      isolation = tx.exec("SELECT current_setting('transaction_isolation')")[0][0].c_str();
      tx.exec("SELECT pg_sleep(0.02)");
      return storage::insert_user(tx, user, "hash");
    });
    std::this_thread::sleep_for(milliseconds(20));  // idle for longer than the role's setting
    read_back =
        *postgres::autocommit(pool, [&](pqxx::transaction_base& tx) { return storage::find_user(tx, user.id); })->name;
  } catch (const std::exception& e) {
    read_back = e.what();
  }
  as_admin("ALTER ROLE " + role + " RESET ALL");
  expect_text("Zoë Łukasz", read_back);
  expect_text("read committed", isolation);
}

TEST(StorageDatabase, ATransactionEndsAtTheServerToo) {
  if (!has_transaction_timeout()) return;
  auto pool = pool_of(1, 1'000);
  const auto show = [](pqxx::work& tx) { return std::string(tx.exec("SHOW transaction_timeout")[0][0].c_str()); };
  expect_text("3s", transact(pool, show));
}

TEST(StorageDatabase, ASessionIsOfUseAfterARefusedStatement) {
  auto pool = pool_of(1);
  const int pid = pid_of(pool);
  expect_throws<pqxx::sql_error>([&] { postgres::autocommit(pool, [](auto& tx) { return tx.exec("SELECT 1 / 0"); }); });
  postgres::ping(pool);
  LONGS_EQUAL(pid, pid_of(pool));
}

TEST(StorageDatabase, WhatTheBodyThrowsRollsBack) {
  const auto user = new_user();
  expect_throws<std::logic_error>([&] {
    commit([&](pqxx::work& tx) {
      storage::insert_user(tx, user, "hash");
      throw std::logic_error("stop");
    });
  });
  LONGS_EQUAL(0, sql_number("SELECT count(*) FROM users WHERE id = $1", user.id.str()));
}

TEST(StorageDatabase, ADeadlockIsTriedAgain) {
  const std::array ids = {make_user().str(), make_user().str()};
  std::latch both_locked(2);
  std::atomic<int> attempts = 0, faults = 0;
  at_once(2, [&](int me) {
    bool first = true;
    const auto lock = [&](pqxx::work& tx, int which) {
      postgres::execute(tx, "UPDATE users SET name = $2 WHERE id = $1", ids.at(static_cast<std::size_t>(which)), me);
    };
    try {
      commit([&](pqxx::work& tx) {
        ++attempts;
        lock(tx, me);
        if (std::exchange(first, false)) both_locked.arrive_and_wait();
        lock(tx, 1 - me);
      });
    } catch (...) {
      ++faults;
    }
  });
  LONGS_EQUAL(0, faults);
  CHECK_TRUE(attempts >= 3);  // more, if they meet again
}

TEST(StorageDatabase, ASessionThatDiesBeforeCommitIsReplaced) {
  const auto user = new_user();
  int attempts = 0;
  commit([&](pqxx::work& tx) {
    storage::insert_user(tx, user, "hash");
    if (++attempts == 1) end_session(tx);
  });
  LONGS_EQUAL(2, attempts);
  LONGS_EQUAL(1, sql_number("SELECT count(*) FROM users WHERE id = $1", user.id.str()));
}

TEST(StorageDatabase, AReadIsTriedAgainOnAnotherSession) {
  int attempts = 0;
  const auto rows = postgres::autocommit(stores().pool, [&](pqxx::transaction_base& tx) {
    if (++attempts == 1) tx.exec("SELECT pg_terminate_backend(pg_backend_pid())");
    return tx.exec("SELECT 7");
  });
  LONGS_EQUAL(7, rows[0][0].as<int>());
}

TEST(StorageDatabase, ADatabaseThatKeepsEndingSessionsIsUnavailable) {
  int attempts = 0;
  expect_throws<DatabaseUnavailable>([&] {
    commit([&](pqxx::work& tx) {
      ++attempts;
      end_session(tx);
    });
  });
  CHECK_TRUE(attempts >= 3);  // more, if they meet again
}

TEST(StorageDatabase, ASessionLostInCommitIsNotTriedAgain) {
  const auto user = new_user();
  int attempts = 0;
  expect_throws<DatabaseUnavailable>([&] {
    commit([&](pqxx::work& tx) {
      ++attempts;
      storage::insert_user(tx, user, "hash");
      terminate(tx.conn().backendpid());
    });
  });
  LONGS_EQUAL(1, attempts);
  LONGS_EQUAL(0, sql_number("SELECT count(*) FROM users WHERE id = $1", user.id.str()));
}

TEST(StorageDatabase, CallersDoNotSeeThatIdleSessionsDied) {
  auto pool = pool_of(8);
  {
    std::vector<std::unique_ptr<postgres::DatabasePool::Lease>> leases;
    for (int i = 0; i < 8; ++i) leases.emplace_back(new postgres::DatabasePool::Lease(pool.take()));
  }
  LONGS_EQUAL(
      8, sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = $1", name).size());
  std::atomic<int> faults = 0;
  at_once(8, [&](int) {
    try {
      postgres::ping(pool);
    } catch (...) {
      ++faults;
    }
  });
  LONGS_EQUAL(0, faults);
}

TEST(StorageDatabase, AStatementThatTakesTooLongIsNotTriedAgain) {
  auto pool = pool_of(1, 100);
  int attempts = 0;
  expect_throws<DatabaseUnavailable>([&] {
    postgres::autocommit(pool, [&](pqxx::transaction_base& tx) {
      ++attempts;
      return tx.exec("SELECT pg_sleep(5)");
    });
  });
  LONGS_EQUAL(1, attempts);
}

// SIGSTOP for the server's process, which then ends no statement either.
TEST(StorageDatabase, ASessionWhoseServerStoppedIsCutOff) {
  auto pool = pool_of(1, 100);
  const pid_t server = pid_of(pool);
  kill(server, SIGSTOP);
  const auto start = std::chrono::steady_clock::now();
  expect_throws<DatabaseUnavailable>([&] { postgres::ping(pool); });  // and no other try, which would take as long
  const auto waited = std::chrono::steady_clock::now() - start;
  CHECK(waited >= milliseconds(2'000) && waited < seconds(4));
  CHECK(server != pid_of(pool));  // the next caller gets a new one
  kill(server, SIGCONT);
}

// Only one at a time finds out whether it answers again: connections that nobody waits for any more fill its backlog.
TEST(StorageDatabase, AServerThatHangsIsAskedByOneAtATime) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);  // takes connections and says nothing
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  LONGS_EQUAL(0, bind(listener, reinterpret_cast<sockaddr*>(&address), size));
  LONGS_EQUAL(0, listen(listener, 16));
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  postgres::DatabasePool pool("postgresql://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/none", {name}, 4);
  CHECK_FALSE(pool.is_open_circuit());
  expect_throws<DatabaseUnavailable>([&] { postgres::ping(pool); });
  CHECK(pool.is_open_circuit());
  std::atomic<int> waited{0};
  at_once(8, [&](int) {
    for (int i = 0; i < 10; ++i) {
      const auto start = std::chrono::steady_clock::now();
      expect_throws<DatabaseUnavailable>([&] { postgres::ping(pool); });
      waited += std::chrono::steady_clock::now() - start > seconds(1) ? 1 : 0;
    }
  });
  CHECK(waited <= 1);
  close(listener);
}

TEST(StorageDatabase, ItsOwnThreadsTakeNoSignals) {
  const pid_t child = fork();
  if (child == 0) {
    postgres::DatabasePool pool = pool_of(1);
    sigset_t terminate;
    sigemptyset(&terminate);
    sigaddset(&terminate, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &terminate, nullptr);  // as who waits for it does, a while later
    kill(getpid(), SIGTERM);
    const timespec patience{5, 0};
    _exit(sigtimedwait(&terminate, nullptr, &patience) == SIGTERM ? 7 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  LONGS_EQUAL(7, WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
}

TEST(StorageDatabase, ASessionIsNotCutOffWhileNobodyWaitsOnIt) {
  auto pool = pool_of(1, 100);
  const int pid = pid_of(pool);
  {
    auto held = pool_of(1, 100);
    auto lease = held.take();
    pollfd end{lease.connection().sock(), POLLIN, 0};
    LONGS_EQUAL(1, poll(&end, 1, 10'000));  // its deadline is over, and so is the idle one's
  }
  postgres::ping(pool);
  LONGS_EQUAL(pid, pid_of(pool));
}

TEST(StorageDatabase, AnExhaustedPoolIsUnavailableAfterTwoSeconds) {
  auto pool = pool_of(1);
  const auto lease = pool.take();
  const auto start = std::chrono::steady_clock::now();
  expect_throws<DatabaseUnavailable>([&] { postgres::ping(pool); });
  const auto waited = std::chrono::steady_clock::now() - start;
  CHECK(waited >= milliseconds(1'900) && waited < seconds(4));
}

TEST(StorageDatabase, WhoWaitsGetsTheSessionThatComesBack) {
  auto pool = pool_of(1);
  std::unique_ptr<postgres::DatabasePool::Lease> lease(new postgres::DatabasePool::Lease(pool.take()));
  std::atomic<bool> pinged = false;
  std::jthread waiting([&] {
    postgres::ping(pool);
    pinged = true;
  });
  CHECK_FALSE(pinged);
  lease.reset();
  waiting.join();
  CHECK(pinged);
}

// One that gives its session back and takes one again at once, all the time, is never faster than one that waits.
TEST(StorageDatabase, ServesInTheOrderOfComing) {
  auto pool = pool_of(1);
  std::atomic<bool> served = false;
  std::unique_ptr<postgres::DatabasePool::Lease> lease(new postgres::DatabasePool::Lease(pool.take()));
  const std::jthread waiter([&] {
    const auto mine = pool.take();
    served = true;
  });
  while (pool.waiting() == 0) std::this_thread::yield();
  lease.reset();
  lease.reset(new postgres::DatabasePool::Lease(pool.take()));
  CHECK_TRUE(served);
}

TEST(StorageDatabase, OpensNoMoreSessionsThanItMay) {
  auto pool = pool_of(3);
  at_once(12, [&](int) { postgres::ping(pool); });
  CHECK(sql_number("SELECT count(*) FROM pg_stat_activity WHERE application_name = $1", name) <= 3);
}

TEST(StorageDatabase, AServerThatIsNotThereIsUnavailable) {
  postgres::DatabasePool pool("postgresql://nobody@127.0.0.1:1/nothing", {name}, 1);
  expect_throws<DatabaseUnavailable>([&] { postgres::ping(pool); });
  expect_throws<DatabaseUnavailable>([&] { postgres::ping(pool); });
}

// Whatever the tables were like when its first statements ran.
TEST(StorageDatabase, ASessionPlansItsStatementsOnce) {
  auto session = open_session();
  expect_text("force_generic_plan", pqxx::nontransaction(session.get()).exec("SHOW plan_cache_mode")[0][0].c_str());
}

}  // namespace ticketd::tests
