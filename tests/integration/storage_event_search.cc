// Lists of events: what is in them, in which order, and that a walk by cursor misses nothing.
#include "storage/event_search.h"

#include <algorithm>
#include <set>

#include "api/event_list.h"
#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {

using storage::EventFilter;
using storage::EventSort;

TEST_GROUP_BASE(StorageEventSearch, IntegrationTest) {
  const UserId owner = make_user();

  // The n-th of the owner's events: each starts an hour after the one before, and was made a second before it.
  storage::Event insert(int n, const std::string& title = "Jazz") const {
    auto event = new_event(owner);
    event.title = title;
    event.starts_at += std::chrono::hours(n);
    event.ends_at += std::chrono::hours(n);
    event.created_at -= seconds(n);
    commit([&](pqxx::work& tx) { storage::insert_event(tx, event); });
    return event;
  }
  EventFilter mine() const {
    EventFilter filter;
    filter.owner = owner;
    return filter;
  }
  static EventPage page(const EventFilter& filter, int limit = 100, int number = 1,
                        const std::optional<std::string>& cursor = {}) {
    Page page{limit, number};
    if (cursor) page.after = decode_cursor(*cursor, page.list);
    return commit([&](pqxx::work& tx) { return list_page(tx, filter, page, 0); });
  }
  // All of them, by cursor.
  static std::vector<EventId> walk(const EventFilter& filter, int limit, int matches) {
    std::vector<EventId> found;
    std::optional<std::string> cursor;
    do {
      Page page{limit};
      if (cursor) page.after = decode_cursor(*cursor, page.list);
      const auto part = commit([&](pqxx::work& tx) { return list_page(tx, filter, page, matches); });
      for (const auto& event : part.events) found.push_back(event.id);
      cursor = part.next_cursor;
    } while (cursor);
    return found;
  }
  // All of them, by the number of the page, whatever way they are looked for.
  static std::vector<EventId> pages(const EventFilter& filter, int limit) {
    std::vector<EventId> found;
    for (int number = 1;; ++number) {
      const auto part =
          commit([&](pqxx::work& tx) { return list_page(tx, filter, {limit, number}, 1'000'000); }).events;
      for (const auto& event : part) found.push_back(event.id);
      if (part.empty()) return found;
    }
  }
  static std::vector<EventId> ids(const EventFilter& filter) {
    std::vector<EventId> found;
    for (const auto& event : page(filter).events) found.push_back(event.id);
    return found;
  }
  static std::vector<storage::SearchWord> query(const std::string& words) {
    return commit([&](pqxx::work& tx) { return storage::list_search_words(tx, words); });
  }
  std::size_t matches(const std::string& words) const {
    auto filter = mine();
    filter.words = query(words);
    return ids(filter).size();
  }
  void expect_sorted(EventSort sort, bool by_number_ascending) const {
    std::vector<EventId> expected;
    for (int n = 0; n < 5; ++n) expected.push_back(insert(n).id);
    if (!by_number_ascending) std::reverse(expected.begin(), expected.end());
    auto filter = mine();
    filter.sort = sort;
    CHECK(ids(filter) == expected);
  }
  // Walks the list in pages of three while events are added before and behind where it stands; fails unless each of
  // the first ones comes once.
  void expect_whole_walk(EventSort sort) const {
    std::set<EventId> unseen;
    for (int n = 10; n < 20; ++n) unseen.insert(insert(n).id);
    auto filter = mine();
    filter.sort = sort;
    std::set<EventId> seen;
    std::optional<std::string> cursor;
    for (int n = 0; n == 0 || cursor; ++n) {
      CHECK(n < 20);
      const auto part = page(filter, 3, 1, cursor);
      for (const auto& event : part.events) {
        CHECK_TRUE_TEXT(seen.insert(event.id).second, "came twice");
        unseen.erase(event.id);
      }
      insert(n);
      cursor = part.next_cursor;
    }
    CHECK_TRUE_TEXT(unseen.empty(), "was left out");
  }
};

TEST(StorageEventSearch, SortsByStart) { expect_sorted(EventSort::start, true); }
TEST(StorageEventSearch, SortsByStartDescending) { expect_sorted(EventSort::start_descending, false); }
TEST(StorageEventSearch, SortsByCreation) { expect_sorted(EventSort::created, false); }
TEST(StorageEventSearch, SortsByCreationDescending) { expect_sorted(EventSort::created_descending, true); }

TEST(StorageEventSearch, AWalkByStartMissesNothing) { expect_whole_walk(EventSort::start); }
TEST(StorageEventSearch, AWalkByStartDescendingMissesNothing) { expect_whole_walk(EventSort::start_descending); }
TEST(StorageEventSearch, AWalkByCreationMissesNothing) { expect_whole_walk(EventSort::created); }
TEST(StorageEventSearch, AWalkByCreationDescendingMissesNothing) { expect_whole_walk(EventSort::created_descending); }

TEST(StorageEventSearch, AWalkOverEqualTimesMissesNothing) {
  auto event = new_event(owner);
  for (int i = 0; i < 7; ++i) {
    event.id = fresh<EventId>();
    commit([&](pqxx::work& tx) { storage::insert_event(tx, event); });
  }
  std::set<EventId> seen;
  std::optional<std::string> cursor;
  do {
    const auto part = page(mine(), 2, 1, cursor);
    for (const auto& one : part.events) CHECK(seen.insert(one.id).second);
    cursor = part.next_cursor;
  } while (cursor);
  LONGS_EQUAL(7, seen.size());
}

TEST(StorageEventSearch, APageBehindTheFirstSkipsRows) {
  insert(0);
  const auto second = insert(1);
  const auto rest = page(mine(), 1, 2);
  LONGS_EQUAL(1, rest.events.size());
  CHECK(rest.events[0].id == second.id);
}

TEST(StorageEventSearch, ALastPageThatIsFullHasNoNextOne) {
  insert(0);
  insert(1);
  CHECK_FALSE(page(mine(), 2).next_cursor.has_value());
  CHECK(page(mine(), 1).next_cursor.has_value());
}

TEST(StorageEventSearch, TheWindowTakesItsBeginningAndItsEnd) {
  insert(0);
  const auto second = insert(1), third = insert(2);
  insert(3);
  auto filter = mine();
  filter.from = second.starts_at;
  filter.to = third.starts_at;
  CHECK(ids(filter) == (std::vector{second.id, third.id}));
  filter.from = second.starts_at + milliseconds(1);
  filter.to = third.starts_at - milliseconds(1);
  CHECK(ids(filter).empty());
}

TEST(StorageEventSearch, UpcomingAndPastShareOutEverything) {
  const auto first = insert(0), second = insert(1);
  auto upcoming = mine(), past = mine();
  upcoming.ends_after = past.ends_before = first.ends_at;
  CHECK(ids(upcoming) == std::vector{second.id});
  CHECK(ids(past) == std::vector{first.id});
}

TEST(StorageEventSearch, AvailableLeavesOutWhatIsSoldOut) {
  const auto sold_out = make_event_of(owner, 1), open = insert(3).id;
  carry_out(book(make_user(), sold_out));
  auto filter = mine();
  filter.available_at = now();
  CHECK(ids(filter) == std::vector{open});
}

TEST(StorageEventSearch, AvailableLeavesOutWhatIsSaved) {
  auto event = new_event(owner, 5, 100);
  event.max_skips = 0;
  commit([&](pqxx::work& tx) { storage::insert_event(tx, event); });
  for (const int quantity : {3, 4}) {
    auto command = book(make_user(), event.id);
    command.action = domain::Book{*command.booking(), quantity, {}};
    command.accepted_at = event.starts_at - std::chrono::hours(48);
    carry_out(command);
  }
  auto filter = mine();
  filter.available_at = event.starts_at - std::chrono::hours(24) - milliseconds(1);
  CHECK(ids(filter).empty());
  filter.available_at = event.starts_at - std::chrono::hours(24);
  CHECK(ids(filter) == std::vector{event.id});
}

TEST(StorageEventSearch, ACancelledEventIsInNoList) {
  const auto event = insert(0).id;
  carry_out(remove(event));
  CHECK(ids(mine()).empty());
}

TEST(StorageEventSearch, CountsWhatItLists) {
  insert(0, "Jazz");
  insert(1, "Blues");
  auto filter = mine();
  filter.words = query("blu");
  LONGS_EQUAL(1, commit([&](pqxx::work& tx) { return storage::count_events(tx, filter); }));
}

TEST(StorageEventSearch, EveryWordHasToBeginAWordSomewhere) {
  insert(0, "Summer Jazz Festival");
  LONGS_EQUAL(1, matches("fest JAZZ cell"));
  LONGS_EQUAL(0, matches("jazz blues"));
  LONGS_EQUAL(0, matches("azz"));
}

TEST(StorageEventSearch, FindsWordsOfAnyScript) {
  insert(0, "Ærø Ünïcødé 東京 концерт");
  LONGS_EQUAL(1, matches("ünïc"));
  LONGS_EQUAL(1, matches("東"));
  LONGS_EQUAL(1, matches("КОНЦ"));
}

TEST(StorageEventSearch, FindsAWordBehindASlashOrADot) {
  insert(0, "Jazz/Blues at Club.Zoo");
  LONGS_EQUAL(1, matches("club"));
  LONGS_EQUAL(1, matches("blues"));
  LONGS_EQUAL(1, matches("zoo"));
}

TEST(StorageEventSearch, TakesHostileWordsAsText) {
  insert(0, "Rock'n'Roll \\ D'Angelo");
  LONGS_EQUAL(1, matches("d'ang"));
  for (const auto* hostile : {"'", "''", "\\", "'\\", "jazz\\", "a & b | !c", "(((", ":*", "<->", "jazz:*Z", "'); --",
                              "%", "$1", "\xE2\x80\x8B", "\x01\x02", "-", "<5>", "&", "\\'\\'"})
    matches(hostile);
  matches(std::string(3'000, 'x'));
}

TEST(StorageEventSearch, SplitsWordsAtWhatIsNoLetter) {
  insert(0, "Rock'n'Roll, 1,000 tickets; one_of_a_kind <live> a+b");
  for (const auto* words : {"n'roll", "1,000", "one_of", "kind;tick", "rock<1", "a+b",
                            "a\x0b"
                            "b"})
    LONGS_EQUAL_TEXT(1, matches(words), words);
}

TEST(StorageEventSearch, TheFirstEightDifferentWordsCount) {
  insert(0, "a b c d e f g h");
  LONGS_EQUAL(1, matches("a a b b c d e f g h missing"));
  LONGS_EQUAL(0, matches("a b c d e f g missing"));
}

TEST(StorageEventSearch, LooksForWhatIsPartOfAnotherWordNoMore) {
  const auto looked_for = [](const std::string& words) {
    std::string list;
    for (const auto& word : query(words)) list += '[' + word.pattern + ']';
    return list;
  };
  expect_text("[ abcdef][ ab ][東京都]", looked_for("abc abcdef ab 京 ABCD 東京都 東京 京都"));
  expect_text("[ a ][ b ][ c ][ d ][ e ][ f ][ g ][ h ]", looked_for("a\u00a0b\u00a0c,d-e/f«g»h i j"));
}

TEST(StorageEventSearch, FindsTheSameByEitherWayOfSearching) {
  for (int n = 0; n < 4; ++n) insert(n, "Jazz");
  auto filter = mine();
  filter.words = query("jaz");
  const auto listed = [&](int matches) {
    return commit([&](pqxx::work& tx) { return list_page(tx, filter, {3}, matches); });
  };
  const auto sorted = listed(0), walked = listed(1'000'000);
  LONGS_EQUAL(3, sorted.events.size());
  CHECK_TRUE(sorted.next_cursor == walked.next_cursor && sorted.next_cursor);
  for (std::size_t n = 0; n < 3; ++n) CHECK_TRUE(sorted.events[n].id == walked.events[n].id);
}

// Of two owners, the one with seven events and the one with one that starts last: page by page in either way of
// looking.
TEST(StorageEventSearch, GoesInTurnsWithoutHolesOrDoubles) {
  const auto word = fresh_word();
  std::vector<EventId> expected;
  for (int n = 0; n < 7; ++n) expected.push_back(insert(n, word).id);
  auto other = new_event(make_user());
  other.title = word;
  other.starts_at += std::chrono::hours(50);
  other.ends_at += std::chrono::hours(50);
  commit([&](pqxx::work& tx) { storage::insert_event(tx, other); });
  expected.insert(expected.begin() + 5, other.id);

  EventFilter filter;
  filter.sort = EventSort::turns;
  filter.ends_after = now();
  filter.words = query(word);
  for (const int matches : {0, 1'000'000}) {
    for (const int limit : {1, 2, 3, 8}) CHECK_TRUE(walk(filter, limit, matches) == expected);
  }
  CHECK_TRUE(pages(filter, 3) == expected);
}

TEST(StorageEventSearch, ATextWithoutALetterHasNoWords) {
  for (const auto* text : {"", " \t ", "!!!", "<>", "\u200b", "\u3164", "\u0301", "🎉", "«»\u00a0"})
    CHECK_TRUE_TEXT(query(text).empty(), text);
}

// What is found by its link alone is in nobody's list but its owner's.
TEST(StorageEventSearch, LeavesOutWhatIsNotForAll) {
  const auto title = "Jazz" + fresh<EventId>().str();
  const auto shown = insert(1, title), hidden = insert(2, title);
  sql("UPDATE events SET visibility = 'unlisted' WHERE id = $1", hidden.id.str());
  LONGS_EQUAL(2, ids(mine()).size());
  for (const auto sort : {EventSort::start, EventSort::start_descending, EventSort::created,
                          EventSort::created_descending, EventSort::turns}) {
    for (const bool search : {false, true}) {
      auto filter = mine();
      filter.for_all = true;
      filter.sort = sort;
      if (sort == EventSort::turns) filter.ends_after = now();
      if (search) filter.words = query(title);
      for (const int matches : {0, 1'000'000}) {
        const auto found = walk(filter, 1, matches);
        LONGS_EQUAL(1, found.size());
        CHECK(found.front() == shown.id);
      }
      LONGS_EQUAL(1, commit([&](pqxx::work& tx) { return storage::count_events(tx, filter); }));
    }
  }
}

}  // namespace ticketd::tests
