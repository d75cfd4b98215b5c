#include <algorithm>
#include <limits>
#include <set>

#include "audit.h"
#include "base/time.h"
#include "domain/event_state.h"
#include "encounters.h"
#include "sim/model.h"

namespace ticketd::torture {
namespace {

using sim::Model;
using State = Model::Row::State;

// A notification that somebody must have got: who, about which booking, what kind.
using Notice = std::string;
Notice notice(const std::string& kind, const std::string& user, const std::string& booking) {
  return kind + " to " + user + " about " + booking;
}

std::string kind_of_notice(const std::string& outcome, domain::CommandKind command) {
  if (outcome == "confirmed") return "booked";
  if (outcome == "confirmed_held") return "confirmed";
  if (outcome == "shrunk") return "booking_changed";
  if (outcome == "updated") return command == domain::CommandKind::update_booking ? "booking_changed" : "event_updated";
  if (outcome == "deleted") return "event_deleted";
  return outcome;
}

// "confirmed_held" of "confirmed_held 2"
std::string without_number(const std::string& outcome) {
  return outcome.substr(0, std::min(outcome.find_first_of("0123456789"), outcome.size() + 1) - 1);
}

// One event's commands, one after the other, by rules that are obviously right.
class Replay {
 public:
  Replay(const Planned& planned, const Evidence& evidence, Findings& findings)
      : planned_(planned), evidence_(evidence), findings_(findings) {
    for (const auto& row : evidence.commands) commands_[row.id] = &row;
    for (const auto& row : evidence.notifications) {
      if (row.event == planned.id) notifications_[row.id].push_back(&row);
    }
    for (const auto& expiry : evidence.expiries) {
      if (expiry.event == planned.id) due_[expiry.turn].push_back(&expiry);
    }
  }

  void run() {
    Model model(planned_event());
    for (const auto& command : evidence_.accepted) {
      if (command.event.str() != planned_.id) continue;
      take_turn(model, command);
      const auto before = model.rows();
      const auto met = encounters_of(command, model, expired_);
      const auto outcome = model.carry_out(command);
      for (const auto& what : met) findings_.meet(what + ": " + without_number(outcome));
      check_outcome(command, outcome);
      if (outcome == "deleted") {
        deleted_ = true;
        note_deletion(before);
      }
      for (const auto& what : model.followed()) note_followed(model, what);
    }
    settle_until(model, std::numeric_limits<std::int64_t>::max());
    check_bookings(model);
    check_event(model);
    check_other_notices();
  }

 private:
  [[nodiscard]] Model::Event planned_event() const {
    Model::Event event{
        .owner = *UserId::parse(planned_.owner),
        .max_per_user = planned_.max_per_user,
        .promoted_at_once = domain::kPromotedAtOnce,
        .hold_minutes = planned_.hold_minutes,
        .offer_minutes = planned_.offer_minutes,
        .confirmed_by = planned_.is_confirmed_by_owner ? domain::ConfirmedBy::organiser : domain::ConfirmedBy::attendee,
        .starts_at = planned_.starts_at,
        .ends_at = Time::max()};
    event.pools.front().capacity = planned_.tickets;
    if (planned_.pools.empty()) return event;
    event.pools = planned_.pools;
    event.types = planned_.types;
    event.edition = domain::kEditionOfPools;
    return event;
  }

  // What was due was carried out between the commands, in transactions of its own.
  void take_turn(Model& model, const domain::Command& command) {
    const auto row = commands_.find(command.id.str());
    if (row == commands_.end()) return;
    if (row->second->turn < turn_)
      findings_.add("decided_order", command.id.str() + " was decided before one that had been accepted before it");
    turn_ = std::max(turn_, row->second->turn);
    settle_until(model, turn_);
  }

  void settle_until(Model& model, std::int64_t turn) {
    for (; !due_.empty() && due_.begin()->first < turn; due_.erase(due_.begin()))
      settle(model, due_.begin()->first, due_.begin()->second);
  }

  // These, and no others, were to end at the moment at which the worker looked.
  void settle(Model& model, std::int64_t turn, const std::vector<const Expiry*>& ended) {
    std::set<std::string> left;
    for (const auto* expiry : ended) left.insert(expiry->booking);
    const auto at = looked_at(model, turn, left);
    domain::Command command;
    command.action = domain::Settle{};
    command.accepted_at = at;
    model.carry_out(command);
    for (const auto& what : model.followed()) {
      note_followed(model, what);
      if (!what.starts_with("hold_expired ")) continue;
      const auto booking = what.substr(what.find(' ') + 1);
      if (left.erase(booking) == 0) findings_.add("expiry", booking + " had to expire with others, and did not");
      expired_.insert(booking);
      findings_.meet("seats expired");
    }
    for (const auto& booking : left) findings_.add("expiry", booking + " expired, and was not held so long ago");
    if (evidence_.clocks_were_right && at > ended.front()->at)
      findings_.add("expired_early", ended.front()->booking + " ended at " + format_time(ended.front()->at) +
                                         ", and what ended with it was held until " + format_time(at));
  }

  // What it offered says so to the millisecond. Else it is at least the last deadline of those that it ended.
  [[nodiscard]] Time looked_at(const Model& model, std::int64_t turn, const std::set<std::string>& ended) const {
    for (const auto& [id, rows] : notifications_) {
      const auto& note = *rows.front();
      const auto until = note.message.find(" until ");
      if (note.turn != turn || note.kind != "offered" || until == std::string::npos) continue;
      const auto time = parse_time(note.message.substr(until + 7, std::string_view("2027-05-01T17:30:00.250Z").size()));
      if (time) return *time - std::chrono::minutes(planned_.offer_minutes);
    }
    Time last = {};
    for (const auto& row : model.rows()) {
      if (row.held_until && row.state == State::held && ended.contains(row.id.str()))
        last = std::max(last, *row.held_until);
    }
    return last;
  }

  void check_outcome(const domain::Command& command, const std::string& expected) {
    const auto id = command.id.str();
    const auto row = commands_.find(id);
    if (row == commands_.end()) return;  // lost: audit_commands() says so
    const auto space = expected.find(' ');
    const auto outcome = expected.substr(0, space);
    const auto reason = outcome == "rejected" ? expected.substr(space + 1) : "";
    if (row->second->outcome != outcome || row->second->reason != reason)
      findings_.add("outcome",
                    id + " is " + row->second->outcome + " " + row->second->reason + ", must be " + expected);
    const auto notes = notifications_.find(command.notification.str());
    if (notes == notifications_.end() || notes->second.size() != 1)
      return findings_.add("notification", id + " has none, or more than one");
    const auto& note = *notes->second.front();
    if (note.kind != kind_of_notice(outcome, command.kind()) || note.user != command.user.str())
      findings_.add("notification", id + " is " + outcome + ", and its notification " + note.kind);
    if (outcome == "waitlisted" && note.message.find("place " + expected.substr(space + 1) + " ") == std::string::npos)
      findings_.add("notification", id + " must stand at place " + expected.substr(space + 1) + ": " + note.message);
    notifications_.erase(notes);
  }

  void note_deletion(const std::vector<Model::Row>& before) {
    for (const auto& row : before) {
      if (row.state != State::gone) ++notices_[notice("event_deleted", row.user.str(), row.id.str())];
    }
  }

  // "promoted BOOKING 2 missing 1", "never_fits BOOKING"
  void note_followed(const Model& model, const std::string& what) {
    const auto space = what.find(' ');
    const auto kind = what.substr(0, space);
    const auto booking = what.substr(space + 1, what.find(' ', space + 1) - space - 1);
    for (const auto& row : model.rows()) {
      if (row.id.str() != booking) continue;
      const auto kind_of_notice = kind == "organiser_confirmed" ? "confirmed"
                                  : kind == "hold_expired"      ? "expired"
                                                                : kind;
      ++notices_[notice(kind_of_notice, row.user.str(), booking)];
      if (kind == "promoted" || kind == "offered") promoted_.insert(booking);
    }
  }

  // The same bookings in the same order, in the same state.
  void check_bookings(const Model& model) {
    static const std::map<State, std::string> kNames = {{State::confirmed, "confirmed"},
                                                        {State::held, "confirmed"},
                                                        {State::waiting, "waitlisted"},
                                                        {State::gone, "cancelled"}};
    std::vector<const BookingRow*> placed;
    for (const auto& booking : evidence_.bookings) {
      if (booking.event == planned_.id && booking.seq > 0) placed.push_back(&booking);
    }
    if (placed.size() != model.rows().size())
      findings_.add("booking", planned_.id + " has " + std::to_string(placed.size()) + " bookings, must have " +
                                   std::to_string(model.rows().size()));
    for (std::size_t i = 0; i < std::min(placed.size(), model.rows().size()); ++i) {
      const auto& expected = model.rows()[i];
      if (placed[i]->id != expected.id.str() || placed[i]->user != expected.user.str())
        return findings_.add("booking", planned_.id + ": number " + std::to_string(i + 1) + " is " + placed[i]->id +
                                            ", must be " + expected.id.str());
      if (placed[i]->state != kNames.at(expected.state))
        findings_.add("booking", placed[i]->id + " is " + placed[i]->state + ", must be " + kNames.at(expected.state));
      const auto held_until = expected.state == State::held ? expected.held_until : std::nullopt;
      if (placed[i]->held_until != held_until)
        findings_.add("deadline", placed[i]->id + " is held until " +
                                      format_time(placed[i]->held_until).value_or("never") + ", must be until " +
                                      format_time(held_until).value_or("never"));
      if (placed[i]->quantity != expected.quantity)
        findings_.add("booking", placed[i]->id + " has " + std::to_string(placed[i]->quantity) +
                                     " tickets, must have " + std::to_string(expected.quantity));
      if (!planned_.pools.empty() && placed[i]->pool != expected.pool.str())
        findings_.add("booking", placed[i]->id + " is of another pool than its type");
      if (placed[i]->promoted != promoted_.contains(placed[i]->id))
        findings_.add("promotion", placed[i]->id + (placed[i]->promoted ? " was promoted" : " was not promoted"));
    }
  }

  void check_event(const Model& model) {
    for (const auto& event : evidence_.events) {
      if (event.id != planned_.id) continue;
      int held_back = 0;
      for (const auto& pool : model.pools()) held_back += deleted_ ? 0 : pool.held_back;
      if (event.held_back != held_back)
        findings_.add("event", event.id + " holds " + std::to_string(event.held_back) + " seats back, must hold " +
                                   std::to_string(held_back));
      if (event.total_tickets != model.capacity() || (event.state == "cancelled") != deleted_)
        findings_.add("event", event.id + " is " + event.state + " with " + std::to_string(event.total_tickets) +
                                   " tickets, must have " + std::to_string(model.capacity()));
    }
  }

  // What no command's user got: promotions and deletions, each told once.
  void check_other_notices() {
    for (const auto& [id, rows] : notifications_) {
      for (const auto* row : rows) --notices_[notice(row->kind, row->user, row->booking)];
    }
    for (const auto& [what, missing] : notices_) {
      if (missing != 0)
        findings_.add("notification", what + (missing > 0 ? " is missing " : " is there too often ") +
                                          std::to_string(std::abs(missing)) + " times");
    }
  }

  const Planned& planned_;
  const Evidence& evidence_;
  Findings& findings_;
  std::map<std::string, const CommandRow*> commands_;
  std::map<std::string, std::vector<const NotificationRow*>> notifications_;  // those not yet accounted for
  std::map<Notice, int> notices_;
  std::map<std::int64_t, std::vector<const Expiry*>> due_;  // by their turns, those not yet carried out
  std::int64_t turn_ = 0;
  std::set<std::string> promoted_, expired_;
  bool deleted_ = false;
};

}  // namespace

void audit_replay(const Evidence& evidence, Findings& findings) {
  for (const auto& planned : evidence.planned) Replay(planned, evidence, findings).run();
}

}  // namespace ticketd::torture
