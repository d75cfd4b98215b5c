// `ticketctl user delete`: the account is erased and its sessions end, so that nothing new comes in. What it holds is
// cancelled by the workers, now or when they are there; here they are only waited for.
#include <iostream>
#include <set>
#include <thread>

#include "storage/event_desk.h"
#include "ticketctl/print.h"
#include "ticketctl/submission.h"
#include "ticketctl/user.h"

namespace ticketd::ctl {
namespace {

struct Holdings {
  std::vector<storage::Event> events;
  std::vector<storage::LiveBooking> bookings;
};

constexpr std::chrono::seconds kWaitFor{10};
constexpr std::chrono::milliseconds kLookEvery{100};

Holdings find_holdings(postgres::DatabasePool& database, UserId user) {
  const auto now = SystemClock().now();
  return postgres::autocommit(database, [&](pqxx::transaction_base& tx) {
    return Holdings{storage::list_open_events_of(tx, user, now), storage::list_live_bookings(tx, user, now)};
  });
}

// What becomes of an event or a booking.
class Done {
 public:
  explicit Done(bool json) : json_(json) {}
  void add(const char* what, const std::string& id, const std::string& title, const char* outcome) {
    queued_ = queued_ || std::string_view(outcome) == "queued";
    rows_.push(JsonText::object({{"what", what}, {"id", id}, {"outcome", outcome}}));
    if (!json_) std::cout << what << ' ' << id << "  " << harmless(title) << ": " << outcome << '\n';
  }
  void close(UserId user, const std::string& refused) {
    if (json_) {
      std::cout << JsonText::object({{"id", user.str()}, {"refused", refused}, {"cancelled", rows_}}).str() << '\n';
      return;
    }
    std::cout << user.str() << " is deleted; access tokens are refused " << refused << '\n';
    if (queued_) std::cout << "what is queued will be carried out by a worker, once there is one: ticketctl status\n";
  }

 private:
  const bool json_;
  JsonText rows_ = JsonText::array();
  bool queued_ = false;
};

int say_plan(const storage::AccountOverview& account, const Holdings& holdings, bool json) {
  auto& out = json ? std::cerr : std::cout;
  out << "would delete " << account.user.id.str() << ' ' << harmless(account.user.email) << ", end " << account.sessions
      << " sessions and cancel:\n";
  for (const auto& event : holdings.events) {
    out << "  event " << event.id.str() << "  " << harmless(event.title) << ", " << event.booked_tickets()
        << " booked\n";
  }
  for (const auto& booking : holdings.bookings) {
    out << "  booking " << booking.id.str() << "  " << harmless(booking.event_title) << ", " << booking.state << '\n';
  }
  return wrong_usage("nothing was done; add --yes to do it");
}

// Until nothing of it is left, or for kWaitFor.
Holdings left_of(postgres::DatabasePool& database, UserId user) {
  const auto end = std::chrono::steady_clock::now() + kWaitFor;
  for (;;) {
    auto left = find_holdings(database, user);
    if (left.events.empty() && left.bookings.empty()) return left;
    if (std::chrono::steady_clock::now() >= end) return left;
    std::this_thread::sleep_for(kLookEvery);
  }
}

void tell(const Holdings& before, const Holdings& left, const std::vector<domain::Command>& pending, Done& done) {
  std::set<Uuid> still;
  for (const auto& event : left.events) still.insert(event.id.uuid);
  for (const auto& booking : left.bookings) still.insert(booking.id.uuid);
  for (const auto& event : before.events)
    done.add("event", event.id.str(), event.title, still.contains(event.id.uuid) ? "queued" : "deleted");
  for (const auto& booking : before.bookings)
    done.add("booking", booking.id.str(), booking.event_title,
             still.contains(booking.id.uuid) ? "queued" : "cancelled");
  for (const auto& command : pending) {
    if (const auto* book = std::get_if<domain::Book>(&command.action))
      done.add("booking", book->booking.str(), "", "queued");
  }
}

}  // namespace

int delete_user(const Config& config, postgres::DatabasePool& database, const storage::AccountOverview& account,
                bool with_events, bool yes, bool json) {
  const auto user = account.user.id;
  const auto before = find_holdings(database, user);
  if (!before.events.empty() && !with_events) {
    for (const auto& event : before.events) std::cerr << event.id.str() << "  " << harmless(event.title) << '\n';
    std::cerr << "ticketctl: they organise " << before.events.size()
              << " events to come; --close-events cancels these with every booking of them\n";
    return 1;
  }
  if (!yes) return say_plan(account, before, json);
  Submission submission(config, database);
  const SystemClock clock;
  const auto after =
      postgres::transact(database, [&](pqxx::work& tx) { return storage::erase_account(tx, user, clock); });
  const auto refused = tell_endpoints(config, user, after);
  submission.refuse_bookings_of(user);  // of requests that the handlers have let in before
  const auto left = left_of(database, user);
  Done done(json);
  tell(before, left, submission.list_pending(user), done);
  done.close(user, refused);
  return 0;
}

}  // namespace ticketd::ctl
