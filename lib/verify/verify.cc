#include "verify/verify.h"

#include "postgres/rows.h"
#include "verify/checks.h"

namespace ticketd::verify {
using namespace postgres;
namespace {

const Statement kCount{"count_what_is_verified", R"(
  SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM bookings), (SELECT count(*) FROM commands),
         (SELECT count(*) FROM notifications))"};

std::vector<Check> all_checks() {
  std::vector<Check> all;
  for (const auto checks :
       {seat_checks(), person_checks(), command_checks(), message_checks(), door_checks(), search_checks()})
    all.insert(all.end(), checks.begin(), checks.end());
  return all;
}

// Of an event whose people were forgotten the numbers stay, and nothing to compare them with (storage/retention.h):
// the checks see no such event, and nothing of one.
constexpr const char* kWithoutForgotten = R"(
  WITH forgotten AS MATERIALIZED (SELECT id FROM public.events WHERE forgotten_at IS NOT NULL),
  events AS NOT MATERIALIZED (SELECT * FROM public.events WHERE forgotten_at IS NULL),
  bookings AS NOT MATERIALIZED (SELECT * FROM public.bookings WHERE event_id NOT IN (SELECT id FROM forgotten)),
  commands AS NOT MATERIALIZED (SELECT * FROM public.commands WHERE event_id NOT IN (SELECT id FROM forgotten)),
  seat_pools AS NOT MATERIALIZED (SELECT * FROM public.seat_pools WHERE event_id NOT IN (SELECT id FROM forgotten)),
  ticket_types AS NOT MATERIALIZED (SELECT * FROM public.ticket_types WHERE event_id NOT IN (SELECT id FROM forgotten))
)";

std::string limited(const Check& check) {
  return std::string(kWithoutForgotten) + "SELECT id, detail, count(*) OVER () AS total FROM (" + check.sql +
         ") AS broken ORDER BY id LIMIT " + std::to_string(kExamplesMax);
}

}  // namespace

std::vector<std::string> rule_names() {
  std::vector<std::string> names;
  for (const auto& check : all_checks()) names.emplace_back(check.rule);
  return names;
}

std::vector<BrokenRule> broken_rules(pqxx::transaction_base& tx) {
  std::vector<BrokenRule> broken;
  for (const auto& check : all_checks()) {
    const auto rows = tx.exec(limited(check));
    if (rows.empty()) continue;
    BrokenRule rule{check.rule, check.says, rows[0]["total"].as<std::int64_t>(), {}};
    for (const auto& row : rows) rule.examples.push_back({text_of(row["id"]), text_of(row["detail"])});
    broken.push_back(std::move(rule));
  }
  return broken;
}

Verification recount(pqxx::connection& connection) {
  pqxx::work tx(connection);
  tx.exec("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  tx.exec("SET LOCAL statement_timeout = 0");
  // A few hash tables over millions of rows, one after the other, in one session: that much memory is worth it.
  tx.exec("SET LOCAL work_mem = '64MB'");
  // Statistics are an hour old at times, and a nested loop that was meant for one row takes days with a million.
  tx.exec("SET LOCAL enable_nestloop = off");
  // The other cores are for those who book.
  tx.exec("SET LOCAL max_parallel_workers_per_gather = 0");
  const auto counts = run(tx, kCount)[0];
  return {counts[0].as<std::int64_t>(), counts[1].as<std::int64_t>(), counts[2].as<std::int64_t>(),
          counts[3].as<std::int64_t>(), broken_rules(tx)};
}

}  // namespace ticketd::verify
