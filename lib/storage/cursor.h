// Where a list goes on.
#pragma once
#include <optional>
#include <string>
#include <utility>

#include "base/time.h"
#include "base/uuid.h"

namespace ticketd::storage {

// Behind the row that has this time, by which the list is sorted, and this id; of a list in turns, behind it in its
// turn.
struct Cursor {
  Time time;
  std::string id;
  int turn = 0;
};

// For `(created_at, id) < ($1, $2::uuid)` of a list that shows the newest first: there is always a row to begin behind.
// Were it optional, PostgreSQL would read and sort all rows.
inline std::pair<std::string, std::string> behind(const std::optional<Cursor>& after) {
  if (!after) return {"infinity", Uuid().str()};
  return {format_time(after->time), after->id};
}

}  // namespace ticketd::storage
