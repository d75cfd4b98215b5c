#include "storage/personal_data.h"

#include <array>
#include <limits>
#include <sstream>

#include "postgres/rows.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

constexpr const char* kWithEvent = "until the event is forgotten (TICKETD_RETENTION_DAYS)";
constexpr const char* kWithAccount = "until the account is erased";

constexpr std::array kTables = {
    PersonalTable{"users", "account", true, "t.id = $1", "t.id",
                  "id name email role created_at updated_at email_verified_at language unmailed",
                  "password_hash calendar_id", "tokens_valid_after", "who has an account",
                  "until it is erased; then a number stays, which stands for nobody"},
    PersonalTable{"refresh_tokens", "sessions", true, "t.user_id = $1", "t.created_at DESC",
                  "user_id created_at expires_at used_at revoked_at", "token_hash family_id", "", "who is signed in",
                  "a week after it has expired"},
    PersonalTable{
        "events", "events", true,
        "t.user_id = $1 AND t.state = 'open' OR t.user_id = $1 AND t.state <> 'open'",  // as the indexes have it
        "t.created_at DESC",
        "id user_id title description location start_date_time end_date_time state created_at updated_at "
        "timezone visibility",
        "",
        "total_tickets available_tickets waiting_list_count max_per_user next_seq over line_closed_before "
        "turn growing_to growing_at edition waiting_more max_per_booking max_skips saving_stops_hours "
        "served_past saved misfits hold_minutes offer_minutes offer_stops_minutes confirmed_by line_closes "
        "sales_start sales_end held_back saved_tickets forgotten_at forgotten admits",
        "what people organise, for others to read", "always: others were there"},
    PersonalTable{"bookings", "bookings", true, "t.user_id = $1", "t.created_at DESC",
                  "id event_id user_id state reason quantity created_at updated_at promoted_at cancelled_at held_until "
                  "ticket_type_id request_id",
                  "", "seq slot remainder fits_from pool_id given_back", "who comes, came, or waits", kWithEvent},
    PersonalTable{"tickets", "tickets", true, "t.booking_id IN (SELECT id FROM bookings WHERE user_id = $1)",
                  "t.booking_id DESC, t.number", "booking_id number holder_name admitted_at is_outside", "",
                  "generation admission", "who comes with a ticket, and when somebody did", kWithEvent},
    PersonalTable{"checkins", "checkins", true,
                  "t.id IN (SELECT id FROM checkins WHERE user_id = $1 UNION ALL SELECT c.id FROM bookings b JOIN "
                  "checkins c ON c.booking_id = b.id WHERE b.user_id = $1)",
                  "t.created_at DESC",
                  "id event_id booking_id number result because gate device user_id scanned_at created_at undone_at",
                  "", "nonce is_guess undone_by", "who was let in, where, and by whom", kWithEvent},
    PersonalTable{"notifications", "notifications", true, "t.user_id = $1", "t.created_at DESC",
                  "id user_id event_id booking_id kind message arguments created_at updated_at read_at", "",
                  "untold unposted", "what people were told", kWithEvent},
    PersonalTable{
        "announcements", "announcements", true,
        "t.event_id IN (SELECT id FROM events WHERE user_id = $1 AND state = 'open' UNION ALL SELECT id FROM events "
        "WHERE user_id = $1 AND state <> 'open')",
        "t.created_at DESC", "id event_id kind audience subject body hours_before told created_at due_at", "",
        "after_seq until_seq runs told_at", "what organisers wrote to the people of their events", kWithEvent},
    PersonalTable{"mails", "mails", true, "t.user_id = $1", "t.created_at DESC",
                  "id user_id state created_at updated_at", "token_hashes error", "attempts due_at waits_since is_bulk",
                  "which of it went out by mail; of an error, what the mail server said, for an operator alone",
                  "30 days after it was sent, or has failed"},
    PersonalTable{"account_mails", "account_mails", true,
                  "t.user_id = $1 OR t.user_id IS NULL AND lower(t.address) IN (SELECT lower(email) FROM users "
                  "WHERE id = $1 UNION SELECT lower(address) FROM account_mails WHERE user_id = $1 AND kind = "
                  "'email_changed')",
                  "t.created_at DESC", "id kind address user_id state created_at updated_at expires_at used_at",
                  "token_hashes error", "attempts due_at waits_since", "mails about the account, and their links",
                  "three days after it was sent, or has failed"},
    PersonalTable{"webhooks", "webhooks", true, "t.user_id = $1", "t.created_at DESC",
                  "id user_id url types event_ids enabled created_at updated_at", "secret previous_secret",
                  "previous_until disabled_reason failing_since next_try_at", "where organisers want to be told",
                  kWithAccount},
    PersonalTable{"idempotency_keys", "idempotency_keys", true, "t.user_id = $1", "t.created_at DESC",
                  "user_id key answer created_at", "", "fingerprint",
                  "the answer to a new event or message, for a repetition", "a day"},
    PersonalTable{"commands", "commands", false, "t.user_id = $1", "t.id DESC",
                  "id kind user_id event_id state outcome reason booking_id accepted_at decided_at", "", "",
                  "what was asked for and decided; people are told the same by a notification", kWithEvent},
    PersonalTable{"dead_letters", "dead_letters", false, "t.command ->> 'user' = $1::text", "t.died_at DESC",
                  "command_id command error died_at", "", "shard stream_id sqlstate attempts",
                  "commands that failed, as they stood in the queue", "until an operator retries or drops it"},
    PersonalTable{"webhook_deliveries", nullptr, false, nullptr, nullptr, "body error", "",
                  "id webhook_id type event_id state attempts due_at status created_at updated_at",
                  "what organisers were told: who booked, by a number alone", "7 days"},
    PersonalTable{"erasures", nullptr, false, nullptr, nullptr, "user_id requested_at", "", "due_at",
                  "the numbers of accounts that were erased lately", "a month"},
    PersonalTable{"deleted_users", nullptr, false, nullptr, nullptr, "user_id deleted_at", "", "",
                  "the numbers of accounts whose row was deleted", "two days"},
    PersonalTable{"turns_due", nullptr, false, nullptr, nullptr, "user_id", "", "",
                  "whose events are to be ordered anew", "a minute"},
};

constexpr std::array kImpersonal = {"bulk_changes",      "doors",      "event_news",   "event_words",
                                    "schema_migrations", "seat_pools", "ticket_types", "waiting_blocks",
                                    "webhook_sequences"};

constexpr std::array kKeys = {
    PersonalPlace{"ticketd:commands:SHARD of the queue", "what was asked for, with the number of an account",
                  "until it is decided"},
    PersonalPlace{"ticketd:pending:USER of the queue", "where it stands", "until it is decided"},
    PersonalPlace{"ticketd:idem:USER:KEY of the queue", "an Idempotency-Key as a client chose it, and its answer",
                  "24 hours"},
    PersonalPlace{"ticketd:idem:USER of the queue", "how many of them", "24 hours"},
    PersonalPlace{"ticketd:idem:network:NETWORK of the queue", "the same of a network", "24 hours"},
    PersonalPlace{"ticketd:idem:hours of the queue", "how many of them there are by the hour", "25 hours"},
    PersonalPlace{"ticketd:closed:ID of the queue", "an account or an event that takes no bookings any more",
                  "an hour"},
    PersonalPlace{"ticketd:outcome:COMMAND of the queue", "that somebody may go on who waits for it", "a minute"},
    PersonalPlace{"ticketd:begun of the queue", "which shards a worker has begun with", "seconds"},
    PersonalPlace{"ticketd:shards of the queue", "how many shards there are", "always"},
    PersonalPlace{"ticketd:rate:CLASS:CALLER of the cache", "how often an account or a network has asked",
                  "ten minutes"},
    PersonalPlace{"ticketd:login:HASH of the cache", "how often a password was tried; of what, as a hash", "an hour"},
    PersonalPlace{"ticketd:login:known:HASH of the cache", "from which networks an account signs in, as a hash",
                  "30 days"},
    PersonalPlace{"ticketd:refused of the cache", "accounts and sessions whose tokens are refused, by their numbers",
                  "as long as such a token could count"},
};

constexpr std::array kLogs = {
    PersonalPlace{"journal", "what was asked for, with the number of an account and without name or address",
                  "as journald.conf says"},
    PersonalPlace{"access log of nginx", "which address of a network asked for what, without a query",
                  "as logrotate says"},
    PersonalPlace{"log of PostgreSQL", "errors, and statements that were slow", "as logrotate says"},
};

std::string columns_of(const PersonalTable& table) {
  std::string columns;
  std::istringstream words(std::string(table.personal) + ' ' + table.other);
  for (std::string word; words >> word;) columns += (columns.empty() ? "t." : ", t.") + word;
  return columns;
}

// Rows that are read at once: an event may have 20 KB of text and more.
constexpr int kAtOnce = 100;

std::string rows_of(const PersonalTable& table) {
  return "DECLARE rows_of_a_person NO SCROLL CURSOR FOR SELECT row_to_json(r)::text FROM (SELECT " + columns_of(table) +
         " FROM " + table.name + " t WHERE " + table.whose + " ORDER BY " + table.newest + ") AS r";
}

// Takes what is read from the bound. False: there is more than that.
bool append_rows(pqxx::work& tx, ExportBound& bound, JsonText& list) {
  for (int rows = 0;;) {
    const auto page = execute(tx, "FETCH " + std::to_string(kAtOnce) + " FROM rows_of_a_person");
    for (const auto& row : page) {
      bound.bytes -= static_cast<std::int64_t>(row[0].size());
      if (++rows > bound.rows || bound.bytes < 0) return false;
      list.push(JsonText::verbatim(text_of(row[0])));
    }
    if (page.size() < kAtOnce) return true;
  }
}

}  // namespace

std::span<const PersonalTable> personal_tables() { return kTables; }

std::span<const char* const> impersonal_tables() { return kImpersonal; }

std::span<const PersonalPlace> personal_keys() { return kKeys; }

std::span<const PersonalPlace> personal_logs() { return kLogs; }

Export export_of(pqxx::work& tx, UserId user, std::optional<ExportBound> bound) {
  execute(tx, "SET LOCAL TimeZone = 'UTC'");
  auto left = bound.value_or(ExportBound{std::numeric_limits<int>::max(), std::numeric_limits<std::int64_t>::max()});
  Export all;
  for (const auto& table : kTables) {
    if (table.list == nullptr || (bound && !table.is_quick)) continue;
    auto list = JsonText::array();
    execute(tx, rows_of(table), user.str());
    all.complete = append_rows(tx, left, list) && all.complete;
    execute(tx, "CLOSE rows_of_a_person");
    all.lists.emplace_back(table.list, std::move(list));
  }
  return all;
}

std::int64_t estimate_rows(pqxx::transaction_base& tx, const std::string& table) {
  static const Statement kEstimate{"estimate_rows",
                                   "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = to_regclass($1)"};
  return run(tx, kEstimate, table)[0][0].as<std::int64_t>();
}

}  // namespace ticketd::storage
