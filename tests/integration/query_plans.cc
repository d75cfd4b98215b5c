// Every hot statement goes through the index that was made for it, planned with a look at its parameters and without.
#include "crowd.h"
#include "storage/account_mails.h"
#include "storage/announcements.h"
#include "storage/bookings.h"
#include "storage/bulk_changes.h"
#include "storage/checkins.h"
#include "storage/erasures.h"
#include "storage/event_search.h"
#include "storage/housekeeping.h"
#include "storage/mails.h"
#include "storage/notifications.h"
#include "storage/personal_data.h"
#include "storage/refresh_tokens.h"
#include "storage/retention.h"
#include "storage/webhook_deliveries.h"
#include "support/integration_test.h"
#include "support/plan_reader.h"

namespace ticketd::tests {
namespace {

const Crowd& crowd() {
  static const Crowd crowd;
  return crowd;
}

}  // namespace

TEST_GROUP_BASE(QueryPlans, IntegrationTest) {
  UserId user;
  EventId event;
  void setup() override {
    user = crowd().user;
    event = crowd().event;
  }

  // Fails unless the statement that contains `part` goes through the index, and reads no table from end to end.
  template <class Body>
  void expect_index(const std::string& index, const std::string& part, Body body, Where where = Where::current()) {
    for (const bool generic : {false, true}) {
      const auto plan = PlanReader(stores().database.admin_url(), generic).plan_of(part, body);
      expect_contains(" " + index, plan, where);
      expect_lacks("Seq Scan", plan, where);
    }
  }
  // The same, and for somebody who has a great many the index gives the order: nothing is sorted.
  template <class Body>
  void expect_order_of(const std::string& index, const std::string& part, Body body, Where where = Where::current()) {
    expect_index(index, part, body, where);
    expect_lacks("Sort", PlanReader(stores().database.admin_url(), false).plan_of(part, body), where);
  }
  auto load() const {
    return [this](pqxx::work& tx) { load_batch(tx, {cancel(user, event), book(user, event)}); };
  }
  static storage::EventFilter sorted(storage::EventSort sort) {
    storage::EventFilter filter;
    filter.sort = sort;
    return filter;
  }
  static auto list(const storage::EventFilter& filter, bool behind_a_cursor = false) {
    return [=](pqxx::work& tx) {
      std::optional<storage::Cursor> cursor;
      if (behind_a_cursor) cursor = {now(), fresh<EventId>().str()};
      storage::list_events(tx, filter, 20, 0, cursor);
    };
  }
};

// A function that is not put in place is started anew for every query.
TEST(QueryPlans, FunctionsArePutInPlace) {
  for (const std::string call : {"epoch_ms(created_at)", "line_block(seq)"}) {
    for (const auto& line : sql("EXPLAIN VERBOSE SELECT " + call + " FROM bookings")) {
      expect_lacks("epoch_ms", line[0].c_str());
      expect_lacks("line_block", line[0].c_str());
    }
  }
}

TEST(QueryPlans, LockEvents) { expect_index("events_pkey", "FOR NO KEY UPDATE", load()); }
TEST(QueryPlans, LoadHoldings) { expect_index("bookings_slot_key", "AS pair", load()); }
TEST(QueryPlans, LoadCancelled) { expect_index("bookings_slot_key", "AS wish", load()); }
TEST(QueryPlans, LoadLine) { expect_index("bookings_line", "LIMIT line.head", load()); }
TEST(QueryPlans, LoadLineByWish) {
  sql("UPDATE events SET edition = 2 WHERE id = $1", event.str());
  expect_index("bookings_line_by_wish", "AS wish (seats)", load());
  expect_index("bookings_line_of_pool_by_wish", "AS wish (seats)", load());
  expect_index("bookings_line_of_pool ", "line.head", load());
}
TEST(QueryPlans, TellMails) {
  const auto tell = [](pqxx::work& tx) { storage::insert_mails(tx, {"booked"}, now(), now(), 100); };
  expect_index("notifications_untold", "INSERT INTO mails", tell);
  expect_index("notifications_pkey", "INSERT INTO mails", tell);
}
TEST(QueryPlans, ClaimMail) {
  for (const auto* index : {"mails_urgent", "mails_waiting"})
    expect_index(index, "WITH urgent AS MATERIALIZED",
                 [](pqxx::work& tx) { storage::claim_mail(tx, now(), now(), std::string(32, 'h')); });
}
TEST(QueryPlans, ClaimAccountMail) {
  const auto claim = [](pqxx::work& tx) { storage::claim_account_mail(tx, now(), now(), std::string(32, 'h')); };
  expect_index("account_mails_waiting", "WITH next AS MATERIALIZED", claim);
  expect_index("users_email_key", "WITH next AS MATERIALIZED", claim);
}
TEST(QueryPlans, TakeEventNews) {
  const auto take = [](pqxx::work& tx) { storage::take_event_news(tx, now(), 100); };
  expect_index("notifications_unposted", "WITH next AS", take);
  expect_index("notifications_pkey", "WITH next AS", take);
  expect_index("webhooks_of_user", "WITH next AS", take);
}
TEST(QueryPlans, ClaimDeliveries) {
  const auto claim = [](pqxx::work& tx) { storage::claim_deliveries(tx, now(), now(), false, 64); };
  expect_index("webhook_deliveries_waiting", "WITH RECURSIVE", claim);
}
TEST(QueryPlans, ListDeliveries) {
  expect_index("webhook_deliveries_of_webhook", "FROM webhook_deliveries WHERE webhook_id", [](pqxx::work& tx) {
    storage::list_deliveries(tx, fresh<WebhookId>(), std::nullopt, std::nullopt, 20);
  });
}
TEST(QueryPlans, DeleteOldDeliveries) {
  expect_index("webhook_deliveries_by_age", "DELETE FROM webhook_deliveries",
               [](pqxx::work& tx) { storage::delete_old_deliveries(tx, now() - std::chrono::hours(168), now()); });
}
TEST(QueryPlans, FindCalendarOwner) {
  expect_index("users_calendar", "SELECT id FROM users",
               [](pqxx::work& tx) { storage::find_calendar_owner(tx, fresh<CalendarId>()); });
}
TEST(QueryPlans, LinksLately) {
  const auto ask = [&](pqxx::work& tx) {
    storage::insert_link_wish(tx, {storage::AccountMail::change_email, "a@b.c", user}, now());
  };
  expect_index("account_mails_of_address", "SELECT epoch_ms(greatest(", ask);
  expect_index("account_mails_of_user", "SELECT epoch_ms(greatest(", ask);
}
TEST(QueryPlans, FindDone) { expect_index("commands_pkey", "SELECT id FROM commands", load()); }

TEST(QueryPlans, FindRequest) {
  expect_index("commands_pkey", "FROM commands",
               [&](pqxx::work& tx) { storage::find_command_outcome(tx, fresh<CommandId>(), user); });
}

TEST(QueryPlans, FindHolding) {
  const auto body = [&](pqxx::work& tx) { storage::find_holding(tx, event, user, now()); };
  for (const auto* index : {"bookings_slot_key", "waiting_blocks_pkey", "bookings_line"})
    expect_index(index, "AS mine", body);
}

TEST(QueryPlans, ListBookings) {
  const auto body = [&](pqxx::work& tx) { storage::list_bookings(tx, user, {}, now()); };
  expect_order_of("bookings_of_user", "FROM bookings b", body);
  expect_index("bookings_line", "FROM bookings b", body);
  expect_index("waiting_blocks_pkey", "FROM bookings b", body);
}

TEST(QueryPlans, ListDueEvents) {
  const auto body = [&](pqxx::work& tx) { storage::list_due_events(tx, {0, 1}, 16, now()); };
  for (const auto* index : {"events_upcoming_by_end", "events_saved"})
    expect_index(index, "waiting_list_count > 0", body);
}

TEST(QueryPlans, ListErasedHoldings) {
  const auto list = [&](pqxx::work& tx) { storage::list_erased_holdings(tx, {0, 1}, 16, now()); };
  for (const auto* index : {"erasures_by_due", "bookings_of_user", "events_of_owner"})
    expect_index(index, "FROM erasures x", list);
  const auto look = [&](pqxx::work& tx) { storage::update_erasures(tx, now()); };
  for (const auto* index : {"erasures_by_due", "bookings_of_user", "events_of_owner"})
    expect_index(index, "UPDATE erasures", look);
}

TEST(QueryPlans, ForgetAPiece) {
  const auto mark = [&](pqxx::work& tx) { storage::mark_events_to_forget(tx, {}, now(), 100, now()); };
  expect_index("events_to_forget", "forgotten_at = $2", mark);
  const auto piece = [&](pqxx::work& tx) { storage::forget_piece(tx, {event}, 500); };
  expect_index("bookings_seq_key", "DELETE FROM bookings", piece);
  expect_index("notifications_of_user", "DELETE FROM bookings", piece);
  const auto commands = [&](pqxx::work& tx) { storage::forget_commands(tx, {}, now(), 500); };
  expect_index("commands_pkey", "DELETE FROM commands", commands);
  expect_index("notifications_of_user", "DELETE FROM commands", commands);
}

TEST(QueryPlans, ExportAPerson) {
  const auto body = [&](pqxx::work& tx) { storage::export_of(tx, user, storage::ExportBound{10, 1'000'000}); };
  for (const auto* table : {"events", "bookings", "notifications"})
    expect_index(table, std::string("FROM ") + table + " t", body);
}

TEST(QueryPlans, FindUnfinishedEvent) {
  const auto body = [&](pqxx::work& tx) { storage::find_unfinished_event(tx, {0, 1}, 16); };
  for (const auto* index : {"events_growing", "events_misfits"}) expect_index(index, "growing_at", body);
}

TEST(QueryPlans, CarryOutAPieceOfABulkChange) {
  carry_out(remove(make_event(1)));
  std::set<int> all;
  for (int shard = 0; shard < 16; ++shard) all.insert(shard);
  expect_index("bookings_seq_key", "AS piece",
               [&](pqxx::work& tx) { storage::update_next_piece(tx, all, 16, now(), 500); });
}

TEST(QueryPlans, Announce) {
  const auto list = [&](pqxx::work& tx) { storage::list_announcements(tx, event, std::nullopt, 20); };
  expect_order_of("announcements_of_event", "FROM announcements", list);
  sql("UPDATE announcements SET due_at = now() - interval '1 day' WHERE event_id = $1", event.str());
  std::set<int> all;
  for (int shard = 0; shard < 16; ++shard) all.insert(shard);
  const auto announce = [&](pqxx::work& tx) { storage::announce_next_piece(tx, all, 16, now(), 500); };
  expect_index("announcements_due", "WITH next AS MATERIALIZED", announce);
  expect_index("bookings_seq_key", "SELECT announced_id", announce);
}

TEST(QueryPlans, OfTheDoor) {
  const auto list = [&](pqxx::work& tx) { storage::list_checkins(tx, event, std::nullopt, std::nullopt, 20); };
  expect_order_of("checkins_of_event", "FROM checkins_at_door", list);
  const auto find = [&](pqxx::work& tx) { storage::find_at_door(tx, event, user, now()); };
  expect_index("checkins_guesses", "SELECT e.user_id AS owner", find);
}

TEST(QueryPlans, ListDeletedEventsOfAnOwner) {
  auto filter = sorted(storage::EventSort::created_descending);
  filter.owner = user;
  filter.scope = storage::EventScope::deleted;
  expect_index("events_deleted_of_owner", "FROM events", list(filter));
}

TEST(QueryPlans, ListNotifications) {
  expect_order_of("notifications_of_user", "FROM notifications",
                  [&](pqxx::work& tx) { storage::list_notifications(tx, user, false, {}, 20); });
}

TEST(QueryPlans, ListUnreadNotifications) {
  expect_order_of("notifications_unread", "FROM notifications",
                  [&](pqxx::work& tx) { storage::list_notifications(tx, user, true, {}, 20); });
}

TEST(QueryPlans, CountUnread) {
  expect_index("notifications_unread", "FROM notifications", [&](pqxx::work& tx) { storage::count_unread(tx, user); });
}

TEST(QueryPlans, EventsByStart) {
  expect_order_of("events_by_start", "FROM events", list({}));
  expect_order_of("events_by_start", "FROM events", list({}, true));
}

TEST(QueryPlans, UpcomingEvents) {
  auto filter = sorted(storage::EventSort::start);
  filter.ends_after = now();
  expect_order_of("events_upcoming_by_start", "FROM events", list(filter));
  expect_order_of("events_upcoming_by_start", "FROM events", list(filter, true));
  filter.sort = storage::EventSort::created_descending;
  expect_order_of("events_upcoming_by_creation", "FROM events", list(filter));
}

// Each turn along its part of the index, from the first that may be shown on. Five of them: to sort the few that this
// crowd has is as good for more.
TEST(QueryPlans, UpcomingEventsInTurns) {
  auto filter = sorted(storage::EventSort::turns);
  filter.ends_after = now();
  const auto expect_from = [&](const std::string& condition, const std::optional<storage::Cursor>& cursor) {
    const auto body = [&](pqxx::work& tx) { storage::list_events(tx, filter, 5, 0, cursor); };
    expect_order_of("events_upcoming_by_turn", "generate_series", body);
    expect_contains("Index Cond: ((turn = t.t)" + condition,
                    PlanReader(stores().database.admin_url(), false).plan_of("generate_series", body));
  };
  filter.from = now();
  expect_from(" AND (start_date_time >= ", {});
  filter.from = {};
  expect_from(" AND (ROW(start_date_time, id) > ", storage::Cursor{now(), fresh<EventId>().str(), 1});
}

// Whose turns are due is read from its beginning.
TEST(QueryPlans, EventsThatAreDueForAnotherTurn) {
  for (const bool generic : {false, true}) {
    const auto plan = PlanReader(stores().database.admin_url(), generic).plan_of("misplaced", [](pqxx::work& tx) {
      storage::update_turns(tx, now());
    });
    for (const auto* index : {"events_upcoming_by_turn", "events_upcoming_of_owner", "events_pkey"})
      expect_contains(index, plan);
    expect_lacks("Seq Scan on events", plan);
  }
}

TEST(QueryPlans, PastEventsLatestFirst) {
  auto filter = sorted(storage::EventSort::start_descending);
  filter.ends_before = now();
  expect_order_of("events_by_start", "FROM events", list(filter));
}

TEST(QueryPlans, CountOfUpcomingEvents) {
  storage::EventFilter filter;
  filter.ends_after = now();
  filter.for_all = true;
  expect_index("Index Only Scan using events_listed_by_end", "count(*)",
               [&](pqxx::work& tx) { storage::count_events(tx, filter); });
}

TEST(QueryPlans, EventsToMarkOver) {
  expect_index("events_upcoming_by_end", "SET over", [](pqxx::work& tx) { storage::update_events_over(tx, now()); });
}

TEST(QueryPlans, EventsByStartDescending) {
  expect_order_of("events_by_start", "FROM events", list(sorted(storage::EventSort::start_descending)));
}

TEST(QueryPlans, EventsByCreation) {
  expect_order_of("events_by_creation", "FROM events", list(sorted(storage::EventSort::created_descending), true));
}

TEST(QueryPlans, EventsOfAnOwner) {
  auto filter = sorted(storage::EventSort::created_descending);
  filter.owner = user;
  expect_order_of("events_of_owner", "FROM events", list(filter));
}

TEST(QueryPlans, OpenEventsOfAnOwner) {
  expect_index("Index Only Scan using events_upcoming_of_owner", "AS of_owner",
               [&](pqxx::work& tx) { storage::has_open_events(tx, user, 1000, now()); });
}

TEST(QueryPlans, EventsByWords) {
  storage::EventFilter filter;
  filter.words = {{" rare", "{1}"}, {" night", "{2,3}"}};
  expect_index("event_words_upcoming", "event_words", list(filter));
  expect_index("event_words_over", "event_words", list(filter));
  filter.ends_after = now();
  expect_index("event_words_upcoming", "event_words", list(filter));
  expect_index("events_pkey", "event_words", list(filter));
  expect_index("event_words_upcoming", "event_words", [&](pqxx::work& tx) { storage::count_events(tx, filter); });
}

// Also before the table was ever analyzed.
TEST(QueryPlans, FewMatchesOfATableThatNobodyHasCounted) {
  storage::EventFilter filter;
  filter.words = {{" rare", "{1}"}, {" night", "{2,3}"}};
  filter.ends_after = now();
  filter.for_all = true;
  expect_index("events_pkey", "LATERAL", [&](pqxx::work& tx) {
    for (const auto* table : {"events", "event_words"}) {
      const auto oid = "'" + std::string(table) + "'::regclass";
      tx.exec("DELETE FROM pg_statistic WHERE starelid = " + oid);
      tx.exec("UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE oid = " + oid);
      tx.exec("UPDATE pg_class SET reltuples = 0, relpages = 1 FROM pg_index WHERE indrelid = " + oid +
              " AND oid = indexrelid");
    }
    list(filter)(tx);
  });
}

// Where many events have the word, the sorted list is walked, and each event is asked for its words.
TEST(QueryPlans, EventsByAWordOfMany) {
  storage::EventFilter filter;
  filter.words = {{" night", "{2,3}"}};
  filter.ends_after = now();
  const auto many = [&](pqxx::work& tx) { storage::list_events(tx, filter, 20, 0, {}, 1'000'000); };
  expect_order_of("events_upcoming_by_start", "event_words", many);
  expect_order_of("event_words_pkey", "event_words", many);
}

TEST(QueryPlans, EventsWithoutWords) {
  const auto body = [](pqxx::work& tx) { storage::insert_missing_words(tx, {}); };
  expect_index("event_words_pkey", "WITH missing", body);
  expect_index("events_pkey", "WITH missing", body);
}

TEST(QueryPlans, AccountsByAddress) {
  expect_index("users_email_key", "FROM users",
               [](pqxx::work& tx) { storage::find_account_by_email(tx, "nobody@example.org"); });
}

TEST(QueryPlans, ChangedPasswords) {
  expect_index("users_tokens_valid_after", "FROM users",
               [](pqxx::work& tx) { storage::list_revocations(tx, now() - seconds(60), now()); });
}

TEST(QueryPlans, EndedSessions) {
  expect_index("refresh_tokens_revoked", "FROM refresh_tokens",
               [](pqxx::work& tx) { storage::list_revocations(tx, now() - seconds(60), now()); });
  expect_index("refresh_tokens_revoked", "FROM refresh_tokens", [](pqxx::work& tx) {
    storage::is_token_revoked(tx, fresh<UserId>(), fresh<SessionId>(), now(), now() - seconds(60));
  });
}

TEST(QueryPlans, SessionsOfAPerson) {
  expect_index("refresh_tokens_live_of_user", "FROM refresh_tokens",
               [](pqxx::work& tx) { storage::list_oldest_sessions(tx, fresh<UserId>(), 99); });
}

TEST(QueryPlans, RevokedFamilies) {
  expect_index("refresh_tokens_live_of_family", "UPDATE refresh_tokens",
               [](pqxx::work& tx) { storage::update_session_revoked(tx, fresh<SessionId>(), now()); });
}

TEST(QueryPlans, RevokedSessionsOfAPerson) {
  expect_index("refresh_tokens_of_user", "UPDATE refresh_tokens",
               [&](pqxx::work& tx) { storage::update_sessions_revoked(tx, user, SystemClock()); });
}

}  // namespace ticketd::tests
