// What each part's identity may do in PostgreSQL and in Redis, and what it must not.
#include <fstream>
#include <pqxx/pqxx>
#include <set>

#include "queue/functions.h"
#include "queue/wire.h"
#include "storage/health.h"
#include "storage/housekeeping.h"
#include "support/fixtures.h"
#include "support/integration_test.h"
#include "support/stack.h"

namespace ticketd::tests {
namespace {

bool may(const std::string& role, const std::string& statement) {
  postgres::Session connection(stores().database.admin_url());
  pqxx::work tx(connection);
  tx.exec("SET LOCAL ROLE " + role);
  try {
    tx.exec(statement);
    return true;
  } catch (const pqxx::insufficient_privilege&) {
    return false;
  }
}

// The stack has given each part addresses of its own.
std::string part_setting(const std::string& part, const std::string& name) {
  std::ifstream file(e2e::setting("RUN_DIR") + "/conf/" + part + ".env");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name + '=')) return line.substr(name.size() + 1);
  }
  return "";
}

// As the part itself.
bool may_as(const std::string& part, const std::string& statement) {
  const auto url = part_setting(part, "DATABASE_URL");
  pqxx::connection connection(
      with_database(url, stores().database.url().substr(stores().database.url().rfind('/') + 1)));
  pqxx::work tx(connection);
  try {
    tx.exec(statement);
    return true;
  } catch (const pqxx::insufficient_privilege&) {
    return false;
  }
}

// "ticketd_api SELECT users": what the roles may do with the tables, on some of their columns at least.
std::set<std::string> rights_given(pqxx::transaction_base& tx) {
  const auto rows = tx.exec(R"(
    SELECT role || ' ' || "right" || ' ' || relname
    FROM unnest(ARRAY['ticketd_api', 'ticketd_worker', 'ticketd_messenger', 'ticketd_webhooks']) role, pg_class,
         unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) "right"
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
      AND CASE WHEN "right" IN ('DELETE', 'TRUNCATE', 'TRIGGER') THEN has_table_privilege(role, pg_class.oid, "right")
            ELSE has_any_column_privilege(role, pg_class.oid, "right") END)");
  std::set<std::string> rights;
  for (const auto& row : rows) rights.insert(row[0].as<std::string>());
  return rights;
}

// The same, of what `ticketctl doctor` misses.
std::set<std::string> rights_missed(pqxx::transaction_base& tx) {
  std::set<std::string> rights;
  for (const auto& [role, right, relation] : storage::list_missing_rights(tx))
    rights.insert(role + " " + right + " " + relation);
  return rights;
}

std::string only_in_the_first(const std::set<std::string>& first, const std::set<std::string>& second) {
  std::string items;
  for (const auto& item : first)
    if (!second.contains(item)) items += (items.empty() ? "" : ", ") + item;
  return items;
}

// A user, and the command that it sends.
using Words = std::vector<std::string>;

// Redis' own answer to whether the user may send that.
std::string dry_run(redis::RedisPool& redis, const Words& words) {
  redis::Arguments command = {"ACL", "DRYRUN"};
  for (const auto& word : words) command.push_back(word);
  return std::string(redis.command(command).text());
}

void expect_forbidden(redis::RedisPool& redis, const Words& command) {
  const auto answer = dry_run(redis, command);
  CHECK_TRUE_TEXT(answer.find("no permission") != std::string::npos ||
                      answer.find("No permission") != std::string::npos || answer.find("has no") != std::string::npos,
                  (command[0] + " may " + command[1] + ": " + answer).c_str());
}

}  // namespace

TEST_GROUP_BASE(Privileges, IntegrationTest){};

TEST(Privileges, HandlersCannotWriteWhatTheWorkerDecides) {
  for (const auto* statement :
       {"INSERT INTO bookings SELECT * FROM bookings", "UPDATE bookings SET state = 'confirmed'",
        "DELETE FROM bookings", "UPDATE events SET available_tickets = 1", "UPDATE events SET total_tickets = 1",
        "DELETE FROM events", "UPDATE events SET state = 'open'", "UPDATE events SET user_id = user_id",
        "INSERT INTO commands SELECT * FROM commands", "UPDATE commands SET outcome = 'confirmed'",
        "INSERT INTO notifications SELECT * FROM notifications", "UPDATE notifications SET user_id = user_id",
        "DELETE FROM dead_letters", "INSERT INTO events (next_seq, waiting_list_count) VALUES (7, 7)",
        "UPDATE seat_pools SET available = 1", "UPDATE ticket_types SET access_code_hash = ''",
        "INSERT INTO ticket_types (live_tickets) VALUES (7)"}) {
    CHECK_FALSE_TEXT(may("ticketd_api", statement), statement);
  }
}

TEST(Privileges, HandlersCannotMakeAnAdminOrRemoveAnAccount) {
  CHECK_FALSE(may("ticketd_api", "UPDATE users SET role = 'admin'"));
  CHECK_FALSE(may("ticketd_api", "UPDATE users SET name = 'x'"));
  CHECK_FALSE(may("ticketd_api", "DELETE FROM users"));
  CHECK_FALSE(may("ticketd_api",
                  "INSERT INTO users (id, role, email, password_hash, created_at, updated_at) "
                  "VALUES (gen_random_uuid(), 'admin', 'x@y.z', 'h', now(), now())"));
}

// They ask for mails, and cannot make a link that was not sent.
TEST(Privileges, HandlersCannotMakeALink) {
  for (const auto* statement :
       {"UPDATE account_mails SET token_hashes = '{}'", "UPDATE account_mails SET expires_at = now()",
        "UPDATE account_mails SET address = 'x@y.z'", "DELETE FROM account_mails", "UPDATE mails SET state = 'sent'",
        "DELETE FROM mails", "SELECT error FROM mails", "UPDATE mails SET token_hashes = '{}'",
        "SELECT error FROM account_mails", "INSERT INTO account_mails (token_hashes) VALUES ('{}')"}) {
    CHECK_FALSE_TEXT(may("ticketd_api", statement), statement);
  }
}

// They ask for what people are told, and do not tell anybody.
TEST(Privileges, HandlersCannotSayWhoWasTold) {
  CHECK_TRUE(may("ticketd_api", "UPDATE users SET language = 'de', unmailed = '{}'"));
  for (const auto* statement :
       {"UPDATE announcements SET told = 0, told_at = NULL", "UPDATE announcements SET body = ''",
        "INSERT INTO announcements (told) VALUES (7)", "DELETE FROM announcements"})
    CHECK_FALSE_TEXT(may("ticketd_api", statement), statement);
  CHECK_FALSE(may("ticketd_worker", "INSERT INTO announcements (id) VALUES (gen_random_uuid())"));
  CHECK_FALSE(may("ticketd_messenger", "SELECT FROM announcements"));
}

// They ask for a scan to be carried out, and cannot say how it went.
TEST(Privileges, HandlersCannotSayWhoWasAdmitted) {
  CHECK_TRUE(may("ticketd_api", "INSERT INTO tickets (booking_id, number, holder_name) VALUES ('" +
                                    insert_booking(make_event(), make_user()).str() + "', 1, 'Ann')"));
  for (const auto* statement :
       {"UPDATE tickets SET admitted_at = NULL, admission = NULL", "UPDATE tickets SET generation = 0",
        "INSERT INTO tickets (booking_id, number, generation) VALUES (gen_random_uuid(), 1, 7)", "DELETE FROM tickets",
        "UPDATE checkins SET undone_at = NULL", "DELETE FROM checkins",
        "INSERT INTO checkins (id) VALUES (gen_random_uuid())", "UPDATE doors SET ticket_key = sha256('')",
        "DELETE FROM doors", "UPDATE events SET admits = false"})
    CHECK_FALSE_TEXT(may("ticketd_api", statement), statement);
  for (const auto* role : {"ticketd_worker", "ticketd_messenger", "ticketd_webhooks"}) {
    for (const auto* statement :
         {"SELECT ticket_key FROM doors", "SELECT FROM checkins", "UPDATE tickets SET generation = 0",
          "SELECT reissue_ticket(gen_random_uuid(), 1, gen_random_uuid(), now())",
          "SELECT undo_check_in(gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), now())"})
      CHECK_FALSE_TEXT(may(role, statement), statement);
  }
}

// A handler erases an account as a whole, or not at all.
TEST(Privileges, HandlersCannotSayWhoIsErased) {
  CHECK_TRUE(may("ticketd_api", "SELECT erase_account('" + make_user().str() + "', now())"));
  for (const auto* statement : {"INSERT INTO erasures (user_id) VALUES (gen_random_uuid())", "DELETE FROM erasures",
                                "DELETE FROM bookings", "UPDATE events SET forgotten = true"}) {
    CHECK_FALSE_TEXT(may("ticketd_api", statement), statement);
  }
  CHECK_FALSE(may("ticketd_worker", "SELECT erase_account(gen_random_uuid(), now())"));
  CHECK_FALSE(may("ticketd_worker", "DELETE FROM bookings"));
}

TEST(Privileges, TheWorkerCannotReadHashesOrTokens) {
  for (const auto* statement : {"SELECT password_hash FROM users", "SELECT email FROM users", "SELECT * FROM users",
                                "UPDATE users SET name = ''", "SELECT token_hash FROM refresh_tokens",
                                "UPDATE refresh_tokens SET revoked_at = NULL", "SELECT answer FROM idempotency_keys",
                                "UPDATE waiting_blocks SET waiting = 1", "SELECT FROM account_mails"}) {
    CHECK_FALSE_TEXT(may("ticketd_worker", statement), statement);
  }
}

TEST(Privileges, TheMessengerReadsAddressesAndWritesItsMailsAlone) {
  CHECK_TRUE(may("ticketd_messenger", "SELECT email, name, language, unmailed FROM users"));
  for (const auto* statement :
       {"SELECT password_hash FROM users", "SELECT * FROM users", "UPDATE users SET name = ''",
        "SELECT FROM refresh_tokens", "SELECT FROM idempotency_keys", "UPDATE bookings SET state = state",
        "UPDATE notifications SET message = ''", "DELETE FROM notifications", "UPDATE events SET title = ''",
        "SELECT FROM commands", "SELECT FROM dead_letters", "SELECT grant_to_messenger()",
        "UPDATE account_mails SET used_at = NULL", "INSERT INTO account_mails (id) VALUES (gen_random_uuid())",
        "UPDATE account_mails SET address = ''"}) {
    CHECK_FALSE_TEXT(may("ticketd_messenger", statement), statement);
  }
}

// It talks to whatever host an organiser names.
TEST(Privileges, WhoPostsWebhooksKnowsNobody) {
  CHECK_TRUE(may("ticketd_webhooks", "SELECT secret FROM webhooks"));
  for (const auto* statement :
       {"SELECT FROM users", "SELECT message FROM notifications", "SELECT FROM refresh_tokens", "SELECT FROM mails",
        "SELECT FROM account_mails", "UPDATE bookings SET state = state", "UPDATE events SET title = ''",
        "UPDATE webhooks SET url = ''", "UPDATE webhooks SET secret = ''", "DELETE FROM webhooks",
        "INSERT INTO webhooks (id) VALUES (gen_random_uuid())", "SELECT FROM commands", "SELECT grant_to_webhooks()",
        "INSERT INTO notifications (id) VALUES (gen_random_uuid())", "INSERT INTO event_news DEFAULT VALUES",
        "SELECT FROM ticket_types", "UPDATE webhooks SET enabled = true"}) {
    CHECK_FALSE_TEXT(may("ticketd_webhooks", statement), statement);
  }
}

TEST(Privileges, HandlersCannotReadTheSecretOfAWebhook) {
  for (const auto* statement :
       {"SELECT secret FROM webhooks", "SELECT previous_secret FROM webhooks", "SELECT * FROM webhooks",
        "UPDATE webhooks SET user_id = user_id", "UPDATE webhooks SET previous_until = NULL",
        "UPDATE webhook_deliveries SET body = ''", "UPDATE webhook_deliveries SET webhook_id = webhook_id",
        "DELETE FROM webhook_deliveries", "SELECT FROM webhook_sequences", "SELECT FROM event_news"}) {
    CHECK_FALSE_TEXT(may("ticketd_api", statement), statement);
  }
}

TEST(Privileges, NeitherChangesTheSchemaOrItsHistory) {
  for (const std::string role : {"ticketd_api", "ticketd_worker", "ticketd_messenger", "ticketd_webhooks"}) {
    for (const auto* statement :
         {"CREATE TABLE t (i int)", "DROP TABLE bookings", "TRUNCATE bookings",
          "ALTER TABLE events DROP CONSTRAINT events_never_oversold", "CREATE TEMPORARY TABLE t (i int)",
          "DELETE FROM schema_migrations", "UPDATE schema_migrations SET hash = ''"}) {
      CHECK_FALSE_TEXT(may(role, statement), (role + ": " + statement).c_str());
    }
  }
}

// Nor anything else that every role may do in a database as PostgreSQL makes it.
TEST(Privileges, NeitherFillsTheDisk) {
  for (const std::string role : {"ticketd_api", "ticketd_worker", "ticketd_messenger", "ticketd_webhooks"}) {
    for (const auto* statement :
         {"SELECT lo_creat(-1)", "SELECT lo_create(0)", "SELECT lo_from_bytea(0, 'x')", "SELECT lo_put(1, 0, 'x')",
          "SELECT lowrite(0, 'x')", "SELECT lo_import('/etc/passwd')",
          "SELECT pg_logical_emit_message(false, 'x', 'x')", "COPY (SELECT 1) TO '/tmp/x'",
          "COPY (SELECT 1) TO PROGRAM 'true'", "CREATE SCHEMA x", "CREATE TABLE public.t ()"}) {
      CHECK_FALSE_TEXT(may(role, statement), (role + ": " + statement).c_str());
    }
  }
  LONGS_EQUAL(0, commit([](pqxx::work& tx) { return storage::count_public_writers(tx); }));
}

// Signed in as they are: SET ROLE asks who signed in.
TEST(Privileges, NeitherBecomesAnother) {
  for (const std::string part : {"api", "worker", "messenger", "webhooks"}) {
    for (const auto* statement :
         {"SET ROLE ticketd", "SET SESSION AUTHORIZATION ticketd", "ALTER ROLE ticketd PASSWORD 'x'", "CREATE ROLE x",
          "GRANT ticketd TO ticketd_api", "ALTER ROLE ticketd_api CONNECTION LIMIT -1", "SELECT pg_reload_conf()",
          "SELECT pg_read_file('/etc/passwd')", "SELECT rolpassword FROM pg_authid",
          "ALTER DATABASE ticketd SET work_mem = '1GB'", "SET temp_file_limit = -1"}) {
      CHECK_FALSE_TEXT(may_as(part, statement), (part + ": " + statement).c_str());
    }
  }
}

// What PostgreSQL leaves to every role: tests/e2e/README.md says so, and what ends it.
TEST(Privileges, WhatATakenOverEndpointMayAllTheSame) {
  for (const auto* statement :
       {"ALTER ROLE ticketd_api SET default_transaction_read_only = on", "ALTER ROLE ticketd_api PASSWORD 'x'",
        "SET statement_timeout = 0", "SELECT pg_advisory_xact_lock(1)", "SELECT id FROM events FOR UPDATE",
        "SELECT pg_notify('x', 'x')", "SELECT password_hash FROM users"}) {
    CHECK_TRUE_TEXT(may_as("api", statement), statement);
  }
}

TEST(Privileges, TheyMayDoTheirOwn) {
  CHECK_TRUE(may("ticketd_api", "SELECT password_hash FROM users"));
  CHECK_TRUE(may("ticketd_worker", "UPDATE bookings SET state = state"));
}

// Without any right the doctor misses all that it knows.
TEST(Privileges, TheDoctorAsksForWhatTheMigrationsGrant) {
  postgres::Session connection(stores().database.url());
  pqxx::work tx(connection);
  const auto given = rights_given(tx);
  tx.exec(
      "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ticketd_api, ticketd_worker, ticketd_messenger, "
      "ticketd_webhooks");
  const auto known = rights_missed(tx);
  expect_text("", only_in_the_first(given, known));
  expect_text("", only_in_the_first(known, given));
}

TEST(Privileges, TheWorkerMayCleanUp) {
  postgres::Session connection(stores().database.admin_url());
  pqxx::work tx(connection);
  tx.exec("SET LOCAL ROLE ticketd_worker");
  storage::delete_expired(tx, now());
  storage::update_events_over(tx, now());
  storage::update_turns(tx, now());
}

TEST(Privileges, OnlyTheWorkerTakesFromTheQueue) {
  for (const Words& command : std::initializer_list<Words>{{"api", "XDEL", "ticketd:commands:{0}", "1-1"},
                                                           {"api", "XTRIM", "ticketd:commands:{0}", "MAXLEN", "0"},
                                                           {"api", "DEL", "ticketd:commands:{0}"},
                                                           {"api", "HDEL", "ticketd:pending:u", "c"},
                                                           {"api", "EXPIRE", "ticketd:commands:{0}", "1"},
                                                           {"api", "BLPOP", "ticketd:commands:{0}", "1"},
                                                           {"api", "EXPIRE", "ticketd:pending:u", "1"},
                                                           {"api", "SET", "ticketd:shards", "1"},
                                                           {"api", "INCR", "ticketd:shards"},
                                                           {"api", "EXPIRE", "ticketd:shards", "1"},
                                                           {"worker", "SET", "ticketd:commands:{0}", ""},
                                                           {"worker", "EXPIRE", "ticketd:commands:{0}", "1"},
                                                           {"worker", "XADD", "ticketd:commands:{0}", "*", "a", "b"},
                                                           {"worker", "HGETALL", "ticketd:idem:u:k"},
                                                           {"worker", "DEL", "ticketd:commands:{0}"}}) {
    expect_forbidden(stores().queue, command);
  }
  for (const std::string user : {"api", "worker"}) {
    for (const Words& command : std::initializer_list<Words>{{user, "FLUSHALL"},
                                                             {user, "CONFIG", "GET", "*"},
                                                             {user, "KEYS", "*"},
                                                             {user, "SHUTDOWN"},
                                                             {user, "ACL", "LIST"},
                                                             {user, "GET", "somebody-elses"},
                                                             {user, "DEBUG", "SLEEP", "1"}}) {
      expect_forbidden(stores().queue, command);
    }
  }
}

// Code of their own could be a loop that nothing gets past: Redis has one thread. What an admin loaded has none.
TEST(Privileges, NoPartSendsRedisCode) {
  for (const Words& command : std::initializer_list<Words>{{"EVAL", "return 1", "0"},
                                                           {"EVAL_RO", "return 1", "0"},
                                                           {"EVALSHA", std::string(40, '0'), "0"},
                                                           {"SCRIPT", "LOAD", "return 1"},
                                                           {"FUNCTION", "LOAD", "#!lua name=x"},
                                                           {"FUNCTION", "DELETE", "x"},
                                                           {"FUNCTION", "FLUSH"}}) {
    for (const auto& [user, redis] :
         {std::pair("api", &stores().queue), std::pair("worker", &stores().queue), std::pair("api", &stores().cache)}) {
      Words sent = {user};
      sent.insert(sent.end(), command.begin(), command.end());
      expect_forbidden(*redis, sent);
    }
  }
}

// They run with the rights of whoever calls them.
TEST(Privileges, AFunctionGivesNobodyMoreRights) {
  const auto stream = queue::stream_key(0), pending = queue::pending_key(UserId());
  stores().queue.command({"XADD", stream, "1-1", "id", "x"});
  const auto& functions = queue::functions();
  redis::RedisConnection endpoint(with_database(part_setting("api", "QUEUE_REDIS_URL"), "1"), 1'000);
  expect_throws<redis::RedisError>([&] {
    endpoint.call(functions.function("acknowledge"), {}, {"1", "60", "60", stream, "1-1", pending, "x", ""});
  });
  expect_throws<redis::RedisError>(
      [&] { endpoint.call(functions.function("begin"), {"ticketd:begun"}, {"0", "1-1"}); });
  redis::RedisConnection worker(with_database(part_setting("worker", "QUEUE_REDIS_URL"), "1"), 1'000);
  expect_throws<redis::RedisError>([&] {
    worker.call(functions.function("requeue"), {stream, pending, queue::kShardsKey}, {"1", "x", "0", "a", "b"});
  });
  LONGS_EQUAL(1, stores().queue.command({"XLEN", stream}).integer());
  flush(stores().queue);
}

TEST(Privileges, TheWorkerHasNoUseForTheCache) {
  auto cache = stores().cache.take();
  CHECK(cache->command({"ACL", "GETUSER", "worker"}).is_nil());
  CHECK_FALSE(cache->command({"ACL", "GETUSER", "api"}).is_nil());
}

TEST(Privileges, NobodyComesInWithoutAPassword) {
  for (auto* redis : {&stores().queue, &stores().cache}) {
    const auto users = redis->take()->command({"ACL", "LIST"});
    for (std::size_t i = 0; i < users.size(); ++i) {
      const std::string user(users.at(i).text());
      CHECK_TRUE_TEXT(user.find("nopass") == std::string::npos || user.find(" off ") != std::string::npos,
                      user.c_str());
    }
  }
}

// An AOF is loaded as `default`: Redis 7.0 leaves out each transaction that it may not carry out, and starts all the
// same.
TEST(Privileges, LoadingTheAofMayDoEverything) {
  STRCMP_EQUAL("OK", dry_run(stores().queue, {"default", "XADD", "ticketd:commands:{0}", "*", "a", "b"}).c_str());
  STRCMP_EQUAL("OK", dry_run(stores().queue, {"default", "EXEC"}).c_str());
}

}  // namespace ticketd::tests
