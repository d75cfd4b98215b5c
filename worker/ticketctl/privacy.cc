// `ticketctl privacy`: what is held about people, and forgetting who came to events that are long over.
#include <iostream>
#include <thread>

#include "piece_size.h"
#include "storage/health.h"
#include "storage/personal_data.h"
#include "storage/retention.h"
#include "ticketctl/arguments.h"
#include "ticketctl/commands.h"

namespace ticketd::ctl {
namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

// Events that are marked at once.
constexpr int kEvents = 100;
// A piece that a lock or the time kept from its end is tried again, a smaller one.
constexpr int kTries = 5;
constexpr int kPieceTimeoutMs = 2'000;
// So far the clocks of this host and the database may be apart: by the wrong one everything would be due.
constexpr std::chrono::minutes kClocksApart{5};
constexpr milliseconds kProgressEvery{5'000};
constexpr int kStatementTimeoutMs = 60'000;

std::string since_end(const Config& config) {
  if (!config.retention_days) return "for ever: TICKETD_RETENTION_DAYS is not set";
  return std::to_string(*config.retention_days) + " days after its end";
}

int report_json(const Config& config, pqxx::transaction_base& tx, std::optional<std::int64_t> due) {
  auto tables = JsonText::array();
  for (const auto& table : storage::personal_tables()) {
    tables.push(JsonText::object({{"table", table.name},
                                  {"what", table.what},
                                  {"columns", table.personal},
                                  {"kept", table.kept},
                                  {"rows", storage::estimate_rows(tx, table.name)}}));
  }
  const auto places = [](const char* name, std::span<const storage::PersonalPlace> list) {
    auto rows = JsonText::array();
    for (const auto& [place, what, kept] : list)
      rows.push(JsonText::object({{name, place}, {"what", what}, {"kept", kept}}));
    return rows;
  };
  std::cout << JsonText::object({{"retention_days", config.retention_days},
                                 {"due_events", due},
                                 {"tables", tables},
                                 {"redis", places("keys", storage::personal_keys())},
                                 {"logs", places("log", storage::personal_logs())}})
                   .str()
            << '\n';
  return 0;
}

int report(const Config& config, bool json) {
  postgres::DatabaseConnection session(config.database_url, {"ticketctl", kStatementTimeoutMs});
  pqxx::nontransaction tx(session.get());
  const auto due = config.retention_days ? std::optional(storage::count_events_to_forget(
                                               tx, SystemClock().now() - std::chrono::days(*config.retention_days)))
                                         : std::nullopt;
  if (json) return report_json(config, tx, due);
  for (const auto& table : storage::personal_tables()) {
    std::cout << table.name << ", about " << storage::estimate_rows(tx, table.name) << " rows: " << table.what << '\n'
              << "    columns: " << table.personal << '\n'
              << "    kept: " << table.kept << '\n';
  }
  for (const auto& list : {storage::personal_keys(), storage::personal_logs()}) {
    for (const auto& [place, what, kept] : list) std::cout << place << ": " << what << "\n    kept: " << kept << '\n';
  }
  std::cout << "\nwho came to an event is known " << since_end(config) << '\n';
  if (due)
    std::cout << *due << " events are due: `ticketctl privacy purge`, which ticketd-privacy.timer does each night\n";
  return 0;
}

void add(storage::ForgottenRows& all, const storage::ForgottenRows& more) {
  all.events += more.events;
  all.bookings += more.bookings;
  all.notifications += more.notifications;
  all.commands += more.commands;
}

// Forgets piece by piece, and says now and then how far it is.
class Purge {
 public:
  Purge(pqxx::connection& session, Time now, int days)
      : session_(session), now_(now), before_(now - std::chrono::days(days)) {}

  storage::ForgottenRows run();

 private:
  // Whoever books has the database to himself afterwards, for as long as the piece took.
  template <class Body>
  auto in_pieces(Body&& body) {
    for (int attempt = 1;; ++attempt) {
      const auto start = SteadyClock::now();
      try {
        pqxx::work tx(session_);
        auto value = body(tx, size_.most());
        tx.commit();
        size_.note(SteadyClock::now() - start);
        std::this_thread::sleep_for(SteadyClock::now() - start);
        return value;
      } catch (const std::exception&) {
        const auto fault = postgres::fault_of(std::current_exception());
        const bool may_work = fault.kind == postgres::FaultKind::conflict ||
                              fault.kind == postgres::FaultKind::timed_out ||
                              fault.sqlstate == postgres::kLockNotAvailable;
        if (!may_work || attempt == kTries) throw;
        size_.note(SteadyClock::now() - start);
      }
    }
  }

  // True if there are more.
  bool forget(const std::vector<EventId>& events) {
    const auto rows = in_pieces([&](pqxx::work& tx, int most) { return storage::forget_piece(tx, events, most); });
    count(rows);
    return rows.events == 0 && rows.bookings > 0;
  }

  void count(const storage::ForgottenRows& rows) {
    add(all_, rows);
    if (SteadyClock::now() < next_word_) return;
    next_word_ = SteadyClock::now() + kProgressEvery;
    std::cerr << "so far: " << all_.events << " events, " << all_.bookings << " bookings, " << all_.commands
              << " commands\n";
  }

  pqxx::connection& session_;
  const Time now_, before_;
  worker::PieceSize size_;
  storage::ForgottenRows all_;
  SteadyClock::time_point next_word_ = SteadyClock::now() + kProgressEvery;
};

storage::ForgottenRows Purge::run() {
  for (storage::ForgettingCursor after;;) {
    const auto marked = in_pieces(
        [&](pqxx::work& tx, int) { return storage::mark_events_to_forget(tx, after, before_, kEvents, now_); });
    if (marked.events.empty()) break;
    after = marked.last;
    while (forget(marked.events)) {
    }
  }
  for (std::optional after = CommandId(); after;) {
    const auto piece =
        in_pieces([&](pqxx::work& tx, int most) { return storage::forget_commands(tx, *after, before_, most); });
    after = piece.last;
    count(piece.rows);
  }
  return all_;
}

// Why nothing is to be forgotten now; empty if nothing is in the way.
std::string obstacle_of(pqxx::connection& session, Time now) {
  pqxx::nontransaction tx(session);
  const auto apart = std::chrono::abs(storage::find_server_health(tx).now - now);
  if (apart > kClocksApart) return "the clocks of this host and the database are apart";
  return storage::lock_forgetting(tx) ? "" : "another purge is at work";
}

int purge(const Config& config, bool json) {
  storage::ForgottenRows rows;
  if (config.retention_days) {
    postgres::DatabaseConnection session(config.database_url, {"ticketctl", kPieceTimeoutMs, 0, false, true});
    const auto now = SystemClock().now();
    if (const auto obstacle = obstacle_of(session.get(), now); !obstacle.empty()) {
      std::cerr << "ticketctl: nothing was done: " << obstacle << '\n';
      return kExitTryLater;
    }
    rows = Purge(session.get(), now, *config.retention_days).run();
  }
  if (json) {
    std::cout << JsonText::object({{"events", rows.events},
                                   {"bookings", rows.bookings},
                                   {"notifications", rows.notifications},
                                   {"commands", rows.commands}})
                     .str()
              << '\n';
  } else if (!config.retention_days) {
    std::cout << "nothing was done: who came to an event is known " << since_end(config) << '\n';
  } else {
    std::cout << rows.events << " events are forgotten: " << rows.bookings << " bookings, " << rows.notifications
              << " notifications and " << rows.commands << " commands are deleted\n";
  }
  return 0;
}

}  // namespace

int privacy(const Config& config, const Options& options) {
  Arguments arguments(options.words);
  const auto what = arguments.next().value_or("");
  if (arguments.wrong() || arguments.next()) return wrong_usage("privacy " + what + " takes nothing but --json");
  if (what == "report") return report(config, options.json);
  if (what == "purge") return purge(config, options.json);
  return wrong_usage("privacy takes report or purge");
}

}  // namespace ticketd::ctl
