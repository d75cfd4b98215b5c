// Lists of events: discover and my-events.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "storage/cursor.h"
#include "storage/events.h"

namespace ticketd::storage {

// In turns, each by the start: first the next five events of each owner, then the five behind them, and so on; what
// began more than a day ago comes last (0018_turns.sql). Of upcoming events alone. The cursors that clients hold have
// the number of their sort in them: a new one gets the next number.
enum class EventSort { start, start_descending, created, created_descending, turns };

// How a word of a search is found; both as PostgreSQL's function search_query() says.
struct SearchWord {
  std::string pattern;
  std::string keys;
};

enum class EventScope { open, deleted, all };  // open: not deleted, be it over or not

struct EventFilter {
  EventScope scope = EventScope::open;
  std::vector<SearchWord> words;     // that an event must have, all of them
  std::optional<Time> from;          // starts at or after
  std::optional<Time> to;            // starts at or before
  std::optional<Time> ends_after;    // upcoming
  std::optional<Time> ends_before;   // past
  std::optional<Time> available_at;  // whoever books then could get a seat
  std::optional<UserId> owner;
  bool for_all = false;  // without those that are found by their link alone
  EventSort sort = EventSort::start;
};

// What is asked for, but neither the order nor the moment: the same for each page of a list.
std::string key_of(const EventFilter& filter);

// Where a list in this order goes on behind the event.
Cursor cursor_of(const Event& event, EventSort sort);

// What to look for, for a search as it was typed: the first eight different words. Empty if it has no letter and no
// digit.
std::vector<SearchWord> list_search_words(pqxx::transaction_base& tx, const std::string& text);

// Gives the words of the next events that have none yet, a small piece of them, so that whoever changes one of them
// waits for a moment at most. `after`: the last event of the piece before. Empty when all are through.
std::optional<EventId> insert_missing_words(pqxx::transaction_base& tx, EventId after);

// `limit` open events, behind the cursor if there is one, else behind the first `offset`. Of a description and a
// location they have one character more than kListedText at most. `matches`: how many have the words that are asked
// for, about; it decides how they are looked for.
std::vector<Event> list_events(pqxx::transaction_base& tx, const EventFilter& filter, int limit, int offset,
                               const std::optional<Cursor>& cursor, int matches = 0);

// Counting a million rows for each page would make a list slower as the table grows.
// How many there are, counted up to kCountMax: a client that wants more wants a cursor.
constexpr int kCountMax = 10'000;
int count_events(pqxx::transaction_base& tx, const EventFilter& filter);

}  // namespace ticketd::storage
