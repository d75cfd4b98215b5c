#include "api/event_list.h"

namespace ticketd {

using storage::EventSort;
namespace {

// A day that is over is asked for, and only by default what is not over: rather than nothing, the way to it. Who writes
// when=upcoming means what began by then and goes on.
void refuse_contradictions(http::Fields& in, const storage::EventFilter& filter, const std::optional<When>& when,
                           When otherwise, Time now) {
  if (filter.from && filter.to && *filter.from > *filter.to)
    in.bad("to", "out_of_range", "to must not be before from; exchange the two");
  if (when == When::past && filter.from && *filter.from > now)
    in.bad("from", "out_of_range", "from must be in the past with when=past; send when=upcoming or when=all");
  if (!when && otherwise == When::upcoming && in.ok("when") && filter.to && *filter.to < now) {
    in.bad(
        "to", "out_of_range",
        "to is in the past: send when=past or when=all as well, or when=upcoming for what began by then and goes on");
  }
}

EventSort read_sort(http::Fields& in, EventSort otherwise, bool upcoming) {
  const auto sort = in.optional_word<EventSort>("sort", {{"start_date_time", EventSort::start},
                                                         {"-start_date_time", EventSort::start_descending},
                                                         {"created_at", EventSort::created},
                                                         {"-created_at", EventSort::created_descending},
                                                         {"turns", EventSort::turns}});
  const bool has_turns = upcoming && otherwise == EventSort::turns;
  if (sort == EventSort::turns && !has_turns)
    in.bad("sort", "invalid", "sort=turns is for discover with when=upcoming; send another sort");
  if (otherwise == EventSort::turns && !has_turns) otherwise = EventSort::start;
  return sort.value_or(otherwise);
}

}  // namespace

Page read_event_page(http::Fields& in, const storage::EventFilter& filter, const std::string& search) {
  auto page =
      read_page(in, "events " + std::to_string(static_cast<int>(filter.sort)) + ' ' + key_of(filter) + ' ' + search);
  page.number = in.optional_number("page", 1, storage::kCountMax).value_or(1);
  return page;
}

std::string read_search(http::Fields& in) { return in.optional_text("q", {0, 200}).value_or(""); }

storage::EventFilter read_filter(http::Fields& in, const ListDefaults& defaults, Time now) {
  storage::EventFilter filter;
  filter.from = in.optional_time("from");
  filter.to = in.optional_time("to");
  if (in.optional_boolean("available").value_or(false)) filter.available_at = now;
  const auto when =
      in.optional_word<When>("when", {{"upcoming", When::upcoming}, {"past", When::past}, {"all", When::all}});
  refuse_contradictions(in, filter, when, defaults.when, now);
  if (when.value_or(defaults.when) == When::upcoming) filter.ends_after = now;
  if (when.value_or(defaults.when) == When::past) filter.ends_before = now;
  filter.sort = read_sort(in, defaults.sort, filter.ends_after.has_value());
  return filter;
}

std::optional<Refusal> find_words(pqxx::transaction_base& tx, const std::string& search, storage::EventFilter& filter) {
  if (search.empty()) return std::nullopt;
  filter.words = storage::list_search_words(tx, search);
  if (!filter.words.empty()) return std::nullopt;
  return Refusal{Code::validation_failed, "", {{"q", "invalid", "q must have a letter or a digit"}}};
}

EventPage list_page(pqxx::transaction_base& tx, const storage::EventFilter& filter, const Page& page, int total) {
  // Its cost would have no bound, and total counts no further either.
  if (!page.after && page.number > storage::kCountMax / page.limit) return {};
  EventPage found{storage::list_events(tx, filter, page.rows(), (page.number - 1) * page.limit, page.after, total), {}};
  found.next_cursor = cut(found.events, page, [&](const auto& event) { return cursor_of(event, filter.sort); });
  return found;
}

JsonText events_json(const std::vector<storage::Event>& events, Time now) {
  auto rows = JsonText::array();
  for (const auto& event : events) rows.push(listed_event_json(event, now));
  return rows;
}

JsonText pagination_json(const Page& page, int total, const std::optional<std::string>& next_cursor) {
  return JsonText::object({{"total", total},
                           {"page", page.number},
                           {"limit", page.limit},
                           {"total_pages", (total + page.limit - 1) / page.limit},
                           {"next_cursor", next_cursor}});
}

}  // namespace ticketd
