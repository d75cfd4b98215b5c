// Covers: lib/base/json.cc lib/api/event_fields.cc lib/api/booking_fields.cc lib/api/pool_fields.cc lib/http/fields.cc
#include "api/booking_fields.h"
#include "api/door_fields.h"
#include "api/event_fields.h"
#include "api/pool_fields.h"
#include "fuzz/properties.h"
#include "queue/wire.h"
#include "support/fakes.h"

using namespace ticketd;
using fuzz::require;

static void try_json(const Json& body) {
  const auto again = Json::parse(body.dump());
  require(again && *again == body, "JSON is read as it was written");
  require(again->canonical() == body.canonical(), "equal JSON has one canonical text");
}

static const Time kNow = *parse_time("2030-01-01T00:00Z");

static void try_new_event(const Json& body) {
  tests::SeededRandom random;
  const auto event = read_new_event(body, {}, kNow, random);
  if (!event.ok()) {
    fuzz::require_problem(event.refusal());
    return;
  }
  require(!event->title.empty() && event->title.size() <= 4 * 255, "a title has 1 to 255 characters");
  require(!event->description.empty() && event->description.size() <= 40'000, "a description has up to 10,000");
  require(event->ends_at > event->starts_at, "an event ends after it starts");
  require(event->ends_at - event->starts_at <= std::chrono::days(366), "an event lasts a year at most");
  require(event->total_tickets >= 1 && event->total_tickets <= 1'000'000, "an event has 1 to 1,000,000 tickets");
  int seats = 0;
  for (const auto& pool : event->pools) seats += pool.capacity;
  require(seats == event->total_tickets, "an event has the seats of its pools");
  for (const auto& type : event->types)
    require(storage::find_by_id(event->pools, type.pool) != nullptr, "a ticket type is of one of the event's pools");
  require(event->max_per_user >= 1 && event->max_per_user <= 100, "1 to 100 for each person");
}

static void travels(const domain::Action& action) {
  domain::Command command;
  command.action = action;
  require(queue::from_fields(queue::to_fields(command)) == command, "the worker reads what was sent");
}

static void try_booking(const Json& body) {
  http::Fields of_wish(body), of_rest(body), of_terms(body);
  const auto wish = read_wish(of_wish);
  if (of_wish.ok()) travels(wish);
  const auto given_back = read_given_back(of_rest);
  if (of_rest.ok()) travels(given_back);
  const auto terms = read_new_terms(of_terms, {});
  if (of_terms.ok()) travels(terms);
  for (const auto* in : {&of_wish, &of_rest, &of_terms}) {
    if (!in->ok()) fuzz::require_problem(in->refusal());
  }
}

// Changes travel through the queue: what the handler took, the worker reads.
static void try_changes(const Json& body) {
  const auto changes = read_event_changes(body);
  if (!changes.ok()) {
    fuzz::require_problem(changes.refusal());
    return;
  }
  travels(domain::UpdateEvent{*changes});
}

static void try_pools_and_types(const Json& body) {
  http::Fields new_pool(body), pool(body), new_type(body), type(body);
  const auto made = read_new_pool(new_pool);
  if (new_pool.ok()) travels(domain::SetPool{PoolId{}, made});
  const auto changed = read_pool_changes(pool);
  if (pool.ok()) travels(domain::SetPool{PoolId{}, changed});
  const auto made_type = read_new_type(new_type, {});
  if (new_type.ok()) travels(domain::SetTicketType{TicketTypeId{}, made_type});
  const auto changed_type = read_type_changes(type, {}, nullptr);
  if (type.ok()) travels(domain::SetTicketType{TicketTypeId{}, changed_type});
  for (const auto* in : {&new_pool, &pool, &new_type, &type}) {
    if (!in->ok()) fuzz::require_problem(in->refusal());
  }
}

static void require_scan(const SentScan& sent) {
  require(!sent.code.empty() && !sent.scan.nonce.empty(), "a scan has a code and a nonce");
  require(sent.scan.scanned_at <= kNow && is_date(epoch_ms(sent.scan.scanned_at)),
          "a scan was at a time, and not later");
}

static void try_door(const Json& body) {
  http::Fields of_scan(body), of_scans(body), of_door(body);
  const auto scan = read_scan(of_scan, kNow);
  if (of_scan.ok()) require_scan(scan);
  const auto scans = read_late_scans(of_scans, kNow);
  if (of_scans.ok()) require(!scans.empty() && scans.size() <= kScansMax, "there are scans, and not too many");
  for (std::size_t i = 0; of_scans.ok() && i < scans.size(); ++i) require_scan(scans[i]);
  read_door_changes(of_door);
  for (const auto* in : {&of_scan, &of_scans, &of_door}) {
    if (!in->ok()) fuzz::require_problem(in->refusal());
  }
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
  try_booking(*body);
  try_pools_and_types(*body);
  try_door(*body);
  return 0;
}
