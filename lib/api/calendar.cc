#include "api/calendar.h"

#include <algorithm>

namespace ticketd {
namespace {

using domain::BookingState;
using std::chrono::duration_cast;

constexpr std::size_t kLine = 75;  // octets at most, RFC 5545, 3.1

// There has to be something in a calendar (RFC 5545, 3.4).
constexpr const char* kUtc =
    "BEGIN:VTIMEZONE\r\nTZID:Etc/UTC\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0000\r\n"
    "TZOFFSETTO:+0000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";

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

void add(std::string& to, std::string_view name, std::string_view value) {
  add_line(to, std::string(name) + ':' + std::string(value));
}

void begin_calendar(std::string& to) {
  add(to, "BEGIN", "VCALENDAR");
  add(to, "VERSION", "2.0");
  add(to, "PRODID", "-//ticketd//ticketd//EN");
  add(to, "METHOD", "PUBLISH");
}

void add_event(std::string& text, const storage::BookingDetails& booking) {
  using Tenths = std::chrono::duration<std::int64_t, std::deci>;
  // A deadline that has passed counts before a worker comes to write it down.
  const auto changed_at =
      std::max({booking.updated_at, booking.event_updated_at, booking.cancelled_at.value_or(Time())});
  const auto status = status_of(booking);
  add(text, "BEGIN", "VEVENT");
  add(text, "UID", booking.id.str());
  add(text, "DTSTAMP", utc(changed_at));
  add(text, "SEQUENCE", std::to_string(duration_cast<Tenths>(changed_at - booking.created_at).count()));
  add(text, "DTSTART", utc(booking.event_starts_at));
  add(text, "DTEND", utc(booking.event_ends_at));
  add(text, "SUMMARY", escaped(booking.event_title));
  add(text, "LOCATION", escaped(booking.event_location));
  add(text, "DESCRIPTION", escaped(tickets_of(booking)));
  add(text, "STATUS", status);
  add(text, "TRANSP", status == "CONFIRMED" ? "OPAQUE" : "TRANSPARENT");
  add(text, "END", "VEVENT");
}

}  // namespace

std::string calendar_of(const storage::BookingDetails& booking) {
  std::string text;
  begin_calendar(text);
  add_event(text, booking);
  add(text, "END", "VCALENDAR");
  return text;
}

std::string feed_of(std::span<const storage::BookingDetails> bookings) {
  std::string text;
  begin_calendar(text);
  add(text, "REFRESH-INTERVAL;VALUE=DURATION", "PT1H");  // RFC 7986, 5.7
  add(text, "X-PUBLISHED-TTL", "PT1H");                  // and what was before it
  for (const auto& booking : bookings) add_event(text, booking);
  if (bookings.empty()) text += kUtc;
  add(text, "END", "VCALENDAR");
  return text;
}

}  // namespace ticketd
