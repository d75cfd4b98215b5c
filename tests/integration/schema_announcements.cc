#include "schema_rule.h"

namespace ticketd::tests {
namespace {

constexpr const char* kInsert =
    "INSERT INTO announcements (id, event_id, kind, audience, subject, body, hours_before, created_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7::integer, now())";

}  // namespace

TEST_GROUP_BASE(SchemaOfAnnouncements, SchemaTest) {
  const std::string id = fresh<AnnouncementId>().str();
  void insert_message() const { sql(kInsert, id, event, "message", "all", "s", "t", nullptr); }
};

RULE(SchemaOfAnnouncements, announcements_pkey, AnAnnouncementIsThereOnce) {
  insert_message();
  announcements_pkey.refuses(kInsert, id, event, "message", "all", "s", "t", nullptr);
}

RULE(SchemaOfAnnouncements, announcements_event, AnAnnouncementIsToThePeopleOfAnEvent) {
  announcements_event.refuses(kInsert, id, fresh<EventId>().str(), "message", "all", "s", "t", nullptr);
}

RULE(SchemaOfAnnouncements, announcements_kind, AnAnnouncementIsOneOfTwoKinds) {
  announcements_kind.refuses(kInsert, id, event, "rumour", "all", nullptr, nullptr, "2");
}

RULE(SchemaOfAnnouncements, announcements_audience, ItIsForThoseWithSeatsOrThoseWhoWaitOrBoth) {
  announcements_audience.refuses(kInsert, id, event, "message", "nobody", "s", "t", nullptr);
}

RULE(SchemaOfAnnouncements, announcements_hours_before, AReminderIsAnHourToTwoWeeksBefore) {
  announcements_hours_before.refuses(kInsert, id, event, "reminder", "confirmed", nullptr, nullptr, "0");
  announcements_hours_before.refuses(kInsert, id, event, "reminder", "confirmed", nullptr, nullptr, "337");
}

RULE(SchemaOfAnnouncements, announcements_told, NoFewerPeopleAreToldThanNone) {
  insert_message();
  announcements_told.refuses("UPDATE announcements SET told = -1 WHERE id = $1", id);
}

RULE(SchemaOfAnnouncements, announcements_of_kind, AMessageHasWordsAndAReminderATime) {
  announcements_of_kind.refuses(kInsert, id, event, "message", "all", nullptr, "t", nullptr);
  announcements_of_kind.refuses(kInsert, id, event, "message", "all", "s", "t", "2");
  announcements_of_kind.refuses(kInsert, id, event, "reminder", "confirmed", "s", nullptr, "2");
}

RULE(SchemaOfAnnouncements, announcements_reminder, AnEventHasOneReminder) {
  sql(kInsert, id, event, "reminder", "confirmed", nullptr, nullptr, "24");
  announcements_reminder.refuses(kInsert, fresh<AnnouncementId>().str(), event, "reminder", "confirmed", nullptr,
                                 nullptr, "2");
}

}  // namespace ticketd::tests
