// Lists, page by page. Each is asked for with one row more than a page shows: that row tells whether there is a next
// page. A cursor names the list that it was made for: in another order, or behind another filter, it would leave rows
// out.
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "http/fields.h"
#include "storage/cursor.h"

namespace ticketd {

constexpr int kPageSize = 20;

struct Page {
  int limit = kPageSize;
  int number = 1;                             // of lists that have numbered pages
  std::optional<storage::Cursor> after = {};  // wins over the number
  std::uint32_t list = 0;                     // which one, with its order and filter

  [[nodiscard]] int rows() const { return limit + 1; }  // to ask for
};

// limit and cursor. `list`: its name, order and filter, as a text that is the same for each of its pages.
Page read_page(http::Fields& in, const std::string& list);

// Opaque on the wire.
std::string encode_cursor(const storage::Cursor& cursor, std::uint32_t list);
// Empty for what encode_cursor() cannot have made for this list. One that names no list is of the release before: a
// client may hold it while that is upgraded.
std::optional<storage::Cursor> decode_cursor(std::string_view text, std::uint32_t list);

// Takes off what is on no page but the next ones, and gives back the cursor for the next one if there is one.
// `cursor_of(row)`: where the list goes on behind it.
template <class Row, class CursorOf>
std::optional<std::string> cut(std::vector<Row>& rows, const Page& page, const CursorOf& cursor_of) {
  if (std::cmp_less_equal(rows.size(), page.limit)) return std::nullopt;
  rows.erase(rows.begin() + page.limit, rows.end());
  return encode_cursor(cursor_of(rows.back()), page.list);
}

// Of a list that is sorted by creation.
inline constexpr auto by_creation = [](const auto& row) -> storage::Cursor { return {row.created_at, row.id.str()}; };

}  // namespace ticketd
