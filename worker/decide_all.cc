#include "decide_all.h"

#include "base/crash_point.h"
#include "domain/decide.h"

namespace ticketd::worker {

domain::BatchFacts decide_all(storage::LoadedBatch& batch, std::span<const domain::Command> commands) {
  domain::BatchFacts facts;
  facts.reserve(commands.size());
  for (const auto& command : commands) {
    if (batch.done.contains(command.id)) continue;
    CRASH_POINT("command-" + command.request_id);
    const auto event = batch.events.find(command.event);
    if (event == batch.events.end()) {
      facts.push_back({&command, "", domain::no_such_event(command)});
      continue;
    }
    for (const auto& fact : domain::decide(event->second, command))
      facts.push_back({&command, event->second.title, fact});
  }
  return facts;
}

}  // namespace ticketd::worker
