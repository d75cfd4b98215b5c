// Lists that go back in time, page by page.
#pragma once
#include <optional>
#include <string>

#include "http/fields.h"
#include "storage/bookings.h"
#include "storage/event_search.h"

namespace ticketd {

constexpr int kPageSize = 20;

// The query's cursor for a list of bookings or notifications; an unreadable one is an error of the field.
inline std::optional<storage::Before> read_before(http::Fields& in) {
  const auto text = in.optional_text("cursor", {1, 100});
  if (!text) return std::nullopt;
  const auto cursor = storage::decode_cursor(*text);
  if (!cursor) {
    in.bad("cursor", "invalid", "cursor must be a next_cursor from this list");
    return std::nullopt;
  }
  return storage::Before{from_epoch_ms(cursor->key), cursor->id};
}

// Behind the last row of a full page.
template <class Row>
std::optional<std::string> cursor_after(const std::vector<Row>& rows, int limit) {
  if (rows.size() < static_cast<std::size_t>(limit)) return std::nullopt;
  return storage::encode_cursor({epoch_ms(rows.back().created_at), rows.back().id.str()});
}

}  // namespace ticketd
