#include "api/webhook_fields.h"

#include <algorithm>

#include "webhook/address.h"

namespace ticketd {
namespace {

constexpr std::size_t kMostTypes = 20, kMostEvents = 100;

std::optional<std::string> read_url(http::Fields& in) {
  auto url = in.optional_text("url", {1, 2'048});
  if (!url || !in.ok("url")) return url;
  if (const auto fault = webhook::fault_of_url(*url); !fault.empty()) in.bad("url", "invalid", "url " + fault);
  return url;
}

std::optional<std::vector<std::string>> read_types(http::Fields& in) {
  const auto words = in.optional_texts("events", 1, kMostTypes);
  if (!words) return std::nullopt;
  std::vector<std::string> types;
  for (const auto type : storage::webhook_types()) {
    if (std::ranges::find(*words, type) != words->end()) types.emplace_back(type);
  }
  for (const auto& word : *words) {
    if (std::ranges::find(types, word) != types.end()) continue;
    in.bad("events", "invalid", "events must have words such as booking.confirmed; the API's document lists them");
    break;
  }
  return types;
}

std::optional<std::vector<EventId>> read_events(http::Fields& in) {
  const auto words = in.optional_texts("event_ids", 1, kMostEvents);
  if (!words) return std::nullopt;
  std::vector<EventId> ids;
  for (const auto& word : *words) {
    const auto id = EventId::parse(word);
    if (!id) {
      in.bad("event_ids", "invalid_id", "event_ids must be UUIDs");
      break;
    }
    ids.push_back(*id);
  }
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

}  // namespace

storage::WebhookChanges read_webhook_changes(http::Fields& in) {
  storage::WebhookChanges changes;
  changes.url = read_url(in);
  changes.types = read_types(in);
  if (in.is_null("event_ids")) {
    changes.events.emplace(std::nullopt);
  } else if (auto events = read_events(in)) {
    changes.events.emplace(std::move(events));
  }
  changes.enabled = in.optional_boolean("enabled");
  return changes;
}

}  // namespace ticketd
