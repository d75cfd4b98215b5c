// `ticketctl user delete`. In this order, so that it can be called again wherever it was interrupted: first the account
// is emptied and its sessions end, so that nothing new comes in; then events and bookings are cancelled through the
// queue, those included that are still waiting in it.
#include <algorithm>
#include <iostream>

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

Holdings find_holdings(postgres::DatabasePool& database, UserId user) {
  const auto now = SystemClock().now();
  return postgres::autocommit(database, [&](pqxx::transaction_base& tx) {
    return Holdings{storage::list_open_events_of(tx, user, now), storage::list_live_bookings(tx, user, now)};
  });
}

// What was done with an event or a booking.
class Done {
 public:
  explicit Done(bool json) : json_(json) {}
  void add(const char* what, const std::string& id, const std::string& title, const std::string& outcome) {
    if (outcome == "queued") queued_ = true;
    if (outcome.starts_with("refused") || outcome.starts_with("failed")) bad_ = true;
    rows_.push(JsonText::object({{"what", what}, {"id", id}, {"outcome", outcome}}));
    if (!json_) std::cout << what << ' ' << id << "  " << harmless(title) << ": " << outcome << '\n';
  }
  int close(UserId user, const std::string& refused) {
    if (json_) {
      std::cout << JsonText::object({{"id", user.str()}, {"refused", refused}, {"cancelled", rows_}}).str() << '\n';
    } else {
      std::cout << user.str() << " is deleted; access tokens are refused " << refused << '\n';
      if (queued_) std::cout << "what is queued will be carried out by the worker: ticketctl queue\n";
      if (bad_) std::cout << "something was refused: call it again\n";
    }
    return bad_ ? 1 : 0;
  }

 private:
  const bool json_;
  JsonText rows_ = JsonText::array();
  bool queued_ = false;
  bool bad_ = false;
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

void cancel_all(Submission& submission, UserId user, const Holdings& holdings,
                const std::vector<domain::Command>& pending, Done& done) {
  for (const auto& event : holdings.events) {
    done.add("event", event.id.str(), event.title, submission.carry_out(user, event.id, domain::DeleteEvent{}));
  }
  for (const auto& booking : holdings.bookings) {
    done.add("booking", booking.id.str(), booking.event_title,
             submission.carry_out(user, booking.event, domain::Cancel{booking.id}));
  }
  for (const auto& command : pending) {
    const auto* book = std::get_if<domain::Book>(&command.action);
    if (book == nullptr) continue;
    const bool known = std::any_of(holdings.bookings.begin(), holdings.bookings.end(),
                                   [&](const auto& booking) { return booking.id == book->booking; });
    if (known) continue;
    done.add("booking", book->booking.str(), "",
             submission.carry_out(user, command.event, domain::Cancel{book->booking}));
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
  SystemRandom random;
  const SystemClock clock;
  // A name that nobody can have registered before.
  const auto address = "deleted-" + UserId::make(clock.now(), random).str() + "@deleted.invalid";
  const auto after =
      postgres::transact(database, [&](pqxx::work& tx) { return storage::delete_account(tx, user, address, clock); });
  const auto refused = tell_endpoints(config, user, after);
  submission.refuse_bookings_of(user);  // of requests that the handlers have let in before
  Done done(json);
  // Pending ones first: what is decided in between is a booking by then.
  const auto pending = submission.list_pending(user);
  auto holdings = find_holdings(database, user);
  if (!with_events) holdings.events.clear();
  cancel_all(submission, user, holdings, pending, done);
  return done.close(user, refused);
}

}  // namespace ticketd::ctl
