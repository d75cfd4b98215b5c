// The promises, held against the history and the stores. Every rule has a name; a finding says which one is broken and
// how. The rules are pure functions, so that damage can be planted in front of them (self_test.h).
#pragma once
#include <map>
#include <string>
#include <vector>

#include "evidence.h"
#include "history.h"

namespace ticketd::torture {

// The names of broken rules, each with what was found, in words.
class Findings {
 public:
  void add(const std::string& rule, const std::string& what) { found_[rule].push_back(what); }
  [[nodiscard]] bool has(const std::string& rule) const { return found_.contains(rule); }
  [[nodiscard]] std::size_t count() const;
  // What the audit came across, and is no fault: how often.
  void meet(const std::string& what) { ++met_[what]; }
  [[nodiscard]] const std::map<std::string, int>& met() const { return met_; }
  // The first few of each rule, a line each.
  [[nodiscard]] std::vector<std::string> lines() const;

 private:
  std::map<std::string, std::vector<std::string>> found_;
  std::map<std::string, int> met_;
};

Findings audit(const History& history, const Evidence& evidence);

// The parts of it.
// lost, twice, failed, phantom, mixed_up, not_queued, dead_letter, queue_left: commands accepted against commands done.
void audit_commands(const History& history, const Evidence& evidence, Findings& findings);
// uncalled, unheard, idempotency, unexpected_answer: commands done against what clients asked for.
void audit_calls(const History& history, const Evidence& evidence, Findings& findings);
// vanished, undone, api_disagrees: what GET /v1/requests said, and whoever was too late for a seat.
void audit_looks(const History& history, const Evidence& evidence, Findings& findings);
// oversold, counters, idle_seat, overtaken, over_limit: the seats as they are at the end.
void audit_seats(const Evidence& evidence, Findings& findings);
// accept_order, seat_order: who was answered before another asked stands before them.
void audit_order(const History& history, const Evidence& evidence, Findings& findings);
// outcome, booking, promotion, notification, deadline, expiry, expired_early, decided_order: each command again, one
// after the other, by the model, and between them what time made due.
void audit_replay(const Evidence& evidence, Findings& findings);

}  // namespace ticketd::torture
