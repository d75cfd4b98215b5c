#include <set>

#include "audit.h"

namespace ticketd::torture {
namespace {

std::map<std::string, std::vector<const CommandRow*>> rows_by_id(const Evidence& evidence) {
  std::map<std::string, std::vector<const CommandRow*>> rows;
  for (const auto& row : evidence.commands) rows[row.id].push_back(&row);
  return rows;
}

}  // namespace

void audit_commands(const History& history, const Evidence& evidence, Findings& findings) {
  auto rows = rows_by_id(evidence);
  std::set<std::string> queued;
  for (const auto& command : evidence.accepted) {
    const auto id = command.id.str();
    if (!queued.insert(id).second) findings.add("twice", id + " was queued twice");
    const auto found = rows.find(id);
    if (found == rows.end()) {
      findings.add("lost", id + " was queued and has no outcome");
      continue;
    }
    const auto& row = *found->second.front();
    if (found->second.size() > 1) findings.add("twice", id + " has more than one outcome");
    if (row.state != "done") findings.add("failed", id + " is " + row.state + ": " + row.reason);
    if (row.kind != name_of(command.kind()) || row.user != command.user.str() || row.event != command.event.str())
      findings.add("mixed_up", id + " is not what was queued");
  }
  for (const auto& row : evidence.commands) {
    if (!queued.contains(row.id)) findings.add("phantom", row.id + " has an outcome and was never queued");
  }
  for (const auto& call : history.calls) {
    const auto* answer = accepted(call);
    if (answer == nullptr) continue;
    if (!queued.contains(answer->request_id))
      findings.add("not_queued", answer->request_id + " was answered 202 and is not in the log of Redis");
    if (!rows.contains(answer->request_id))
      findings.add("lost", answer->request_id + " was answered 202 and has no outcome");
  }
  if (evidence.dead_letters > 0)
    findings.add("dead_letter", std::to_string(evidence.dead_letters) + " commands were put aside");
  if (evidence.queued > 0) findings.add("queue_left", std::to_string(evidence.queued) + " entries");
  for (const auto& key : evidence.leftover) findings.add("queue_left", key);
}

}  // namespace ticketd::torture
