#include "ticketctl/user.h"

#include <iostream>

#include "api/personal_export.h"
#include "api/views.h"
#include "auth/gate.h"
#include "auth/opaque_token.h"
#include "auth/passwords.h"
#include "http/fields.h"
#include "storage/bookings.h"
#include "storage/refresh_tokens.h"
#include "ticketctl/arguments.h"
#include "ticketctl/print.h"
#include "ticketctl/submission.h"

namespace ticketd::ctl {
namespace {

using storage::AccountOverview;

constexpr int kRedisTimeoutMs = 2'000;
constexpr int kNewestBookings = 10;
// No index finds a person's commands: all there are may have to be read.
constexpr int kExportTimeoutMs = 600'000;

// A booking with the request by which it was asked for, under which the logs know it.
struct Asked {
  storage::BookingDetails booking;
  std::optional<CommandId> request;
};

std::vector<Asked> newest_bookings(pqxx::transaction_base& tx, UserId user) {
  storage::BookingFilter newest;
  newest.limit = kNewestBookings;
  std::vector<Asked> asked;
  for (auto& booking : storage::list_bookings(tx, user, newest, SystemClock().now())) {
    const auto request = storage::find_booking_command(tx, booking.id, booking.created_at);
    asked.push_back({std::move(booking), request});
  }
  return asked;
}

JsonText json_of(const Asked& asked) {
  const auto& booking = asked.booking;
  return JsonText::object({{"id", booking.id.str()},
                           {"request_id", asked.request ? std::optional(asked.request->str()) : std::nullopt},
                           {"event_id", booking.event.str()},
                           {"event_title", booking.event_title},
                           {"state", domain::name_of(booking.state)},
                           {"reason", booking.reason},
                           {"expires_at", format_time(booking.expires_at)},
                           {"position", booking.place},
                           {"created_at", format_time(booking.created_at)}});
}

void print_booking(const Asked& asked) {
  const auto& booking = asked.booking;
  std::cout << "  " << booking.id.str() << "  " << format_time(booking.created_at) << "  "
            << domain::name_of(booking.state) << (booking.place ? " at place " + std::to_string(*booking.place) : "")
            << (booking.expires_at ? " until " + format_time(*booking.expires_at) : "")
            << (booking.reason ? " (" + *booking.reason + ")" : "") << '\n'
            << "    event " << booking.event.str() << "  " << harmless(booking.event_title) << '\n';
  if (asked.request) std::cout << "    request " << asked.request->str() << '\n';
}

std::string since_text(Time valid_after) {
  return epoch_ms(valid_after) == 0 ? "" : "issued before " + format_time(valid_after);
}

int show(postgres::DatabasePool& database, const AccountOverview& account, bool json) {
  const auto& user = account.user;
  const auto bookings =
      postgres::autocommit(database, [&](pqxx::transaction_base& tx) { return newest_bookings(tx, user.id); });
  if (json) {
    auto rows = JsonText::array();
    for (const auto& booking : bookings) rows.push(json_of(booking));
    auto all = user_json(user);
    all.set("deleted", account.deleted).set("sessions", account.sessions).set("open_events", account.open_events);
    all.set("confirmed", account.confirmed).set("waitlisted", account.waitlisted).set("unread", account.unread);
    const bool never = epoch_ms(account.tokens_valid_after) == 0;
    all.set("tokens_valid_after", never ? std::nullopt : std::optional(format_time(account.tokens_valid_after)));
    std::cout << all.set("bookings", rows).str() << '\n';
    return 0;
  }
  std::cout << user.id.str() << '\n';
  print_field("e-mail", account.deleted ? "deleted" : user.email);
  print_field("verified", format_time(user.email_verified_at).value_or(""));
  print_field("name", user.name.value_or(""));
  print_field("role", user.role);
  print_field("since", format_time(user.created_at));
  print_field("changed", format_time(user.updated_at));
  print_field("sessions", std::to_string(account.sessions));
  print_field("refused", since_text(account.tokens_valid_after));
  print_field("events", std::to_string(account.open_events) + " of their own to come");
  print_field("bookings", std::to_string(account.confirmed) + " confirmed, " + std::to_string(account.waitlisted) +
                              " waiting, of events to come");
  print_field("unread", std::to_string(account.unread) + " notifications");
  for (const auto& booking : bookings) print_booking(booking);
  return 0;
}

int list(postgres::DatabasePool& database, Arguments& arguments, bool json) {
  const int limit = arguments.number("--limit", 50, 1, 10'000);
  const auto part = arguments.next().value_or("");
  if (arguments.wrong()) return wrong_usage("user list takes a TEXT and --limit 1 to 10000");
  auto users = postgres::autocommit(
      database, [&](pqxx::transaction_base& tx) { return storage::list_users(tx, part, limit + 1); });
  const bool more = static_cast<int>(users.size()) > limit;
  if (more) users.pop_back();
  if (json) {
    auto rows = JsonText::array();
    for (const auto& user : users) rows.push(user_json(user));
    std::cout << JsonText::object({{"users", rows}, {"more", more}}).str() << '\n';
    return 0;
  }
  for (const auto& user : users) {
    std::cout << user.id.str() << "  " << format_time(user.created_at) << "  " << user.role << "  "
              << harmless(user.email) << "  " << harmless(user.name.value_or("")) << '\n';
  }
  if (users.empty()) std::cout << "there is nobody like that\n";
  if (more) std::cout << "and more: --limit\n";
  return 0;
}

int set_role(postgres::DatabasePool& database, const AccountOverview& account, const std::string& role, bool json) {
  postgres::autocommit(database, [&](pqxx::transaction_base& tx) {
    storage::update_role(tx, account.user.id, role, SystemClock().now());
  });
  if (json) {
    std::cout << JsonText::object({{"id", account.user.id.str()}, {"role", role}}).str() << '\n';
  } else {
    std::cout << account.user.id.str() << " has the role " << role << " now\n";
  }
  return 0;
}

int revoke(const Config& config, postgres::DatabasePool& database, const AccountOverview& account, bool json) {
  const auto id = account.user.id;
  const auto after = postgres::transact(
      database, [&](pqxx::work& tx) { return storage::update_sessions_revoked(tx, id, SystemClock()); });
  const auto since = tell_endpoints(config, id, after);
  if (json) {
    std::cout << JsonText::object({{"id", id.str()}, {"sessions", account.sessions}, {"refused", since}}).str() << '\n';
  } else {
    std::cout << id.str() << ": " << account.sessions << " sessions ended; their access tokens are refused " << since
              << '\n';
  }
  return 0;
}

// Until a whole round finds none: a refresh that is under way puts its token anywhere.
std::int64_t end_sessions_before(postgres::DatabasePool& database, SessionId began) {
  std::int64_t sessions = 0;
  for (bool found = true; found;) {
    found = false;
    for (auto after = storage::kBeforeAllTokens; !after.empty();) {
      const auto piece = postgres::transact(
          database, [&](pqxx::work& tx) { return storage::delete_tokens_of_sessions(tx, began, after); });
      found = found || !piece.last.empty();
      sessions += piece.sessions;
      after = piece.last;
    }
  }
  return sessions;
}

int revoke_everybodys(postgres::DatabasePool& database, bool yes, bool json) {
  if (!yes) return wrong_usage("nothing was done: this logs everybody out; add --yes to do it");
  SystemRandom random;
  const auto sessions = end_sessions_before(database, SessionId::make(SystemClock().now(), random));
  if (json) {
    std::cout << JsonText::object({{"sessions", sessions}}).str() << '\n';
  } else {
    std::cout << sessions << " sessions ended; their access tokens count until the keys of these are changed\n";
  }
  return 0;
}

int set_email(postgres::DatabasePool& database, const AccountOverview& account, const std::string& email, bool json) {
  http::Fields in(Json::object({{"email", email}}));
  const auto address = in.email("email");
  if (!in.ok()) return wrong_usage(email + " is no e-mail address");
  const auto id = account.user.id;
  const bool free = postgres::transact(database, [&](pqxx::work& tx) {
    return storage::lock_user(tx, id) && storage::update_email(tx, id, address, false, SystemClock().now());
  });
  if (!free) {
    std::cerr << "ticketctl: " << harmless(address) << " is somebody else's: ticketctl user show says whose\n";
    return 1;
  }
  if (json) {
    std::cout << JsonText::object({{"id", id.str()}, {"email", address}}).str() << '\n';
  } else {
    std::cout << id.str() << " signs in as " << harmless(address) << " now\n";
  }
  return 0;
}

// One that nobody chose: whoever operates the service tells it, and its owner changes it.
int reset_password(const Config& config, postgres::DatabasePool& database, const AccountOverview& account, bool json) {
  constexpr std::size_t kLetters = 20;  // of base64: 120 bits
  SystemRandom random;
  const auto password = auth::make_opaque_token(random).substr(0, kLetters);
  const auto hash = auth::Passwords(1).hash(password, auth::Turn::known);
  const auto id = account.user.id;
  const auto after = postgres::transact(
      database, [&](pqxx::work& tx) { return storage::update_password(tx, id, hash, SystemClock()); });
  const auto since = tell_endpoints(config, id, after);
  if (json) {
    std::cout << JsonText::object({{"id", id.str()}, {"password", password}, {"refused", since}}).str() << '\n';
  } else {
    std::cout << id.str() << " has the password " << password << '\n'
              << account.sessions << " sessions ended; their access tokens are refused " << since << '\n';
  }
  return 0;
}

// One JSON object, whether --json is given or not: that is what it is for.
int give_out(const Config& config, postgres::DatabasePool& database, const AccountOverview& account) {
  const auto pending = Submission(config, database).list_pending(account.user.id);
  postgres::DatabaseConnection session(config.database_url, {"ticketctl", kExportTimeoutMs});
  pqxx::work tx(session.get());
  const auto all = export_json(storage::export_of(tx, account.user.id, std::nullopt), pending);
  // What people wrote is not to act on a terminal.
  std::cout << Json::parse(all.str())->dump_ascii() << '\n';
  return 0;
}

}  // namespace

std::string tell_endpoints(const Config& config, UserId user, Time after) {
  redis::RedisPool redis(config.cache_redis_url, kRedisTimeoutMs);
  Cell unreachable{0};
  auth::Cache cache(redis, unreachable);
  auth::Gate(cache).revoke_tokens_before(user, after);
  return unreachable.load() == 0 ? "from now on" : "in half a minute at most: the cache's Redis cannot be told";
}

static std::string operands_of(const std::string& what) {
  if (what == "set-role") return "an ID or e-mail address, and user or admin";
  if (what == "set-email") return "an ID or e-mail address, and the new address";
  if (what == "revoke-sessions") return "one ID or e-mail address, or --all";
  return "one ID or e-mail address";
}

int user(const Config& config, const Options& options) {
  Arguments arguments(options.words);
  const auto what = arguments.next().value_or("");
  postgres::DatabasePool database(config.database_url, {"ticketctl"}, 1);
  if (what == "list") return list(database, arguments, options.json);
  const bool everybody = what == "revoke-sessions" && arguments.flag("--all");
  const bool yes = (what == "revoke-sessions" || what == "delete") && arguments.flag("--yes");
  const bool with_events = what == "delete" && arguments.flag("--close-events");
  if (everybody && !arguments.wrong()) return revoke_everybodys(database, yes, options.json);
  const auto who = arguments.next();
  const auto value = what == "set-role" || what == "set-email" ? arguments.next() : "";
  if (!who || !value || arguments.wrong()) return wrong_usage("user " + what + " takes " + operands_of(what));
  if (what == "set-role" && value != "user" && value != "admin")
    return wrong_usage("user set-role takes an ID or e-mail address, and user or admin");
  const auto account = postgres::autocommit(database, [&](pqxx::transaction_base& tx) {
    return storage::find_account_overview(tx, *who, SystemClock().now());
  });
  if (!account) {
    std::cerr << "ticketctl: there is no user " << *who << '\n';
    return 1;
  }
  if (what == "show") return show(database, *account, options.json);
  if (what == "set-role") return set_role(database, *account, *value, options.json);
  if (what == "revoke-sessions") return revoke(config, database, *account, options.json);
  if (what == "export") return give_out(config, database, *account);
  if (what == "delete") return delete_user(config, database, *account, with_events, yes, options.json);
  if (account->deleted) {
    std::cerr << "ticketctl: the account is deleted\n";
    return 1;
  }
  if (what == "set-email") return set_email(database, *account, *value, options.json);
  return reset_password(config, database, *account, options.json);
}

}  // namespace ticketd::ctl
