// A random schedule: commands of a few people on one event, and what goes wrong while the worker carries them out. Made
// from a seed alone, so that a seed is all it takes to repeat one; a list of plain steps, so that it can be shortened.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "domain/command.h"

namespace ticketd::sim {

// What happens to the batch that a step ends.
enum class BatchEnd {
  none,        // the step's command waits for a later one
  committed,   // carried out and acknowledged
  lost,        // the worker dies before COMMIT: everything is delivered again
  not_acked,   // the worker dies after COMMIT: everything is delivered again although it took effect
  taken_over,  // as not_acked, and the next owner reads in smaller batches
};

struct Step {
  enum class Kind { book, cancel_newest, cancel_one, set_capacity, set_limit, move_end, remove_event, repeat, settle };
  Kind kind = Kind::book;
  int person = 0;     // 0 is the event's owner
  int number = 0;     // capacity, limit, the end (0: before all commands, 1: between, 2: after them), or which earlier
                      // booking or command, counted from the newest
  bool late = false;  // accepted after the end that the event had first
  BatchEnd end = BatchEnd::none;
};

struct Schedule {
  int capacity = 1;
  int limit = 1;  // max_per_user
  int promoted_at_once = 100;
  std::vector<Step> steps;
};

Schedule make_schedule(std::uint64_t seed);

// One line for each step, for people.
std::string describe(const Schedule& schedule);

}  // namespace ticketd::sim
