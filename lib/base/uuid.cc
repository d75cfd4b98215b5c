#include "base/uuid.h"

#include <algorithm>

#include "base/hex.h"

namespace ticketd {
namespace {

bool dash_at(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

void set_time(Uuid& id, Time time) {
  auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(0, epoch_ms(time)));
  for (std::size_t i = 6; i-- > 0; ms >>= 8) id.bytes[i] = static_cast<std::uint8_t>(ms);
}

}  // namespace

Uuid Uuid::v7(Time now, Random& random) {
  Uuid id;
  random.fill(id.bytes);
  set_time(id, now);
  id.bytes[6] = static_cast<std::uint8_t>(0x70 | (id.bytes[6] & 0x0f));
  id.bytes[8] = static_cast<std::uint8_t>(0x80 | (id.bytes[8] & 0x3f));
  return id;
}

Uuid Uuid::bound_of(Time ms, std::uint8_t fill) {
  Uuid id;
  id.bytes.fill(fill);
  set_time(id, ms);
  return id;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Uuid id;
  std::size_t at = 0;
  for (auto& byte : id.bytes) {
    if (dash_at(at) && text[at++] != '-') return std::nullopt;
    const auto value = byte_of_hex(text.substr(at, 2));
    if (!value) return std::nullopt;
    byte = *value;
    at += 2;
  }
  return id;
}

std::string Uuid::str() const {
  std::string text(36, '-');
  std::size_t at = 0;
  for (const auto byte : bytes) {
    if (dash_at(at)) ++at;
    const auto [high, low] = hex_pair(byte);
    text[at++] = high;
    text[at++] = low;
  }
  return text;
}

}  // namespace ticketd
