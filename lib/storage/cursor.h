// Where a list goes on.
#pragma once
#include <string>

#include "base/time.h"

namespace ticketd::storage {

// Behind the row that has this time, by which the list is sorted, and this id; of a list in turns, behind it in its
// turn.
struct Cursor {
  Time time;
  std::string id;
  int turn = 0;
};

}  // namespace ticketd::storage
