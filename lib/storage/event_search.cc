#include "storage/event_search.h"

#include <algorithm>
#include <array>

#include "postgres/rows.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

// Of a search: rather sorted than looked for along the sorted list.
constexpr int kFewMatches = 5'000;

struct Order {
  const char* name;
  const char* column;
  const char* after;  // how a later row compares with the cursor's
  const char* order_by;
};

const Order& order_of(EventSort sort) {
  static constexpr std::array<Order, 4> kOrders = {{
      {"start", "start_date_time", ">", "start_date_time, id"},
      {"start_descending", "start_date_time", "<", "start_date_time DESC, id DESC"},
      {"created", "created_at", ">", "created_at, id"},
      {"created_descending", "created_at", "<", "created_at DESC, id DESC"},
  }};
  return kOrders.at(static_cast<std::size_t>(sort));
}

// A WHERE clause that names just the conditions that are asked for, so that each combination gets its own plan. Values
// go in as parameters: only fixed text is ever joined to the SQL.
class Query {
 public:
  explicit Query(EventScope scope) : scope_(where_of(scope)) {}

  void where(const std::string& before, const std::string& value, const std::string& after = "") {
    values_.push_back(value);
    conditions_ += " AND " + before + "$" + std::to_string(values_.size()) + after;
  }
  void where(const std::string& condition) { conditions_ += " AND " + condition; }

  pqxx::result run(pqxx::transaction_base& tx, const std::string& select, const std::string& rest) const {
    return tx.exec_params(select + " FROM events WHERE " + scope_ + conditions_ + rest,
                          pqxx::prepare::make_dynamic_params(values_));
  }
  // The same, but all that the conditions leave is found first and only then sorted and cut.
  pqxx::result run_unsorted(pqxx::transaction_base& tx, const std::string& select, const std::string& rest) const {
    return tx.exec_params(
        select + " FROM (SELECT * FROM events WHERE " + scope_ + conditions_ + " OFFSET 0) AS found" + rest,
        pqxx::prepare::make_dynamic_params(values_));
  }
  int count(pqxx::transaction_base& tx, int most) const {
    return int_of(run(tx, "SELECT count(*) FROM (SELECT 1", " LIMIT " + std::to_string(most) + ") AS matches")[0][0]);
  }

 private:
  static constexpr const char* where_of(EventScope scope) {
    return scope == EventScope::open ? "state = 'open'" : scope == EventScope::deleted ? "state <> 'open'" : "true";
  }

  const char* const scope_;
  std::string conditions_;
  std::vector<std::string> values_;
};

// The different words of a search, the first few of them: it costs as much as all of them together, and each more than
// a plain condition. As PostgreSQL's own parser splits the text: a word that it would split further is looked for as a
// phrase, row by row. A single letter is a word and no beginning of one: in a large table nearly every row has some
// word that begins with it (not so from U+2E80 on, with the signs of Chinese, Japanese and Korean). The configuration
// 'simple' knows no stop words and no language: what is written is what is found.
const Statement kWordQuery{"word_query", R"(
  SELECT string_agg('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || ''''
           || CASE WHEN length(lexeme) > 1 OR ascii(lexeme) >= x'2E80'::int THEN ':*' ELSE '' END, ' & ')
  FROM (SELECT lexeme FROM unnest(to_tsvector('simple', translate($1, '/.-@', '    '))) ORDER BY positions[1] LIMIT 8) AS words)"};

Query query_of(const EventFilter& filter) {
  Query query(filter.scope);
  if (filter.words)
    query.where("to_tsvector('simple', translate(title || ' ' || location || ' ' || description, '/.-@', '    ')) @@ ",
                *filter.words, "::tsquery");
  if (filter.from) query.where("start_date_time >= ", format_time(*filter.from));
  if (filter.to) query.where("start_date_time <= ", format_time(*filter.to));
  if (filter.ends_after) {
    query.where("NOT over");  // what was marked long ago; for an index that begins behind it
    query.where("end_date_time > ", format_time(*filter.ends_after));
  }
  if (filter.ends_before) {
    query.where("start_date_time < ", format_time(*filter.ends_before));  // follows, but no planner knows
    query.where("end_date_time <= ", format_time(*filter.ends_before));
  }
  if (filter.available_only) query.where("available_tickets > 0");
  if (filter.owner) query.where("user_id = ", filter.owner->str());
  return query;
}

}  // namespace

std::string key_of(const EventFilter& filter) {
  const auto text = [](const std::optional<Time>& time) { return time ? std::to_string(epoch_ms(*time)) : ""; };
  return std::to_string(static_cast<int>(filter.scope)) + '|' + text(filter.from) + '|' + text(filter.to) + '|' +
         (filter.ends_after ? "upcoming" : "") + '|' + (filter.ends_before ? "past" : "") + '|' +
         (filter.available_only ? "available" : "") + '|' + (filter.owner ? filter.owner->str() : "") + '|' +
         filter.words.value_or("");
}

Time sort_time_of(const Event& event, EventSort sort) {
  const bool by_start = sort == EventSort::start || sort == EventSort::start_descending;
  return by_start ? event.starts_at : event.created_at;
}

std::string word_query(pqxx::transaction_base& tx, const std::string& text) {
  return optional_text(run(tx, kWordQuery, text)[0][0]).value_or("");
}

std::vector<Event> list_events(pqxx::transaction_base& tx, const EventFilter& filter, int limit, int offset,
                               const std::optional<Cursor>& cursor, int matches) {
  const auto& order = order_of(filter.sort);
  auto query = query_of(filter);
  if (cursor) {
    const std::string row = std::string("(") + order.column + ", id) " + order.after + " (";
    query.where(row, format_time(cursor->time), "::timestamptz, '" + cursor->id + "'::uuid)");
  }
  std::string rest = std::string(" ORDER BY ") + order.order_by + " LIMIT " + std::to_string(limit);
  if (!cursor && offset > 0) rest += " OFFSET " + std::to_string(offset);
  // PostgreSQL does not know how many words begin with a prefix. Walking the sorted list until a page is full takes
  // seconds where few match, and so does sorting where many do.
  const bool few = filter.words && matches < kFewMatches;
  const auto select = std::string("SELECT ") + kEventColumns;
  return list_of(few ? query.run_unsorted(tx, select, rest) : query.run(tx, select, rest), event_of);
}

int count_events(pqxx::transaction_base& tx, const EventFilter& filter) {
  return query_of(filter).count(tx, kCountMax);
}

}  // namespace ticketd::storage
