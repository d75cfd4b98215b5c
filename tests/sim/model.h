// The rules once more, written to be obviously right instead of fast: one list of bookings in the order in which they
// were accepted, and everything else is counted anew each time it is needed.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "domain/command.h"

namespace ticketd::sim {

class Model {
 public:
  Model(UserId owner, int capacity, int limit, int promoted_at_once, Time ends_at)
      : owner_(owner), capacity_(capacity), limit_(limit), promoted_at_once_(promoted_at_once), ends_at_(ends_at) {}

  // Carries the command out and says how it ended: an outcome's name, with its reason or place, "rejected
  // limit_reached". A deadline ends without a word.
  std::string carry_out(const domain::Command& command);

  struct Row {
    BookingId id;
    UserId user;
    enum class State { confirmed, waiting, gone } state;
    bool line_closed = false;  // gone with the waiting list
  };
  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }
  [[nodiscard]] int capacity() const { return capacity_; }
  [[nodiscard]] int confirmed() const { return count(Row::State::confirmed); }
  [[nodiscard]] int waiting() const { return count(Row::State::waiting); }

 private:
  [[nodiscard]] int count(Row::State state) const;
  [[nodiscard]] int live_of(UserId user) const;
  std::string book(const domain::Command& command);
  std::string cancel(const domain::Command& command);
  std::string update(const domain::Command& command);
  std::string remove(const domain::Command& command);
  void set_capacity(int wanted);
  void settle(Time now);

  UserId owner_;
  int capacity_;
  std::optional<int> growing_to_;
  int limit_;
  int promoted_at_once_;
  Time ends_at_;
  bool deleted_ = false;
  std::vector<Row> rows_;
};

}  // namespace ticketd::sim
