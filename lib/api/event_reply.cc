#include "api/event_reply.h"

#include <algorithm>

#include "api/views.h"

namespace ticketd {
namespace {

bool is_open(const storage::EventDetails& event, Time now) {
  return state_of(event.status, event.ends_at, now) == "open";
}

// Free seats that are kept for the first of the line.
int saved(const storage::Pool& pool, const storage::EventDetails& event, Time now) {
  return is_open(event, now) && pool.saved && event.saved_until && now < *event.saved_until ? pool.available : 0;
}

// What a new booking could get of the pool, if it asked for it alone.
int offered(const storage::Pool& pool, const storage::EventDetails& event, Time now) {
  return is_open(event, now) ? pool.available - saved(pool, event, now) : 0;
}

JsonText json_of(const storage::Pool& pool, const storage::EventDetails& event, Time now) {
  const bool has_line = is_open(event, now) && now < event.line_ends_at;
  return JsonText::object({{"id", pool.id.str()},
                           {"name", pool.name},
                           {"capacity", pool.capacity},
                           {"held_back", pool.held_back},
                           {"booked", pool.capacity - pool.held_back - pool.available},
                           {"saved", saved(pool, event, now)},
                           {"available", offered(pool, event, now)},
                           {"waiting_tickets", has_line ? pool.waiting_tickets : 0},
                           {"waiting_entries", has_line ? pool.waiting_entries : 0}});
}

JsonText pools_json(const storage::EventDetails& event, Time now) {
  auto list = JsonText::array();
  for (const auto& pool : event.pools) list.push(json_of(pool, event, now));
  return list;
}

int available_of(const storage::TicketType& type, const storage::EventDetails& event, Time now) {
  const auto* pool = find_by_id(event.pools, type.pool);
  if (type.archived || pool == nullptr) return 0;
  const int seats = offered(*pool, event, now);
  return type.limit ? std::clamp(*type.limit - type.live, 0, seats) : seats;
}

JsonText json_of(const storage::TicketType& type, const storage::EventDetails& event, Time now) {
  return JsonText::object({{"id", type.id.str()},
                           {"pool_id", type.pool.str()},
                           {"name", type.name},
                           {"description", type.description},
                           {"price_label", type.price_label},
                           {"limit", type.limit},
                           {"available", available_of(type, event, now)},
                           {"sales_start", format_time(type.sales.start)},
                           {"sales_end", format_time(type.sales.end)},
                           {"visibility", name_of(type.visibility)},
                           {"max_per_booking", type.max_per_booking},
                           {"position", type.position},
                           {"archived", type.archived}});
}

JsonText types_json(const storage::EventDetails& event, Reader reader, Time now) {
  auto list = JsonText::array();
  for (const auto& type : event.types) {
    const bool is_public = !type.archived && type.visibility == domain::TypeVisibility::listed;
    if (is_public || reader == Reader::owner) list.push(json_of(type, event, now));
  }
  return list;
}

}  // namespace

JsonText event_details_json(const storage::EventDetails& event, Reader reader, Time now) {
  return event_json(event, now)
      .set("sales",
           JsonText::object({{"start", format_time(event.sales.start)}, {"end", format_time(event.sales.end)}}))
      .set("pools", pools_json(event, now))
      .set("ticket_types", types_json(event, reader, now));
}

JsonText pool_json(const storage::EventDetails& event, PoolId id, Time now) {
  return json_of(*find_by_id(event.pools, id), event, now);
}

JsonText type_json(const storage::EventDetails& event, TicketTypeId id, Time now) {
  return json_of(*find_by_id(event.types, id), event, now);
}

Reader reader_of(const storage::Event& event, std::optional<UserId> user) {
  return user == event.owner ? Reader::owner : Reader::anybody;
}

http::Reply event_reply(const storage::EventDetails& event, Reader reader, Time now) {
  return http::success(200, "Event retrieved successfully", event_details_json(event, reader, now));
}

std::string event_tag(const storage::EventDetails& event, Reader reader, Time now) {
  return http::etag_of(event_reply(event, reader, now).body);
}

std::optional<Refusal> unseen_refusal(const http::Request& request, const storage::EventDetails& event, Time now) {
  const auto seen = request.header("if-match");
  if (seen.empty()) return std::nullopt;
  for (const auto reader : {Reader::owner, Reader::anybody}) {
    if (http::lists_tag(seen, event_tag(event, reader, now))) return std::nullopt;
  }
  return Refusal{Code::precondition_failed};
}

}  // namespace ticketd
