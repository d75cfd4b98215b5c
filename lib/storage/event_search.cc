#include "storage/event_search.h"

#include <algorithm>
#include <array>

#include "postgres/rows.h"
#include "storage/live.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

// SQL: of a row of `events` of which some seats are saved: has another of its pools seats that are not?
#define HAS_UNSAVED_POOL                                                                                           \
  "(edition > 3 AND EXISTS (SELECT FROM (SELECT event_id AS of_event FROM seat_pools WHERE available > 0 AND NOT " \
  "saved) AS p WHERE p.of_event = id))"

// Of a search: rather sorted than looked for along the sorted list.
constexpr int kFewMatches = 5'000;

// How many there are: 0018_turns.sql.
constexpr int kTurns = 40;

struct Order {
  const char* columns;
  const char* after;  // how a later row compares with the cursor's
  const char* order_by;
};

const Order& order_of(EventSort sort) {
  static constexpr std::array<Order, 5> kOrders = {{
      {"start_date_time", ">", "start_date_time, id"},
      {"start_date_time", "<", "start_date_time DESC, id DESC"},
      {"created_at", ">", "created_at, id"},
      {"created_at", "<", "created_at DESC, id DESC"},
      {"turn, start_date_time", ">", "turn, start_date_time, id"},
  }};
  return kOrders.at(static_cast<std::size_t>(sort));
}

// Events are found by their words in one of two ways. All that have the words first, and then each by its key: with a
// list of words nobody knows how many that are, so no plan is left to guess it. Or along the sorted list, each event
// asked for its words, until a page is full: where many have them, that is soon.
enum class By { list, words };

// A WHERE clause that names just the conditions that are asked for, so that each combination gets its own plan. Values
// go in as parameters: only fixed text is ever joined to the SQL.
class Query {
 public:
  explicit Query(EventScope scope) : scope_(scope) {}

  void where(const std::string& before, const std::string& value, const std::string& after = "") {
    conditions_ += " AND " + before + parameter(value) + after;
  }
  void where(const std::string& condition) { conditions_ += " AND " + condition; }

  void having(const SearchWord& word) {
    // The others have no keys, but one owner, who asks.
    if (scope_ == EventScope::open)
      keys_ += (keys_.empty() ? "" : " AND ") + ("keys @> " + parameter(word.keys) + "::integer[]");
    patterns_ += (patterns_.empty() ? "" : " AND ") + ("strpos(words, " + parameter(word.pattern) + ") > 0");
  }
  void not_over() {
    where("NOT over");
    words_of_all_ = false;
  }

  pqxx::result run(pqxx::transaction_base& tx, By by, const std::string& select, const std::string& rest) const {
    return execute_with(tx, select + " FROM " + rows(by) + rest, values_);
  }
  int count(pqxx::transaction_base& tx, int most) const {
    return int_of(
        run(tx, By::words, "SELECT count(*) FROM (SELECT 1", " LIMIT " + std::to_string(most) + ") AS matches")[0][0]);
  }

 private:
  static constexpr const char* where_of(EventScope scope) {
    return scope == EventScope::open ? "state = 'open'" : scope == EventScope::deleted ? "state <> 'open'" : "true";
  }

  std::string parameter(const std::string& value) {
    values_.push_back(value);
    return "$" + std::to_string(values_.size());
  }
  // OFFSET 0: what stands there is looked for as it stands: an event by its key, and not in all that end later, which a
  // table that was never analyzed makes look as good. || '': a long text is unpacked once, not for each pattern.
  std::string rows(By by) const {
    const auto conditions = " WHERE " + std::string(where_of(scope_)) + conditions_;
    auto events = "events" + conditions;
    if (patterns_.empty()) return events;
    const auto words = [&](const std::string& which) {
      return "(SELECT event_id, words || '' AS words FROM event_words WHERE " + which + " OFFSET 0) AS w WHERE " +
             patterns_;
    };
    const auto with = [&](const std::string& which) {
      return events + " AND EXISTS (SELECT FROM " + words(which) + " OFFSET 0)";
    };
    if (scope_ != EventScope::open) return with("event_id = events.id");
    // As the two indexes are made.
    const auto keys =
        words_of_all_ ? "(NOT over AND " + keys_ + " OR over AND " + keys_ + ")" : "NOT over AND " + keys_;
    if (by == By::list) return with("event_id = events.id AND " + keys);
    return "(SELECT event_id FROM " + words(keys) +
           " OFFSET 0) AS w, LATERAL (SELECT * FROM (SELECT * FROM events WHERE id = w.event_id OFFSET 0) AS events" +
           conditions + " OFFSET 0) AS found";
  }

  const EventScope scope_;
  std::string conditions_;
  std::string keys_;
  std::string patterns_;
  bool words_of_all_ = true;
  std::vector<std::string> values_;
};

const Statement kSearchWords{"search_words", "SELECT pattern, keys FROM search_query($1)"};

// OFFSET 0: one look at the other index for each event, in their order, however many are missing. What has its words
// meanwhile keeps them: they are of this moment, and those that were read here may be older.
const Statement kInsertMissing{"insert_missing_words", R"(
  WITH missing AS MATERIALIZED (
    SELECT id, over, title, location, description, state FROM events AS e WHERE id > $1 AND NOT EXISTS (SELECT FROM event_words WHERE event_id = e.id OFFSET 0)
    ORDER BY id LIMIT 200),
  inserted AS (
    INSERT INTO event_words
    SELECT id, over, w.* FROM missing, LATERAL event_words_of(title, location, description, state) AS w
    ON CONFLICT (event_id) DO NOTHING)
  SELECT id FROM missing ORDER BY id DESC LIMIT 1)"};

// `in_a_turn`: not by the index of the ends, which a planner takes for the shorter way while events are few. Most of
// what stands there has another turn.
Query query_of(const EventFilter& filter, bool in_a_turn = false) {
  Query query(filter.scope);
  for (const auto& word : filter.words) query.having(word);
  if (filter.from) query.where("start_date_time >= ", format_time(*filter.from));
  if (filter.to) query.where("start_date_time <= ", format_time(*filter.to));
  if (filter.ends_after) {
    query.not_over();  // what was marked long ago; for an index that begins behind it
    query.where("(end_date_time > ", format_time(*filter.ends_after), in_a_turn ? ") IS TRUE" : ")");
  }
  if (filter.ends_before) {
    query.where("start_date_time < ", format_time(*filter.ends_before));  // follows, but no planner knows
    query.where("end_date_time <= ", format_time(*filter.ends_before));
  }
  if (filter.available_at) {
    query.where("available_tickets > 0");
    query.where("(NOT saved OR " HAS_UNSAVED_POOL " OR " SAVED_UNTIL " <= ", format_time(*filter.available_at), ")");
  }
  if (filter.owner) query.where("user_id = ", filter.owner->str());
  if (filter.for_all) query.where("visibility = 'public'");
  return query;
}

std::string page_of(int limit, int offset) {
  return " LIMIT " + std::to_string(limit) + (offset > 0 ? " OFFSET " + std::to_string(offset) : "");
}

// The turns one after the other, each along its part of the index, until the page is full: a loop, which keeps their
// order. In one go a `from` would have to be looked for along the whole index.
std::vector<Event> list_turn_by_turn(pqxx::transaction_base& tx, const EventFilter& filter, int limit, int offset,
                                     const std::optional<Cursor>& cursor) {
  auto query = query_of(filter, true);
  query.where("turn = t");
  const auto first = std::to_string(cursor ? cursor->turn : 0);
  if (cursor) {
    query.where("(start_date_time, id) > (CASE WHEN t = " + first + " THEN ", format_time(cursor->time),
                "::timestamptz ELSE '-infinity' END, '" + cursor->id + "'::uuid)");
  }
  const auto turns = " FROM generate_series(" + first + ", " + std::to_string(kTurns - 1) + ") AS t, LATERAL (SELECT *";
  const auto in_a_turn = " ORDER BY start_date_time, id" + page_of(limit + offset, 0) + ") AS of_turn";
  return list_of(
      query.run(tx, By::list, std::string("SELECT ") + kListedEventColumns + turns, in_a_turn + page_of(limit, offset)),
      event_of);
}

}  // namespace

// Without for_all: it goes with having no owner, and clients hold cursors that were made before it was.
std::string key_of(const EventFilter& filter) {
  const auto text = [](const std::optional<Time>& time) { return time ? std::to_string(epoch_ms(*time)) : ""; };
  std::string words;
  for (const auto& word : filter.words) words += word.pattern + '|';
  return std::to_string(static_cast<int>(filter.scope)) + '|' + text(filter.from) + '|' + text(filter.to) + '|' +
         (filter.ends_after ? "upcoming" : "") + '|' + (filter.ends_before ? "past" : "") + '|' +
         (filter.available_at ? "available" : "") + '|' + (filter.owner ? filter.owner->str() : "") + '|' + words;
}

Cursor cursor_of(const Event& event, EventSort sort) {
  const bool by_creation = sort == EventSort::created || sort == EventSort::created_descending;
  return {by_creation ? event.created_at : event.starts_at, event.id.str(), sort == EventSort::turns ? event.turn : 0};
}

std::vector<SearchWord> list_search_words(pqxx::transaction_base& tx, const std::string& text) {
  return list_of(run(tx, kSearchWords, text),
                 [](const pqxx::row& row) { return SearchWord{text_of(row[0]), text_of(row[1])}; });
}

std::vector<Event> list_events(pqxx::transaction_base& tx, const EventFilter& filter, int limit, int offset,
                               const std::optional<Cursor>& cursor, int matches) {
  const auto& order = order_of(filter.sort);
  const auto by = matches < kFewMatches ? By::words : By::list;
  const bool in_turns = filter.sort == EventSort::turns;
  if (cursor) offset = 0;
  if (in_turns && (by == By::list || filter.words.empty())) return list_turn_by_turn(tx, filter, limit, offset, cursor);
  auto query = query_of(filter);
  if (cursor) {
    const auto row = std::string("(") + order.columns + ", id) " + order.after + " (" +
                     (in_turns ? std::to_string(cursor->turn) + ", " : "");
    query.where(row, format_time(cursor->time), "::timestamptz, '" + cursor->id + "'::uuid)");
  }
  const auto rest = std::string(" ORDER BY ") + order.order_by + page_of(limit, offset);
  return list_of(query.run(tx, by, std::string("SELECT ") + kListedEventColumns, rest), event_of);
}

int count_events(pqxx::transaction_base& tx, const EventFilter& filter) {
  return query_of(filter).count(tx, kCountMax);
}

std::optional<EventId> insert_missing_words(pqxx::transaction_base& tx, EventId after) {
  const auto rows = run(tx, kInsertMissing, after.str());
  return rows.empty() ? std::nullopt : std::optional(id_of<EventId>(rows[0][0]));
}

}  // namespace ticketd::storage
