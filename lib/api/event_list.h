// What discover and my-events share: reading the query, and the page as JSON.
#pragma once
#include "api/paging.h"
#include "api/views.h"

namespace ticketd {

// page and limit (page * limit at most storage::kCountMax: beyond that take the cursor), or cursor. `filter` is whole,
// but that the words of a search are still as they were typed.
Page read_event_page(http::Fields& in, const storage::EventFilter& filter);

enum class When { upcoming, past, all };

// What a list shows, and in which order, unless the query says otherwise.
struct ListDefaults {
  When when;
  storage::EventSort sort;
};

// q, from, to, when, available, sort. What contradicts itself, and so leaves nothing whatever there is, is refused.
storage::EventFilter read_filter(http::Fields& in, const ListDefaults& defaults, Time now);

struct EventPage {
  std::vector<storage::Event> events;
  std::optional<std::string> next_cursor;
};

// `total`: how many events the filter leaves, about.
EventPage list_page(pqxx::transaction_base& tx, const storage::EventFilter& filter, const Page& page, int total);

JsonText events_json(const std::vector<storage::Event>& events, Time now);
JsonText pagination_json(const Page& page, int total, const std::optional<std::string>& next_cursor);

}  // namespace ticketd
