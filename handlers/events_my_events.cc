// GET /v1/events/my-events, /v1/events/me: the caller's own events, newest first. Its data has always been the bare
// list; the way to the next page is in the Link header (RFC 8288). Deleted ones with ?state=cancelled or all.
#include "api/event_list.h"
#include "endpoint/search.h"
#include "endpoint/serve.h"

using namespace ticketd;

enum class State { open, over, deleted, all };

// Each would be an empty page, whatever there is.
static void refuse_contradictions(http::Fields& in, std::optional<State> state, const storage::EventFilter& filter,
                                  Time now) {
  const auto refuse = [&](const std::string& state_word, const std::string& when) {
    in.bad("when", "invalid",
           "when=" + when + " leaves nothing of state=" + state_word + "; send one of the two, or when=all");
  };
  if (state == State::open && filter.ends_before) refuse("open", "past");
  if (state == State::over && filter.ends_after) refuse("over", "upcoming");
  if (state == State::over && filter.from && *filter.from > now)
    in.bad("from", "out_of_range", "from must be in the past with state=over; send state=open or state=all");
}

static Answer my_events(App& app, const Request& request, UserId user) {
  http::Fields in(request);
  const auto now = app.clock.now();
  const auto search = read_search(in);
  auto filter = read_filter(in, {When::all, storage::EventSort::created_descending}, now);
  const auto state = in.optional_word<State>(
      "state", {{"open", State::open}, {"over", State::over}, {"cancelled", State::deleted}, {"all", State::all}});
  refuse_contradictions(in, state, filter, now);
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
