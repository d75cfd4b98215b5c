#include "api/calendar.h"

#include <algorithm>

namespace ticketd {
namespace {

using domain::BookingState;
using std::chrono::duration_cast;

constexpr std::size_t kLine = 75;  // octets at most, RFC 5545, 3.1

// `19970714T173000Z`
std::string utc(Time time) {
  auto text = format_time(time);
  text.erase(text.find('.'));
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text + 'Z';
}

// RFC 5545, 3.3.11. A carriage return is part of a line's end, and no other control character may stand there.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\\' || c == ';' || c == ',') {
      out += '\\';
      out += c;
    } else if (c != '\r') {
      out += c;
    }
  }
  return out;
}

constexpr bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

// Lines that are too long go on in the next one, behind a space; between two characters, though octets would do. A
// character has four at most.
void add_line(std::string& to, std::string_view line) {
  for (auto room = kLine; line.size() > room; room = kLine - 1) {
    auto cut = room;
    while (cut > room - 3 && !begins_character(line[cut])) --cut;
    to.append(line.substr(0, cut)) += "\r\n ";
    line.remove_prefix(cut);
  }
  to.append(line) += "\r\n";
}

std::string_view status_of(const storage::BookingDetails& booking) {
  if (booking.state == BookingState::cancelled || booking.event_status == domain::EventStatus::cancelled)
    return "CANCELLED";
  return booking.state == BookingState::confirmed ? "CONFIRMED" : "TENTATIVE";
}

// "2 tickets, Balcony"
std::string tickets_of(const storage::BookingDetails& booking) {
  return std::to_string(booking.quantity) + (booking.quantity == 1 ? " ticket" : " tickets") +
         (booking.type_name ? ", " + *booking.type_name : "");
}

}  // namespace

std::string calendar_of(const storage::BookingDetails& booking) {
  using Tenths = std::chrono::duration<std::int64_t, std::deci>;
  // A deadline that has passed counts before a worker comes to write it down.
  const auto changed_at =
      std::max({booking.updated_at, booking.event_updated_at, booking.cancelled_at.value_or(Time())});
  const auto status = status_of(booking);
  std::string text;
  const auto add = [&](std::string_view name, std::string_view value) {
    add_line(text, std::string(name) + ':' + std::string(value));
  };
  add("BEGIN", "VCALENDAR");
  add("VERSION", "2.0");
  add("PRODID", "-//ticketd//ticketd//EN");
  add("METHOD", "PUBLISH");
  add("BEGIN", "VEVENT");
  add("UID", booking.id.str());
  add("DTSTAMP", utc(changed_at));
  add("SEQUENCE", std::to_string(duration_cast<Tenths>(changed_at - booking.created_at).count()));
  add("DTSTART", utc(booking.event_starts_at));
  add("DTEND", utc(booking.event_ends_at));
  add("SUMMARY", escaped(booking.event_title));
  add("LOCATION", escaped(booking.event_location));
  add("DESCRIPTION", escaped(tickets_of(booking)));
  add("STATUS", status);
  add("TRANSP", status == "CONFIRMED" ? "OPAQUE" : "TRANSPARENT");
  add("END", "VEVENT");
  add("END", "VCALENDAR");
  return text;
}

}  // namespace ticketd
