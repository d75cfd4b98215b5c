// Where a list goes on.
#pragma once
#include <string>

#include "base/time.h"

namespace ticketd::storage {

// Behind the row that has this time, by which the list is sorted, and this id.
struct Cursor {
  Time time;
  std::string id;
};

}  // namespace ticketd::storage
