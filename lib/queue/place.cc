#include "queue/place.h"

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

std::optional<Place> Place::parse(std::string_view text) {
  Place place;
  if (!take(text, place.shard) || !take(text, ' ')) return std::nullopt;
  place.stream_id = text;
  std::int64_t ms = 0, n = 0;
  if (!take(text, ms) || !take(text, '-') || !take(text, n) || !text.empty() || !is_date(ms)) return std::nullopt;
  return place;
}

std::int64_t Place::queued_ms() const {
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

std::vector<std::optional<Fields>> read_entries(redis::Commands& redis, std::span<const Place> places) {
  std::vector<std::optional<Fields>> found;
  if (places.empty()) return found;
  std::vector<redis::Arguments> commands;
  for (const auto& place : places)
    commands.push_back({"XRANGE", stream_key(place.shard), place.stream_id, place.stream_id});
  for (const auto& reply : redis.pipeline(commands))
    found.push_back(reply.size() > 0 ? std::optional(fields_of(reply.at(0))) : std::nullopt);
  return found;
}

}  // namespace ticketd::queue
