// What discover and my-events share: reading the query, and the page as JSON.
#pragma once
#include "api/paging.h"
#include "api/views.h"

namespace ticketd {

struct Page {
  int number = 1;
  int limit = kPageSize;
  std::optional<storage::Cursor> cursor;  // wins over the number
};

// page and limit (page * limit at most storage::kCountMax: beyond that take the cursor), or cursor.
Page read_page(http::Fields& in);

// q, from, to, when (upcoming unless given), available, sort.
storage::EventFilter read_filter(http::Fields& in, Time now);

// `total`: how many events the filter leaves, about.
storage::EventPage list_page(pqxx::transaction_base& tx, const storage::EventFilter& filter, const Page& page,
                             int total);

JsonText events_json(const std::vector<storage::Event>& events, Time now);
JsonText pagination_json(const Page& page, int total, const std::optional<std::string>& next_cursor);

}  // namespace ticketd
