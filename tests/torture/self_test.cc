#include "self_test.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <set>

#include "postgres/libpqxx.h"

namespace ticketd::torture {
namespace {

struct Damage {
  const char* name;
  const char* rule;
  const char* sql;
};

// `ours` are the events of the round. The constraints that would refuse the damage are dropped first.
const char* const kDropped = R"(
  ALTER TABLE commands DROP CONSTRAINT commands_pkey;
  ALTER TABLE events DROP CONSTRAINT events_never_oversold, DROP CONSTRAINT events_no_idle_seat,
    DROP CONSTRAINT events_cancelled_is_empty;
  DROP INDEX bookings_slot_key;
  DROP INDEX bookings_seq_key)";

constexpr Damage kDamages[] = {
    {"an outcome is lost", "lost",
     "DELETE FROM commands WHERE id = (SELECT id FROM commands WHERE event_id IN (SELECT id FROM ours) LIMIT 1)"},
    {"a command took effect twice", "twice",
     "INSERT INTO commands SELECT * FROM commands WHERE event_id IN (SELECT id FROM ours) LIMIT 1"},
    {"a command failed", "failed",
     "UPDATE commands SET state = 'failed', outcome = 'failed', reason = 'x' WHERE id = (SELECT id FROM commands WHERE "
     "event_id IN (SELECT id FROM ours) LIMIT 1)"},
    {"an outcome of nothing", "phantom",
     "INSERT INTO commands SELECT gen_random_uuid(), 'book', user_id, id, 'done', 'confirmed', NULL, NULL, now(), "
     "now() "
     "FROM events WHERE id IN (SELECT id FROM ours) LIMIT 1"},
    {"a command that nobody sent", "uncalled",
     "INSERT INTO commands SELECT gen_random_uuid(), 'delete_event', gen_random_uuid(), id, 'done', 'deleted', NULL, "
     "NULL, now(), now() FROM events WHERE id IN (SELECT id FROM ours) LIMIT 1"},
    {"somebody else's command", "mixed_up",
     "UPDATE commands SET user_id = gen_random_uuid() WHERE id = (SELECT id FROM commands WHERE event_id IN (SELECT id "
     "FROM ours) LIMIT 1)"},
    {"another outcome", "outcome",
     "UPDATE commands SET outcome = 'waitlisted' WHERE id = (SELECT id FROM commands WHERE event_id IN (SELECT id FROM "
     "ours) AND outcome = 'confirmed' LIMIT 1)"},
    {"another answer of the API", "api_disagrees",
     "UPDATE commands SET outcome = 'waitlisted' WHERE id = (SELECT id FROM commands WHERE event_id IN (SELECT id FROM "
     "ours) AND outcome = 'confirmed' LIMIT 1)"},
    {"a seat too many", "oversold",
     "UPDATE events SET total_tickets = total_tickets - available_tickets - 1 WHERE id = (SELECT id FROM events WHERE "
     "id IN (SELECT id FROM ours) AND total_tickets - available_tickets > 1 LIMIT 1)"},
    {"a wrong counter", "counters",
     "UPDATE events SET waiting_list_count = waiting_list_count + 1 WHERE id IN (SELECT id FROM ours)"},
    {"a capacity nobody set", "event", "UPDATE events SET total_tickets = 999999 WHERE id IN (SELECT id FROM ours)"},
    {"a seat lies idle", "idle_seat",
     "UPDATE events SET total_tickets = total_tickets + 1, available_tickets = available_tickets + 1 WHERE id = "
     "(SELECT "
     "id FROM events WHERE id IN (SELECT id FROM ours) AND waiting_list_count > 0 AND edition = 1 LIMIT 1)"},
    {"the last of the line has a seat", "overtaken",
     "UPDATE bookings SET state = 'confirmed' WHERE id = (SELECT l.id FROM bookings l JOIN events e ON e.id = "
     "l.event_id WHERE e.id IN (SELECT id FROM ours) AND e.waiting_list_count > 1 AND e.edition = 1 AND l.state = "
     "'waitlisted' ORDER BY "
     "e.id, l.seq DESC LIMIT 1)"},
    {"two have changed places", "booking",
     "WITH two AS (SELECT id, seq, event_id FROM bookings WHERE seq IN (1, 2) AND event_id = (SELECT event_id FROM "
     "bookings WHERE seq = 2 AND event_id IN (SELECT id FROM ours) LIMIT 1)) UPDATE bookings b SET seq = 3 - b.seq "
     "FROM "
     "two WHERE b.id = two.id"},
    {"the line turned round", "seat_order",
     "UPDATE bookings SET seq = 100000 - seq WHERE event_id IN (SELECT id FROM ours) AND seq IS NOT NULL"},
    {"somebody holds too many", "over_limit",
     "UPDATE bookings SET user_id = (SELECT min(user_id::text)::uuid FROM bookings WHERE event_id IN (SELECT id FROM "
     "ours)) WHERE event_id IN (SELECT id FROM ours) AND state IN ('confirmed', 'waitlisted')"},
    {"a cancelled booking lives", "booking",
     "UPDATE bookings SET state = 'waitlisted', cancelled_at = NULL, promoted_at = NULL WHERE id = (SELECT id FROM "
     "bookings WHERE event_id IN (SELECT id FROM ours) AND state = 'cancelled' LIMIT 1)"},
    {"promoted, and it does not show", "promotion",
     "UPDATE bookings SET promoted_at = NULL WHERE event_id IN (SELECT id FROM ours) AND promoted_at IS NOT NULL"},
    {"nobody was told", "notification",
     "DELETE FROM notifications WHERE id = (SELECT id FROM notifications WHERE event_id IN (SELECT id FROM ours) AND "
     "kind = 'booked' LIMIT 1)"},
    {"told something else", "notification",
     "UPDATE notifications SET kind = 'booked' WHERE id = (SELECT id FROM notifications WHERE event_id IN (SELECT id "
     "FROM ours) AND kind = 'waitlisted' LIMIT 1)"},
    {"not told of a promotion", "notification",
     "DELETE FROM notifications WHERE id = (SELECT id FROM notifications WHERE event_id IN (SELECT id FROM ours) AND "
     "kind = 'promoted' LIMIT 1)"},
    {"told twice of a promotion", "notification",
     "INSERT INTO notifications SELECT gen_random_uuid(), user_id, event_id, booking_id, kind, message, created_at, "
     "updated_at, read_at FROM notifications WHERE event_id IN (SELECT id FROM ours) AND kind = 'promoted' LIMIT 1"},
    {"a dead letter", "dead_letter", "INSERT INTO dead_letters VALUES (0, '1-1', NULL, '{}', 'x', NULL, 5, now())"},
};

bool found_after(const Damage& damage, const Report& good) {
  auto connection = connect_directly();
  pqxx::work tx(connection);
  tx.exec("SET LOCAL ticketd.edition = '99'");  // this is no worker
  tx.exec("CREATE TEMP TABLE ours (id uuid) ON COMMIT DROP");
  for (const auto& event : good.evidence.planned) postgres::execute(tx, "INSERT INTO ours VALUES ($1::uuid)", event.id);
  tx.exec(kDropped);
  Evidence evidence = good.evidence;
  if (tx.exec(damage.sql).affected_rows() == 0) return false;
  load_tables(tx, evidence);
  return audit(good.history, evidence).has(damage.rule);
}

// Damage to what the clients and Redis said.
struct Lie {
  const char* name;
  const char* rule;
  std::function<void(History&, Evidence&)> tell;
};

Call& call_where(History& history, const std::function<bool(const Call&)>& wanted) {
  return *std::find_if(history.calls.begin(), history.calls.end(), wanted);
}

bool was_accepted(const Call& call) { return accepted(call) != nullptr; }

std::vector<Lie> lies() {
  return {
      {"a 202 that was never queued", "not_queued",
       [](History& h, Evidence&) { call_where(h, was_accepted).attempts.front().request_id = "nowhere"; }},
      {"a second request for the same key", "idempotency",
       [](History& h, Evidence&) {
         auto& call = call_where(h, was_accepted);
         call.attempts.push_back(*accepted(call));
         call.attempts.back().request_id = "another";
       }},
      {"an answer out of place", "unexpected_answer",
       [](History& h, Evidence&) { h.calls.front().attempts.front().status = 500; }},
      {"a change that was answered and not made", "unheard",
       [](History& h, Evidence& e) {
         auto& call =
             call_where(h, [](const Call& c) { return c.kind == "update_event" && c.attempts.back().status == 200; });
         std::erase_if(e.commands, [&](const auto& row) { return row.user == call.user && row.kind == call.kind; });
       }},
      {"a request that is not found", "vanished",
       [](History& h, Evidence& e) {
         auto look = e.looks.front();
         look.status = 404;
         look.request_id = accepted(call_where(h, was_accepted))->request_id;
         h.looks.push_back(look);
       }},
      {"a request that is queued again", "undone",
       [](History& h, Evidence& e) {
         auto look = e.looks.front();
         look.state = "queued";
         look.sent = look.answered = look.answered + std::chrono::hours(1);
         h.looks.push_back(look);
       }},
      {"an order that time denies", "accept_order",
       [](History&, Evidence& e) { std::reverse(e.accepted.begin(), e.accepted.end()); }},
      {"an entry that stays", "queue_left", [](History&, Evidence& e) { e.queued = 1; }},
      {"a pending field that stays", "queue_left",
       [](History&, Evidence& e) { e.leftover.emplace_back("ticketd:pending:x"); }},
  };
}

// Of what is due.
std::vector<Lie> lies_about_time() {
  return {
      {"seats are lost before their time", "expired_early",
       [](History&, Evidence& e) {
         for (auto& expiry : e.expiries) expiry.at -= std::chrono::hours(1);
       }},
      {"seats are lost that were not held", "expiry",
       [](History&, Evidence& e) {
         for (const auto& booking : e.bookings) {
           const auto with = std::find_if(e.expiries.begin(), e.expiries.end(), [&](const auto& expiry) {
             return expiry.event == booking.event && booking.state == "waitlisted";
           });
           if (with == e.expiries.end()) continue;
           auto expiry = *with;
           expiry.booking = booking.id;
           return e.expiries.push_back(expiry);
         }
       }},
      {"seats are kept without a yes", "booking",
       [](History&, Evidence& e) {
         const auto lost = e.expiries.front().booking;
         for (auto& booking : e.bookings) {
           if (booking.id == lost) booking.state = "confirmed";
         }
       }},
      {"a deadline that is another", "deadline",
       [](History&, Evidence& e) {
         for (auto& booking : e.bookings) {
           if (booking.held_until) *booking.held_until += seconds(1);
         }
       }},
      {"decided in another order", "decided_order",
       [](History&, Evidence& e) {
         auto& first = *std::min_element(e.commands.begin(), e.commands.end(),
                                         [](const auto& a, const auto& b) { return a.turn < b.turn; });
         first.turn = std::numeric_limits<std::int64_t>::max();
       }},
      {"too late, and then in time", "undone",
       [](History& h, Evidence& e) {
         std::set<std::string> confirmed;
         for (const auto& row : e.commands) {
           if (row.outcome == "confirmed_held") confirmed.insert(row.id);
         }
         auto refused = call_where(
             h, [&](const Call& call) { return was_accepted(call) && confirmed.contains(accepted(call)->request_id); });
         refused.attempts.resize(1);
         auto& attempt = refused.attempts.front();
         attempt.sent = attempt.answered = attempt.sent - std::chrono::hours(1);
         attempt.status = 409;
         attempt.code = "offer_expired";
         h.calls.push_back(refused);
       }},
  };
}

std::vector<Trial> tell(const std::vector<Lie>& lies, const Report& good) {
  std::vector<Trial> trials;
  for (const auto& lie : lies) {
    auto history = good.history;
    auto evidence = good.evidence;
    lie.tell(history, evidence);
    trials.push_back({lie.name, lie.rule, audit(history, evidence).has(lie.rule)});
  }
  return trials;
}

}  // namespace

bool found_in_another_order(const Report& good) {
  std::map<std::string, std::string> outcomes;
  for (const auto& row : good.evidence.commands) outcomes[row.id] = row.outcome;
  const auto is_pair = [&](const domain::Command& a, const domain::Command& b) {
    return a.kind() == domain::CommandKind::book && b.kind() == domain::CommandKind::book && a.event == b.event &&
           outcomes[a.id.str()] == "confirmed" && outcomes[b.id.str()] == "waitlisted";
  };
  auto evidence = good.evidence;
  const auto pair = std::adjacent_find(evidence.accepted.begin(), evidence.accepted.end(), is_pair);
  if (pair == evidence.accepted.end()) return false;
  std::iter_swap(pair, pair + 1);
  Findings findings;
  audit_replay(evidence, findings);
  return findings.has("booking");
}

std::vector<Trial> try_the_audit(const Report& good) {
  std::vector<Trial> trials;
  for (const auto& damage : kDamages) trials.push_back({damage.name, damage.rule, found_after(damage, good)});
  for (const auto& trial : tell(lies(), good)) trials.push_back(trial);
  return trials;
}

std::vector<Trial> try_the_audit_of_time(const Report& good) { return tell(lies_about_time(), good); }

}  // namespace ticketd::torture
