#include <algorithm>
#include <iostream>
#include <iterator>
#include <map>

#include "api/event_reply.h"
#include "api/views.h"
#include "base/json_text.h"
#include "storage/accounts.h"
#include "storage/event_desk.h"
#include "storage/users.h"
#include "ticketctl/arguments.h"
#include "ticketctl/commands.h"
#include "ticketctl/print.h"
#include "ticketctl/submission.h"

namespace ticketd::ctl {
namespace {

using storage::Event;
using storage::EventBooking;

std::string_view state_now(const Event& event) { return state_of(event.status, event.ends_at, SystemClock().now()); }

std::string seats_of(const Event& event) {
  return std::to_string(event.booked_tickets()) + " of " + std::to_string(event.total_tickets) + " booked, " +
         (event.held_back > 0 ? std::to_string(event.held_back) + " held back, " : "") +
         std::to_string(event.waiting_list_count) + " waiting" +
         (event.waiting_tickets > event.waiting_list_count
              ? " for " + std::to_string(event.waiting_tickets) + " tickets"
              : "");
}

int list(postgres::DatabasePool& database, Arguments& arguments, bool json) {
  const int limit = arguments.number("--limit", 50, 1, 10'000);
  const auto part = arguments.next().value_or("");
  if (arguments.wrong()) return wrong_usage("event list takes a TEXT and --limit 1 to 10000");
  auto events = postgres::autocommit(
      database, [&](pqxx::transaction_base& tx) { return storage::list_events_with(tx, part, limit + 1); });
  const bool more = static_cast<int>(events.size()) > limit;
  if (more) events.pop_back();
  if (json) {
    auto rows = JsonText::array();
    const auto now = SystemClock().now();
    for (const auto& event : events) rows.push(event_json(event, now));
    std::cout << JsonText::object({{"events", rows}, {"more", more}}).str() << '\n';
    return 0;
  }
  for (const auto& event : events) {
    std::cout << event.id.str() << "  " << format_time(event.starts_at) << "  " << state_now(event) << "  "
              << seats_of(event) << "  " << harmless(event.title) << '\n';
  }
  if (events.empty()) std::cout << "there is no event like that\n";
  if (more) std::cout << "and more: --limit\n";
  return 0;
}

// What it says about seats that are held, and how many bookings have such seats.
void print_holding(const Event& event, std::int64_t held) {
  print_field("line closes", event.line_ends_at < event.ends_at ? "when it starts" : "when it ends");
  if (event.hold_minutes == 0 && event.offer_minutes == 0 && held == 0) return;
  print_field("held",
              std::to_string(held) + " bookings, for " + std::to_string(event.hold_minutes) + " min after booking");
  print_field("offered", "for " + std::to_string(event.offer_minutes) + " min, until " +
                             std::to_string(event.offer_stops_minutes) + " min before it starts");
  print_field("confirmed by", std::string(name_of(event.confirmed_by)));
}

std::string window_of(const domain::SalesWindow& sales) {
  const auto none = std::string("...");
  return format_time(sales.start).value_or(none) + " to " + format_time(sales.end).value_or(none);
}

std::string text_of(const storage::TicketType& type) {
  std::string text = harmless(type.name.value_or("(no name)")) + ", " + std::to_string(type.live) +
                     (type.limit ? " of " + std::to_string(*type.limit) : "") + " tickets";
  if (type.waiting > 0) text += ", " + std::to_string(type.waiting) + " of them waited for";
  if (type.visibility != domain::TypeVisibility::listed) text += ", " + std::string(name_of(type.visibility));
  if (type.sales != domain::SalesWindow{}) text += ", sold " + window_of(type.sales);
  return text + (type.archived ? ", archived" : "");
}

// Those of an event that has its own.
void print_pools(const storage::PoolsAndTypes& all) {
  for (const auto& pool : all.pools) {
    print_field("pool", pool.id.str() + "  " + harmless(pool.name.value_or("(no name)")) + ": " +
                            std::to_string(pool.available) + " of " + std::to_string(pool.capacity) + " free, " +
                            std::to_string(pool.held_back) + " held back, " + std::to_string(pool.waiting_entries) +
                            " waiting for " + std::to_string(pool.waiting_tickets) + (pool.saved ? ", saved" : ""));
    for (const auto& type : all.types) {
      if (type.pool == pool.id) print_field("  type", type.id.str() + "  " + text_of(type));
    }
  }
}

int show(postgres::DatabasePool& database, const Event& listed, bool json) {
  const auto [owner, held, all] = postgres::autocommit(database, [&](pqxx::transaction_base& tx) {
    return std::tuple(storage::find_user(tx, listed.owner), storage::count_event_bookings(tx, listed.id, "held"),
                      storage::find_pools_and_types(tx, listed));
  });
  const storage::EventDetails event{listed, all};
  const auto email = owner ? owner->email : "";
  if (json) {
    std::cout << event_details_json(event, Reader::owner, SystemClock().now())
                     .set("user_email", email)
                     .set("held_bookings", held)
                     .str()
              << '\n';
    return 0;
  }
  std::cout << event.id.str() << '\n';
  print_field("title", event.title);
  print_field("location", event.location);
  print_field("state", std::string(state_now(event)));
  print_field("starts", format_time(event.starts_at));
  print_field("ends", format_time(event.ends_at));
  print_field("seats", seats_of(event));
  const auto now = SystemClock().now();
  if (event.saved_until && now < *event.saved_until)
    print_field("saved", std::to_string(event.saved_tickets) + " for the first of the waiting list, until " +
                             format_time(*event.saved_until));
  print_field("per person", std::to_string(event.max_per_user));
  print_field("per booking", std::to_string(event.max_per_booking));
  print_field("skips", std::to_string(event.max_skips));
  print_field("saving stops", std::to_string(event.saving_stops_hours) + " h before it starts");
  print_holding(event, held);
  if (event.sales != domain::SalesWindow{}) print_field("sold", window_of(event.sales));
  if (event.edition >= domain::kEditionOfPools) print_pools(event);
  print_field("visibility", std::string(domain::name_of(event.visibility)));
  if (event.timezone) print_field("time zone", *event.timezone);
  print_field("organiser", event.owner.str() + "  " + email);
  print_field("since", format_time(event.created_at));
  print_field("changed", format_time(event.updated_at));
  return 0;
}

JsonText json_of(const EventBooking& booking) {
  return JsonText::object({{"id", booking.id.str()},
                           {"pool_id", booking.pool.str()},
                           {"user_id", booking.user.str()},
                           {"email", booking.email},
                           {"state", booking.state},
                           {"quantity", booking.quantity},
                           {"reason", booking.reason},
                           {"expires_at", format_time(booking.expires_at)},
                           {"created_at", format_time(booking.created_at)},
                           {"promoted_at", format_time(booking.promoted_at)},
                           {"cancelled_at", format_time(booking.cancelled_at)}});
}

// `place`: in its pool's waiting list; 0: it does not wait.
void print_line(const EventBooking& booking, int place) {
  std::cout << booking.id.str() << "  " << format_time(booking.created_at) << "  ";
  if (place > 0) {
    std::cout << "place " << place;
  } else {
    std::cout << booking.state << (booking.reason ? " (" + *booking.reason + ")" : "")
              << (booking.expires_at ? " until " + format_time(*booking.expires_at) : "")
              << (booking.promoted_at ? ", promoted " + format_time(*booking.promoted_at) : "");
  }
  if (booking.quantity > 1) std::cout << ", " << booking.quantity << " tickets";
  if (booking.pool_name) std::cout << ", " << harmless(*booking.pool_name);
  std::cout << "  " << booking.user.str() << "  " << harmless(booking.email) << '\n';
}

// Those who wait with their places, each in the waiting list of its pool.
int bookings(postgres::DatabasePool& database, EventId event, const std::optional<std::string>& state, int limit,
             bool json) {
  const bool waiting = state == "waitlisted";
  const auto [list, count] = postgres::autocommit(database, [&](pqxx::transaction_base& tx) {
    return std::pair(storage::list_event_bookings(tx, event, state, limit),
                     storage::count_event_bookings(tx, event, state));
  });
  auto rows = JsonText::array();
  std::map<PoolId, int> places;
  for (const auto& booking : list) {
    const int place = waiting ? ++places[booking.pool] : 0;
    if (!json) {
      print_line(booking, place);
      continue;
    }
    auto row = json_of(booking);
    rows.push(waiting ? row.set("position", place) : row);
  }
  if (json) {
    std::cout << JsonText::object({{"count", count}, {"bookings", rows}}).str() << '\n';
  } else {
    if (count == 0) std::cout << (waiting ? "nobody is waiting\n" : "there are no such bookings\n");
    print_rest(count, list.size());
  }
  return 0;
}

int transfer(postgres::DatabasePool& database, const Event& event, const std::string& who, bool json) {
  const auto now = SystemClock().now();
  const auto account = postgres::autocommit(
      database, [&](pqxx::transaction_base& tx) { return storage::find_account_overview(tx, who, now); });
  if (!account || account->deleted) {
    std::cerr << "ticketctl: there is no user " << who << '\n';
    return 1;
  }
  const auto& owner = account->user;
  const bool is_there = postgres::transact(database, [&](pqxx::work& tx) {
    if (!storage::lock_user(tx, owner.id)) return false;
    storage::update_owner(tx, event.id, owner.id, now);
    return true;
  });
  if (!is_there) {
    std::cerr << "ticketctl: the account was deleted just now\n";
    return 1;
  }
  if (json) {
    std::cout << JsonText::object({{"id", event.id.str()}, {"user_id", owner.id.str()}}).str() << '\n';
  } else {
    std::cout << event.id.str() << " is organised by " << owner.id.str() << "  " << harmless(owner.email) << " now\n";
  }
  return 0;
}

int close(const Config& config, postgres::DatabasePool& database, const Event& event, bool yes, bool json) {
  if (state_now(event) == "cancelled") {
    std::cerr << "ticketctl: it is cancelled already\n";
    return 1;
  }
  if (!yes) {
    auto& out = json ? std::cerr : std::cout;
    out << "would cancel " << event.id.str() << "  " << harmless(event.title) << ": " << seats_of(event) << '\n';
    return wrong_usage("nothing was done; add --yes to do it");
  }
  Submission submission(config, database);
  const auto outcome = submission.carry_out(event.owner, event.id, domain::DeleteEvent{});
  if (json) {
    std::cout << JsonText::object({{"id", event.id.str()}, {"outcome", outcome}}).str() << '\n';
  } else {
    std::cout << event.id.str() << ": " << outcome << '\n';
  }
  return outcome == "deleted" || outcome == "queued" ? 0 : 1;
}

}  // namespace

int event(const Config& config, const Options& options) {
  Arguments arguments(options.words);
  const auto what = arguments.next().value_or("");
  postgres::DatabasePool database(config.database_url, {"ticketctl"}, 1);
  if (what == "list") return list(database, arguments, options.json);
  const bool yes = what == "close" && arguments.flag("--yes");
  const bool lists = what == "waiting" || what == "bookings";
  const int limit = lists ? arguments.number("--limit", 100, 1, 100'000) : 0;
  auto state = what == "bookings" ? arguments.value("--state") : std::nullopt;
  const auto word = arguments.next();
  const auto id = word ? EventId::parse(*word) : std::nullopt;
  const auto who = what == "transfer" ? arguments.next() : "";
  if (!id || !who || arguments.wrong())
    return wrong_usage("event " + what + " takes one event's ID" +
                       (what == "transfer" ? ", and the ID or e-mail address of a user" : ""));
  if (state && !domain::parse_booking_state(*state))
    return wrong_usage("--state is confirmed, held, waitlisted, cancelled or rejected");
  const auto event =
      postgres::autocommit(database, [&](pqxx::transaction_base& tx) { return storage::find_event(tx, *id); });
  if (!event) {
    std::cerr << "ticketctl: there is no event " << *word << '\n';
    return 1;
  }
  if (what == "show") return show(database, *event, options.json);
  if (what == "transfer") return transfer(database, *event, *who, options.json);
  if (what == "close") return close(config, database, *event, yes, options.json);
  if (what == "waiting") state = "waitlisted";
  return bookings(database, *id, state, limit, options.json);
}

}  // namespace ticketd::ctl
