#include <algorithm>
#include <set>

#include "audit.h"

namespace ticketd::torture {
namespace {

// How many commands of one kind, user and event there can be beyond those whose ids are known from a 202.
struct Bounds {
  int least = 0;
  int most = 0;
};

std::string key_of(const std::string& kind, const std::string& user, const std::string& event) {
  return kind + " by " + user + " of " + event;
}

bool changes_event(const Call& call) {
  return call.kind == "update_event" || call.kind == "delete_event" || call.kind == "set_pool" ||
         call.kind == "set_ticket_type";
}

// PATCH and DELETE answer 200, or what the worker refused, without the command's id.
Bounds anonymous_commands(const Call& call) {
  if (accepted(call) != nullptr) return {};
  if (has_unclear(call)) return {0, 1};
  const auto& answer = call.attempts.back();
  if (answer.status == 200 || answer.code == "capacity_below_confirmed" || answer.code == "line_not_empty")
    return {1, 1};
  const bool by_worker_perhaps = changes_event(call);
  if (answer.code == "event_cancelled" && by_worker_perhaps) return {0, 1};
  return {};
}

bool is_expected(const Call& call, const Attempt& attempt) {
  switch (attempt.status) {
    case 0:
    case 502:
    case 503:
    case 504:
    case 202: return true;
    case 200: return changes_event(call);
    case 400:
      return attempt.code == "quantity_over_limit" &&
             (call.kind == "update_booking" || call.kind == "confirm" || (call.kind == "book" && !call.item.empty()));
    case 404: return attempt.code == "booking_not_found" && !call.booking.empty();
    case 409:
      if (attempt.code == "not_waiting") return call.kind == "update_booking";
      if (attempt.code == "not_held" || attempt.code == "offer_expired") return call.kind == "confirm";
      if (attempt.code == "line_not_empty") return call.kind == "set_pool";
      return attempt.code == "event_cancelled" || attempt.code == "capacity_below_confirmed";
    default: return false;
  }
}

void audit_one(const Call& call, Findings& findings) {
  const auto* first = accepted(call);
  for (const auto& attempt : call.attempts) {
    if (!is_expected(call, attempt))
      findings.add("unexpected_answer", call.kind + ": " + std::to_string(attempt.status) + " " + attempt.code);
    if (attempt.status != 202) continue;
    if (attempt.request_id != first->request_id || attempt.notification_id != first->notification_id ||
        attempt.booking_id != first->booking_id)
      findings.add("idempotency", "key " + call.key + " gave " + first->request_id + " and " + attempt.request_id);
    if (!attempt.replayed && attempt.sent > first->answered)
      findings.add("idempotency", "key " + call.key + " was answered again and nothing said so");
  }
}

}  // namespace

void audit_calls(const History& history, const Evidence& evidence, Findings& findings) {
  std::set<std::string> known;
  std::map<std::string, Bounds> bounds;
  for (const auto& call : history.calls) {
    audit_one(call, findings);
    if (const auto* answer = accepted(call)) known.insert(answer->request_id);
    const auto one = anonymous_commands(call);
    auto& sum = bounds[key_of(call.kind, call.user, call.event)];
    // A deletion is answered the same when the event was deleted before.
    sum.least = call.kind == "delete_event" ? std::max(sum.least, one.least) : sum.least + one.least;
    sum.most += one.most;
  }
  std::map<std::string, int> anonymous, known_deletions;
  for (const auto& row : evidence.commands) {
    if (!known.contains(row.id)) {
      ++anonymous[key_of(row.kind, row.user, row.event)];
    } else if (row.kind == "delete_event") {
      ++known_deletions[key_of(row.kind, row.user, row.event)];
    }
  }
  for (const auto& [what, count] : anonymous) {
    if (count > bounds[what].most)
      findings.add("uncalled", std::to_string(count) + " commands that nobody knows of, " +
                                   std::to_string(bounds[what].most) + " at most can be: " + what);
  }
  for (const auto& [what, bound] : bounds) {
    if (anonymous[what] + known_deletions[what] < bound.least)
      findings.add("unheard", "a change was answered and never made: " + what);
  }
}

namespace {

// Who was told that he is too late is so, whoever asks again.
void audit_lateness(const History& history, const Evidence& evidence, Findings& findings) {
  std::map<std::string, Moment> late;  // by booking: when it was known
  for (const auto& call : history.calls) {
    const auto& last = call.attempts.back();
    if (last.code != "offer_expired") continue;
    findings.meet("yes refused by the API: offer_expired");
    const auto [known, is_new] = late.emplace(call.booking, last.answered);
    if (!is_new) known->second = std::min(known->second, last.answered);
  }
  std::map<std::string, std::string> outcomes;
  for (const auto& row : evidence.commands) outcomes[row.id] = row.outcome;
  for (const auto& call : history.calls) {
    const auto* answer = call.kind == "confirm" ? accepted(call) : nullptr;
    const auto known = late.find(call.booking);
    if (answer != nullptr && known != late.end() && known->second < call.attempts.front().sent &&
        outcomes[answer->request_id] == "confirmed_held")
      findings.add("undone", call.booking + " was too late to be confirmed, and then was");
  }
}

}  // namespace

void audit_looks(const History& history, const Evidence& evidence, Findings& findings) {
  audit_lateness(history, evidence, findings);
  std::map<std::string, Moment> told;  // when the 202 had arrived
  for (const auto& call : history.calls) {
    if (const auto* answer = accepted(call)) told.emplace(answer->request_id, answer->answered);
  }
  std::map<std::string, const CommandRow*> rows;
  for (const auto& row : evidence.commands) rows[row.id] = &row;
  std::map<std::string, Moment> decided;  // since when it was known to be
  for (const auto* looks : {&history.looks, &evidence.looks}) {
    for (const auto& look : *looks) {
      const auto since = told.find(look.request_id);
      if (look.status == 404 && since != told.end() && since->second < look.sent)
        findings.add("vanished", look.request_id + " was accepted, and then not found");
      if (look.status == 500) findings.add("unexpected_answer", "a request's state: 500");
      if (look.status != 200 || look.state != "done") continue;
      const auto [known, is_new] = decided.emplace(look.request_id, look.answered);
      if (!is_new) known->second = std::min(known->second, look.answered);
    }
  }
  for (const auto* looks : {&history.looks, &evidence.looks}) {
    for (const auto& look : *looks) {
      if (look.status != 200) continue;
      const auto since = decided.find(look.request_id);
      if (look.state == "queued" && since != decided.end() && since->second < look.sent)
        findings.add("undone", look.request_id + " was done, and then queued again");
      const auto row = rows.find(look.request_id);
      if (look.state != "queued" && (row == rows.end() || row->second->outcome != look.outcome))
        findings.add("api_disagrees", look.request_id + " is said to be " + look.outcome);
    }
  }
  for (const auto& look : evidence.looks) {
    if (look.status != 200 || look.state == "queued")
      findings.add("api_disagrees", look.request_id + " in the end: " + std::to_string(look.status) + " " + look.state);
  }
}

}  // namespace ticketd::torture
