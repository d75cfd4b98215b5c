#include "api/paging.h"

#include <charconv>

#include "base/uuid.h"

namespace ticketd {
namespace {

// FNV-1a: pinned, for a cursor outlives the process that made it.
std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2'166'136'261;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619;
  return hash;
}

// All of the text, in digits alone.
template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

std::string_view take_part(std::string_view& rest) {
  const auto part = rest.substr(0, rest.find('_'));
  rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  return part;
}

}  // namespace

Page read_page(http::Fields& in, const std::string& list) {
  Page page;
  page.list = hash_of(list);
  page.limit = in.optional_number("limit", 1, 100).value_or(kPageSize);
  if (const auto text = in.optional_text("cursor", {1, 100})) {
    page.after = decode_cursor(*text, page.list);
    if (!page.after) {
      in.bad("cursor", "invalid", "cursor must be a next_cursor from this list, with the same order and filter");
    }
  }
  return page;
}

std::string encode_cursor(const storage::Cursor& cursor, std::uint32_t list) {
  const auto turn = cursor.turn > 0 ? '_' + std::to_string(cursor.turn) : "";
  return std::to_string(epoch_ms(cursor.time)) + '_' + cursor.id + '_' + std::to_string(list) + turn;
}

std::optional<storage::Cursor> decode_cursor(std::string_view text, std::uint32_t list) {
  const auto time = take_part(text);
  const auto id = Uuid::parse(take_part(text));
  std::int64_t ms = 0;
  std::uint32_t made_for = list;
  std::uint8_t turn = 0;
  if (!read_number(time, ms) || !is_date(ms) || !id) return std::nullopt;
  if (!text.empty() && !read_number(take_part(text), made_for)) return std::nullopt;
  if (!text.empty() && !read_number(text, turn)) return std::nullopt;
  if (made_for != list) return std::nullopt;
  return storage::Cursor{from_epoch_ms(ms), id->str(), turn};
}

}  // namespace ticketd
