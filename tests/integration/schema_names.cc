// The names that the schema's CHECKs list are those of lib/domain: all of them, and no others.
#include <map>
#include <regex>
#include <set>

#include "domain/message.h"
#include "storage/account_mails.h"
#include "storage/webhooks.h"
#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {
namespace {

using Names = std::set<std::string>;

// Of an enum with so many values, and what is no value of it.
template <class Enum>
Names names_of(std::size_t count, Names names = {}) {
  for (std::size_t i = 0; i < count; ++i) names.emplace(name_of(static_cast<Enum>(i)));
  return names;
}

Names webhook_types() {
  Names names;
  for (const auto type : storage::webhook_types()) names.emplace(type);
  return names;
}

const std::map<std::string, Names>& expected_lists() {
  static const std::map<std::string, Names> lists = {
      {"bulk_changes_kind", {"cancel_all", "close_line", "tell_moved"}},
      {"account_mails_kind", names_of<storage::AccountMail>(5)},
      {"account_mails_state", {"waiting", "sent", "failed", "nobody"}},
      {"bookings_remainder", names_of<domain::Remainder>(2)},
      {"bookings_state", {"confirmed", "waitlisted", "cancelled", "rejected"}},  // and one that is held has a deadline
      {"commands_kind", names_of<domain::CommandKind>(domain::kQueuedKinds)},
      {"commands_outcome", names_of<domain::Outcome>(domain::kOutcomes, {"failed"})},
      {"commands_reason", {"rejected", "failed"}},
      {"commands_state", {"done", "failed"}},
      {"events_confirmed_by", names_of<domain::ConfirmedBy>(2)},
      {"events_line_closes", names_of<domain::LineCloses>(2)},
      {"events_state", names_of<domain::EventStatus>(domain::kEventStatuses)},
      {"events_visibility", names_of<domain::Visibility>(domain::kVisibilities)},
      {"checkins_because", {"already_in", "revoked", "cancelled", "waiting", "held", "too_early"}},
      {"checkins_of_ticket", {"wrong_event", "unknown"}},
      {"checkins_result",
       {"admitted", "readmitted", "left", "already_in", "not_in", "revoked", "cancelled", "waiting", "held",
        "too_early", "conflict", "wrong_event", "unknown"}},
      {"doors_reentry", {"none", "after_exit", "free"}},
      {"announcements_audience", {"confirmed", "waiting", "all"}},
      {"announcements_kind", {"reminder", "message"}},
      {"mails_state", {"waiting", "sent", "failed"}},
      {"notifications_kind", names_of<domain::NotificationKind>(domain::kNotificationKinds)},
      {"ticket_types_visibility", names_of<domain::TypeVisibility>(domain::kTypeVisibilities)},
      {"users_role", {"user", "admin"}},
      {"webhook_deliveries_state", {"waiting", "delivered", "failed"}},
      {"webhooks_disabled_reason", {"gone", "failing"}},
      {"webhooks_types", webhook_types()},
  };
  return lists;
}

// By PostgreSQL's own text of each constraint: CHECK ((kind = ANY (ARRAY['book'::text, …]))).
std::map<std::string, Names> lists_of_checks() {
  static const std::regex kName("'([^']*)'::text");
  std::map<std::string, Names> lists;
  for (const auto& row : sql("SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' AND "
                             "connamespace = 'public'::regnamespace AND pg_get_constraintdef(oid) LIKE '%ARRAY[%'")) {
    const auto text = row[1].as<std::string>();
    auto& names = lists[row[0].as<std::string>()];
    for (std::sregex_iterator at(text.begin(), text.end(), kName), end; at != end; ++at) names.insert((*at)[1]);
  }
  return lists;
}

std::string joined(const std::map<std::string, Names>& lists) {
  std::string text;
  for (const auto& [check, names] : lists) {
    text += check + ':';
    for (const auto& name : names) text += ' ' + name;
    text += '\n';
  }
  return text;
}

}  // namespace

TEST_GROUP_BASE(SchemaNames, IntegrationTest){};

TEST(SchemaNames, AreThoseOfTheDomain) { expect_text(joined(expected_lists()), joined(lists_of_checks())); }

}  // namespace ticketd::tests
