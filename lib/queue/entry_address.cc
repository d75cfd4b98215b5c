#include "queue/entry_address.h"

#include <charconv>

namespace ticketd::queue {
namespace {

// Takes a number off the front of the text.
template <class Number>
bool take(std::string_view& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 0) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<EntryAddress> EntryAddress::parse(std::string_view text) {
  EntryAddress address;
  if (!take(text, address.shard) || !take(text, ' ')) return std::nullopt;
  address.stream_id = text;
  std::int64_t ms = 0, n = 0;
  if (!take(text, ms) || !take(text, '-') || !take(text, n) || !text.empty() || !is_date(ms)) return std::nullopt;
  return address;
}

std::int64_t EntryAddress::queued_ms() const {
  std::int64_t ms = 0;
  std::from_chars(stream_id.data(), stream_id.data() + stream_id.size(), ms);
  return ms;
}

Fields fields_of(const redis::Reply& entry) {
  Fields fields;
  const auto words = entry.at(1);
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) fields.emplace_back(words.at(i).text(), words.at(i + 1).text());
  return fields;
}

std::vector<std::optional<Fields>> read_entries(redis::Commands& redis, std::span<const EntryAddress> addresses) {
  std::vector<std::optional<Fields>> found;
  if (addresses.empty()) return found;
  std::vector<redis::Arguments> commands;
  for (const auto& address : addresses)
    commands.push_back({"XRANGE", stream_key(address.shard), address.stream_id, address.stream_id});
  for (const auto& reply : redis.pipeline(commands))
    found.push_back(reply.size() > 0 ? std::optional(fields_of(reply.at(0))) : std::nullopt);
  return found;
}

}  // namespace ticketd::queue
