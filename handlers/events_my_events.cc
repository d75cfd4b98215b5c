// GET /v1/events/my-events, /v1/events/me: the caller's own events, newest first. Its data has always been the bare
// list; the way to the next page is in the Link header (RFC 8288). Deleted ones with ?state=cancelled or all.
#include "api/event_list.h"
#include "endpoint/search.h"
#include "endpoint/serve.h"

using namespace ticketd;

static Answer my_events(App& app, const Request& request, UserId user) {
  http::Fields in(request);
  const auto now = app.clock.now();
  const auto search = read_search(in);
  auto filter = read_filter(in, {When::all, storage::EventSort::created_descending}, now);
  enum class State { open, over, deleted, all };
  const auto state = in.optional_word<State>(
      "state", {{"open", State::open}, {"over", State::over}, {"cancelled", State::deleted}, {"all", State::all}});
  filter.owner = user;
  if (state == State::open) filter.ends_after = now;
  if (state == State::over) filter.ends_before = now;
  if (state == State::deleted) filter.scope = storage::EventScope::deleted;
  if (state == State::all) filter.scope = storage::EventScope::all;
  const auto page = read_event_page(in, filter, search);
  if (!in.ok()) return in.refusal();
  return run_list(app, search, [&](pqxx::transaction_base& tx) -> Answer {
    if (const auto refusal = find_words(tx, search, filter)) return *refusal;
    const auto found = list_page(tx, filter, page, 0);
    auto reply = http::success(200, "All events retrieved successfully", events_json(found.events, now));
    if (found.next_cursor) {
      const auto next = request.path + '?' + request.query_without({"cursor", "page"}) + "cursor=" + *found.next_cursor;
      reply.header("Link", '<' + next + ">; rel=\"next\"");
    }
    return reply;
  });
}

int main() { return serve("events-my-events", RateClass::reads, my_events); }
