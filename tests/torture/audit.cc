#include "audit.h"

namespace ticketd::torture {
namespace {

constexpr std::size_t kShown = 5;  // of each rule

}  // namespace

std::size_t Findings::count() const {
  std::size_t all = 0;
  for (const auto& [rule, found] : found_) all += found.size();
  return all;
}

std::vector<std::string> Findings::lines() const {
  std::vector<std::string> lines;
  for (const auto& [rule, found] : found_) {
    for (std::size_t i = 0; i < found.size() && i < kShown; ++i) lines.push_back(rule + ": " + found[i]);
    if (found.size() > kShown) lines.push_back(rule + ": and " + std::to_string(found.size() - kShown) + " more");
  }
  return lines;
}

Findings audit(const History& history, const Evidence& evidence) {
  Findings findings;
  audit_commands(history, evidence, findings);
  audit_calls(history, evidence, findings);
  audit_looks(history, evidence, findings);
  audit_seats(evidence, findings);
  audit_order(history, evidence, findings);
  audit_replay(evidence, findings);
  return findings;
}

}  // namespace ticketd::torture
