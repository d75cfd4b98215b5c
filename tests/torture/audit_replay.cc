#include <algorithm>
#include <set>

#include "audit.h"
#include "base/time.h"
#include "domain/event_state.h"
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

// One event's commands, one after the other, by rules that are obviously right.
class Replay {
 public:
  Replay(const Planned& planned, const Evidence& evidence, Findings& findings)
      : planned_(planned), evidence_(evidence), findings_(findings) {
    for (const auto& row : evidence.commands) commands_[row.id] = &row;
    for (const auto& row : evidence.notifications) {
      if (row.event == planned.id) notifications_[row.id].push_back(&row);
    }
  }

  void run() {
    Model model(planned_event());
    for (const auto& command : evidence_.accepted) {
      if (command.event.str() != planned_.id) continue;
      const auto before = model.rows();
      const auto outcome = model.carry_out(command);
      check_outcome(command, outcome);
      if (outcome == "deleted") {
        deleted_ = true;
        note_deletion(before);
      }
      for (const auto& what : model.followed()) note_followed(model, what);
    }
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
      ++notices_[notice(kind == "organiser_confirmed" ? "confirmed" : kind, row.user.str(), booking)];
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
      if (placed[i]->held != (expected.state == State::held))
        findings_.add("booking", placed[i]->id + (placed[i]->held ? " is held" : " is not held"));
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
  std::set<std::string> promoted_;
  bool deleted_ = false;
};

}  // namespace

void audit_replay(const Evidence& evidence, Findings& findings) {
  for (const auto& planned : evidence.planned) Replay(planned, evidence, findings).run();
}

}  // namespace ticketd::torture
