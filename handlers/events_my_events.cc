// GET /v1/events/my-events, /v1/events/me: the caller's own events, newest first. Its data has always been the bare
// list; the way to the next page is in the Link header (RFC 8288).
#include "api/event_list.h"
#include "endpoint/serve.h"

using namespace ticketd;

static Answer my_events(App& app, const Request& request, UserId user) {
  http::Fields in(request);
  const auto page = read_page(in);
  auto filter = read_filter(in, app.clock.now());
  if (!in.ok()) return in.refusal();
  filter.owner = user;
  if (!in.has("when")) filter.ends_after.reset();
  if (!in.has("sort")) filter.sort = storage::EventSort::created_descending;
  return postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) -> Answer {
    if (filter.words) filter.words = storage::word_query(tx, *filter.words);
    const auto found = list_page(tx, filter, page, 0);
    auto reply = http::success(200, "All events retrieved successfully", events_json(found.events, app.clock.now()));
    if (found.next_cursor) {
      const auto next = request.path + '?' + request.query_without({"cursor", "page"}) + "cursor=" + *found.next_cursor;
      reply.header("Link", '<' + next + ">; rel=\"next\"");
    }
    return reply;
  });
}

int main() { return serve("events-my-events", RateClass::reads, my_events); }
