// Covers: lib/base/json.cc lib/api/event_fields.cc lib/http/fields.cc
#include "api/event_fields.h"
#include "fuzz/properties.h"
#include "queue/wire.h"

using namespace ticketd;
using fuzz::require;

static void try_json(const Json& body) {
  const auto again = Json::parse(body.dump());
  require(again && *again == body, "JSON is read as it was written");
  require(again->canonical() == body.canonical(), "equal JSON has one canonical text");
}

static const Time kNow = *parse_time("2030-01-01T00:00Z");

static void try_new_event(const Json& body) {
  const auto event = read_new_event(body, kNow);
  if (!event.ok()) {
    fuzz::require_problem(event.refusal());
    return;
  }
  require(!event->title.empty() && event->title.size() <= 4 * 255, "a title has 1 to 255 characters");
  require(!event->description.empty() && event->description.size() <= 40'000, "a description has up to 10,000");
  require(event->ends_at > event->starts_at, "an event ends after it starts");
  require(event->ends_at - event->starts_at <= std::chrono::days(366), "an event lasts a year at most");
  require(event->total_tickets >= 1 && event->total_tickets <= 1'000'000, "an event has 1 to 1,000,000 tickets");
  require(event->max_per_user >= 1 && event->max_per_user <= 100, "1 to 100 for each person");
}

// Changes travel through the queue: what the handler took, the worker reads.
static void try_changes(const Json& body) {
  const auto changes = read_event_changes(body);
  if (!changes.ok()) {
    fuzz::require_problem(changes.refusal());
    return;
  }
  domain::Command command;
  command.action = domain::UpdateEvent{*changes};
  require(queue::from_fields(queue::to_fields(command)) == command, "the worker reads the changes that were sent");
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  http::Request request;
  request.content_type = "application/json";
  request.body = fuzz::text_of(data, size);
  const auto body = request.json_body();
  if (!body.ok()) {
    fuzz::require_problem(body.refusal());
    return 0;
  }
  try_json(*body);
  try_new_event(*body);
  try_changes(*body);
  return 0;
}
