// What a ticket shows at the door: T1 and 42 letters of Crockford's base 32 (https://www.crockford.com/base32.html), in
// capitals alone, so that a QR code holds it in its alphanumeric mode. They say which ticket of which booking it is,
// and the how-manieth code of it, and end with what the event's key makes of that. Nobody without the key makes one,
// and whoever has the key needs none stored.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/uuid.h"

namespace ticketd::auth {

// A new one: 32 bytes.
std::string make_ticket_key(Random& random);

struct TicketCode {
  BookingId booking;
  int number = 1;      // 1 to 100
  int generation = 0;  // 0 to 255: a new code of the ticket has the next one
  bool operator==(const TicketCode&) const = default;
};

// 44 characters. `key`: the event's.
std::string ticket_code_of(const TicketCode& code, std::string_view key);

// What it says, whether it is true or not. Empty for anything that ticket_code_of() does not write.
std::optional<TicketCode> parse_ticket_code(std::string_view text);

// Was it made with this key? In a time that tells nothing about where it differs.
bool is_ticket_code_of(std::string_view text, std::string_view key);

}  // namespace ticketd::auth
