// GET /v1/events/discover: the open events that are for all, searched, filtered and sorted, page by page.
#include "api/event_list.h"
#include "endpoint/search.h"
#include "endpoint/serve.h"

using namespace ticketd;

static Answer discover(App& app, const Request& request, std::optional<UserId>) {
  http::Fields in(request);
  const auto search = read_search(in);
  const auto now = app.clock.now();
  auto filter = read_filter(in, {When::upcoming, storage::EventSort::turns}, now);
  filter.for_all = true;
  const auto page = read_event_page(in, filter, search);
  if (!in.ok()) return in.refusal();
  return run_list(app, search, [&](pqxx::transaction_base& tx) -> Answer {
    if (const auto refusal = find_words(tx, search, filter)) return *refusal;
    const int total = app.counts.count(tx, filter, now);
    const auto found = list_page(tx, filter, page, total);
    const auto data = JsonText::object(
        {{"data", events_json(found.events, now)}, {"pagination", pagination_json(page, total, found.next_cursor)}});
    return http::success(200, "Events discovered successfully", data);
  });
}

int main() { return serve("events-discover", RateClass::reads, discover); }
