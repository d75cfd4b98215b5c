// UUIDs (RFC 9562) and the distinct id types made of them, so that a user's id cannot be passed where an event's is
// meant.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/time.h"

namespace ticketd {

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  // Version 7: 48 bits of milliseconds since 1970, then 74 random bits. Ids made later sort later, which keeps
  // B-tree inserts at the right edge. Refuses nothing; `now` before 1970 is taken as 1970.
  static Uuid v7(Time now, Random& random);

  // Of those that v7() may make within the millisecond, and of all like them, the least and the greatest.
  static Uuid first_of(Time ms) { return bound_of(ms, 0); }
  static Uuid last_of(Time ms) { return bound_of(ms, 0xff); }

  // The 8-4-4-4-12 form in either case; empty for anything else. Any version is taken: ids are opaque to us.
  static std::optional<Uuid> parse(std::string_view text);

  // Lower case, 36 characters.
  [[nodiscard]] std::string str() const;

  auto operator<=>(const Uuid&) const = default;

 private:
  static Uuid bound_of(Time ms, std::uint8_t fill);
};

template <class Tag>
struct Id {
  Uuid uuid;

  static Id make(Time now, Random& random) { return {Uuid::v7(now, random)}; }
  static std::optional<Id> parse(std::string_view text) {
    const auto uuid = Uuid::parse(text);
    if (!uuid) return std::nullopt;
    return Id{*uuid};
  }
  [[nodiscard]] std::string str() const { return uuid.str(); }

  auto operator<=>(const Id&) const = default;
};

using UserId = Id<struct UserTag>;
using SessionId = Id<struct SessionTag>;
using EventId = Id<struct EventTag>;
using PoolId = Id<struct PoolTag>;
using TicketTypeId = Id<struct TicketTypeTag>;
using BookingId = Id<struct BookingTag>;
using CommandId = Id<struct CommandTag>;
using NotificationId = Id<struct NotificationTag>;
using CalendarId = Id<struct CalendarTag>;
using WebhookId = Id<struct WebhookTag>;
using DeliveryId = Id<struct DeliveryTag>;  // of a webhook
using AnnouncementId = Id<struct AnnouncementTag>;
using CheckinId = Id<struct CheckinTag>;
using MailId = Id<struct MailTag>;  // of what tells of a notification: its id

}  // namespace ticketd

template <class Tag>
struct std::hash<ticketd::Id<Tag>> {
  // The tail of a v7 UUID is random, so it is a hash already; but for its first byte, which holds the variant.
  std::size_t operator()(const ticketd::Id<Tag>& id) const noexcept {
    std::size_t tail = 0;
    std::memcpy(&tail, id.uuid.bytes.data() + 9, 7);
    return tail;
  }
};
