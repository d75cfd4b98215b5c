// What a search finds: titles and words. migrations/0016_event_words.sql says what a word is.
#include "storage/event_search.h"

#include <algorithm>
#include <chrono>

#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {
namespace {

struct Row {
  const char* title;
  std::vector<const char*> found_by;
  std::vector<const char*> not_found_by = {};
};

const std::vector<Row> kTable = {
    {"<Techno> Night", {"techno", "TECHNO night", "<techno>", "tec"}, {"te", "echno"}},
    {"Fiesta +18", {"18", "+18", "fiesta 18"}, {"1", "8"}},
    {"Rock'n'Roll/Blues at Club.Zoo, a@b", {"rock", "roll blues", "club", "zoo", "n", "a@b"}, {"clubzoo"}},
    {"Fire&Ice #3 100% (live) [demo] {x} ~wow~", {"ice", "3", "100%", "live", "demo", "x", "wow"}},
    {"Beyonc\u00e9", {"beyonce", "beyonc\u00e9", "beyonce\u0301", "BEYONC\u00c9"}},
    {"Beyonce\u0301", {"beyonce", "beyonc\u00e9", "beyonce\u0301"}},
    {"Cafe", {"caf\u00e9", "cafe\u0301"}},
    {"Ærø Łódź Ørsted Straße İzmir Ünïcødé", {"aero", "lodz", "orsted", "strasse", "STRASSE", "izmir", "unicode"}},
    {"ΟΔΟΣ", {"οδος", "οδοσ", "Οδός"}},
    {"οδός", {"ΟΔΟΣ", "οδοσ"}},
    {"Тёмный вечер", {"темный", "ТЁМНЫЙ", "веч"}},
    {"東京コンサート2027年",
     {"コンサート", "東京", "京", "2027", "年", "東京コンサート", "東京 サート"},
     {"京東", "東サ", "02"}},
    {"ﾃｸﾉ ＴＥＣＨＮＯ", {"テクノ", "techno"}},
    {"ガーデン", {"ｶﾞｰﾃﾞﾝ", "カ\u3099ーデン"}, {"カーデン"}},
    {"음악페스티벌", {"페스티벌", "음악", "벌"}, {"악음"}},
    {"คอนเสิร์ตกรุงเทพ", {"กรุงเทพ", "คอนเสิร์ต"}},
    {"हिन्दी संगीत", {"हिन्दी", "संगीत"}, {"नदी"}},
    {"الحَفْلَة مُوسِيقَى", {"الحفلة", "موسيقى"}},
    {"מוּזִיקָה", {"מוזיקה"}},
    {"so\u00adfa \u200bchair", {"sofa", "chair"}},
    {"Philharmonie", {"philharmonie", "philharm", "philharmon", "phil"}, {"philharmonisch", "philharmonien", "philo"}},
    {"DJ Yu 5", {"dj", "yu", "5 dj"}, {"d", "y", "djs"}},
};

}  // namespace

TEST_GROUP_BASE(SearchWords, IntegrationTest) {
  const UserId owner = make_user();

  storage::Event insert(const std::string& title) const {
    auto event = new_event(owner);
    event.title = title;
    event.location = event.description = "-";
    commit([&](pqxx::work& tx) { storage::insert_event(tx, event); });
    return event;
  }
  bool finds(const std::string& search) const {
    return commit([&](pqxx::work& tx) {
      storage::EventFilter filter;
      filter.owner = owner;
      filter.words = storage::list_search_words(tx, search);
      CHECK_FALSE_TEXT(filter.words.empty(), search.c_str());
      return !storage::list_events(tx, filter, 1, 0, {}).empty();
    });
  }
  void change(const storage::Event& event, const domain::EventChanges& changes) const {
    commit([&](pqxx::work& tx) { storage::update_event(tx, event.id, owner, changes, now()); });
  }
};

TEST(SearchWords, FindWhatIsMeant) {
  for (const auto& [title, found_by, not_found_by] : kTable) {
    const auto event = insert(title);
    for (const auto* word : found_by)
      CHECK_TRUE_TEXT(finds(word), (std::string(title) + " is not found by " + word).c_str());
    for (const auto* word : not_found_by)
      CHECK_FALSE_TEXT(finds(word), (std::string(title) + " is found by " + word).c_str());
    carry_out(remove(event.id));
  }
}

TEST(SearchWords, AreThoseOfTitleLocationAndDescription) {
  const auto event = insert("1 < 2");
  change(event, {.description = "5 > 4, says nobody", .location = "Old Harbour"});
  CHECK_TRUE(finds("harbour") && finds("nobody") && finds("2 4 old"));
}

TEST(SearchWords, FollowTheEvent) {
  const auto event = insert("Jazz");
  change(event, {.title = "Blues"});
  CHECK_TRUE(finds("blues") && !finds("jazz"));
  carry_out(remove(event.id));
  CHECK_FALSE(finds("blues"));
  LONGS_EQUAL(0, sql_number("SELECT cardinality(keys) FROM event_words WHERE event_id = $1", event.id.str()));
}

TEST(SearchWords, AreOfTheEventsThatAreNotOver) {
  const auto event = insert("Jazz");
  const auto over = [&] { return sql_number("SELECT over::int FROM event_words WHERE event_id = $1", event.id.str()); };
  sql("UPDATE events SET over = true WHERE id = $1", event.id.str());
  LONGS_EQUAL(1, over());
  CHECK_TRUE(finds("jazz"));
  change(event, {.ends_at = event.ends_at + seconds(1)});
  LONGS_EQUAL(0, over());
}

// As an event from before the words were kept.
TEST(SearchWords, AreFilledInWhereTheyAreMissing) {
  const auto one = insert("Jazz"), moved = insert("Blues");
  sql("DELETE FROM event_words WHERE event_id IN ($1, $2)", one.id.str(), moved.id.str());
  CHECK_FALSE(finds("jazz"));
  sql("UPDATE events SET over = true WHERE id = $1", moved.id.str());
  CHECK_TRUE(finds("blues"));
  const auto fill = [](EventId after) {
    return commit([&](pqxx::work& tx) { return storage::insert_missing_words(tx, after); });
  };
  auto last = fill({});
  while (last) last = fill(*last);
  CHECK_TRUE(finds("jazz") && finds("blues"));
  CHECK_FALSE(fill({}).has_value());
}

// 120 events with 1,120 words each that begin alike, searched for by several of their beginnings: the cost is that of
// the events, not that of the words.
TEST(SearchWords, CostNoMoreWhereManyBeginAlike) {
  sql(R"(INSERT INTO events (id, user_id, title, description, location, start_date_time, end_date_time, total_tickets,
      available_tickets, created_at, updated_at)
    SELECT gen_random_uuid(), $1, 'Ninth', (SELECT string_agg('beginning' || left(md5(n || '-' || w), 6), ' ') FROM generate_series(1, 560) AS w),
      (SELECT string_agg('beginning' || left(md5(n || '+' || w), 6), ' ') FROM generate_series(1, 560) AS w),
      now() + interval '1 day', now() + interval '2 days', 1, 1, now(), now() FROM generate_series(1, 120) AS n)",
      owner.str());
  const auto took = [](const std::string& search) {
    auto least = std::chrono::steady_clock::duration::max();
    for (int i = 0; i < 5; ++i) {
      const auto start = std::chrono::steady_clock::now();
      const auto found = commit([&](pqxx::work& tx) {
        storage::EventFilter filter;
        filter.ends_after = now();
        filter.words = storage::list_search_words(tx, search);
        return storage::list_events(tx, filter, 1, 0, {}, storage::count_events(tx, filter)).size();
      });
      LONGS_EQUAL(1, found);
      least = std::min(least, std::chrono::steady_clock::now() - start);
    }
    return std::chrono::duration<double, std::milli>(least).count();
  };
  const auto usual = took("ninth");
  const auto hostile = took("beg begi begin beginn beginni beginnin beginning");
  CHECK_TRUE_TEXT(hostile < 5 * usual, (std::to_string(hostile) + " ms instead of " + std::to_string(usual)).c_str());
  sql("DELETE FROM events WHERE user_id = $1", owner.str());
}

// However many different words strangers write: every key of theirs is in the index for good.
TEST(SearchWords, HaveNoMoreThanFourMillionKeys) {
  LONGS_EQUAL(
      0,
      sql_number(
          "SELECT count(*) FROM generate_series(1, 10000) AS n WHERE search_key(n::text) NOT BETWEEN 0 AND 4194303"));
}

}  // namespace ticketd::tests
