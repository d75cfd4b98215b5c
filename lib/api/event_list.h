// What discover and my-events share: reading the query, and the page as JSON.
#pragma once
#include "api/paging.h"
#include "api/views.h"
#include "refusal/refusal.h"

namespace ticketd {

// q; empty if there is none.
std::string read_search(http::Fields& in);

// page and limit (page * limit at most storage::kCountMax: beyond that take the cursor), or cursor. `filter` is whole
// but for its words, which find_words() makes of the search.
Page read_event_page(http::Fields& in, const storage::EventFilter& filter, const std::string& search);

enum class When { upcoming, past, all };

// What a list shows, and in which order, unless the query says otherwise. `sort` turns is of what is upcoming: of
// others it is start.
struct ListDefaults {
  When when;
  storage::EventSort sort;
};

// from, to, when, available, sort. What contradicts itself, and so leaves nothing whatever there is, is refused.
storage::EventFilter read_filter(http::Fields& in, const ListDefaults& defaults, Time now);

struct EventPage {
  std::vector<storage::Event> events;
  std::optional<std::string> next_cursor;
};

// The words of a search that is not empty, for its filter. Refuses: validation_failed, if it has none.
std::optional<Refusal> find_words(pqxx::transaction_base& tx, const std::string& search, storage::EventFilter& filter);

// `total`: how many events the filter leaves, about.
EventPage list_page(pqxx::transaction_base& tx, const storage::EventFilter& filter, const Page& page, int total);

JsonText events_json(const std::vector<storage::Event>& events, Time now);
JsonText pagination_json(const Page& page, int total, const std::optional<std::string>& next_cursor);

}  // namespace ticketd
