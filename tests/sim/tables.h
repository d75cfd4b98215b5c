// The tables in memory: what lib/storage's batch does in SQL, without a database. Loads the same part of an event as
// the worker does, and takes the same changes.
#pragma once
#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "domain/fact.h"

namespace ticketd::sim {

class Tables {
 public:
  explicit Tables(domain::EventState event) : event_(std::move(event)) {}

  [[nodiscard]] bool is_done(CommandId id) const { return outcomes_.contains(id); }

  // Counters, what the users of the commands hold, those of their bookings that they could cancel and who was
  // admitted with these, held ones that somebody confirms or nobody did in time, those of the waiting list whom the
  // commands could serve or pass.
  [[nodiscard]] domain::EventState load(std::span<const domain::Command* const> commands) const;

  // All the other bookings, and what everybody holds. The rules must not make anything else of it.
  void load_all(domain::EventState& state) const;

  // One transaction: the counters of `state`, and what the facts say. Says what the schema would refuse;
  // empty if nothing.
  std::string commit(const domain::EventState& state, std::span<const domain::BatchFact> facts);

  // Somebody is admitted with that ticket, if it is one of a confirmed booking. Says whether it is.
  bool admit(BookingId with, int number);

  // Carries a decision about many bookings a little further: ends at most so many of those that it concerns.
  void carry_out_piece(int most);

  struct Row {
    domain::Booking booking;
    int promotions = 0;
    std::optional<int> fits_from = {};  // as the column of that name
    domain::TicketNumbers admitted = {};
  };
  [[nodiscard]] const std::unordered_map<BookingId, Row>& rows() const { return rows_; }
  [[nodiscard]] const domain::EventState& event() const { return event_; }
  // As reads see it, whatever its row says yet.
  [[nodiscard]] domain::BookingState state_of(const domain::Booking& booking) const;

 private:
  [[nodiscard]] std::string violated() const;
  [[nodiscard]] std::string violated_by_bookings() const;
  [[nodiscard]] std::map<UserId, domain::Holding> holdings() const;
  void load_admitted(domain::EventState& state) const;
  void load_held(domain::EventState& state, std::span<const domain::Command* const> commands) const;
  [[nodiscard]] std::vector<const domain::Booking*> part_of_line(PoolId pool, const domain::LineNeeded& needed) const;
  void load_lines(domain::EventState& state, std::span<const domain::Command* const> commands) const;
  void forget_unstored();
  // One that waits, or waited: how few seats serve it.
  void put(const domain::Booking& booking, int edition);

  domain::EventState event_;  // counters alone
  std::unordered_map<BookingId, Row> rows_;
  std::unordered_map<CommandId, domain::Outcome> outcomes_;
};

}  // namespace ticketd::sim
