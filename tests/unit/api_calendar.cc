#include "api/calendar.h"

#include "support/fakes.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;
using domain::BookingState;

TEST_GROUP(Calendar) {
  storage::BookingDetails booking;

  void setup() override {
    booking.id = *BookingId::parse("01987f2c-11aa-7c77-8e21-0b9d4a6f3e15");
    booking.event_title = "House concert";
    booking.event_location = "Kitchen";
    booking.event_starts_at = *parse_time("2032-05-01T18:00:00Z");
    booking.event_ends_at = *parse_time("2032-05-01T21:00:00.999+02:00");
    booking.created_at = *parse_time("2026-11-22T14:13:20.530Z");
    booking.updated_at = booking.created_at;
    booking.event_updated_at = booking.created_at - std::chrono::hours(1);
  }
  // Of lines that are unfolded; empty if there is none.
  std::string value_of(const std::string& name) const {
    auto text = calendar_of(booking);
    for (auto at = text.find("\r\n "); at != std::string::npos; at = text.find("\r\n ")) text.erase(at, 3);
    const auto at = text.find("\r\n" + name + ':');
    if (at == std::string::npos) return "";
    const auto from = at + 2 + name.size() + 1;
    return text.substr(from, text.find("\r\n", from) - from);
  }
};

TEST(Calendar, IsOfOneEvent) {
  expect_text(
      "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//ticketd//ticketd//EN\r\nMETHOD:PUBLISH\r\nBEGIN:VEVENT\r\n"
      "UID:01987f2c-11aa-7c77-8e21-0b9d4a6f3e15\r\nDTSTAMP:20261122T141320Z\r\nSEQUENCE:0\r\n"
      "DTSTART:20320501T180000Z\r\nDTEND:20320501T190000Z\r\nSUMMARY:House concert\r\nLOCATION:Kitchen\r\n"
      "DESCRIPTION:1 ticket\r\nSTATUS:CONFIRMED\r\nTRANSP:OPAQUE\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
      calendar_of(booking));
}

TEST(Calendar, IsNewerAfterEachChange) {
  booking.updated_at += milliseconds(100);
  expect_text("1", value_of("SEQUENCE"));
  booking.event_updated_at = booking.updated_at + std::chrono::hours(24 * 365);
  expect_text("315360001", value_of("SEQUENCE"));
  expect_text("20271122T141320Z", value_of("DTSTAMP"));
}

TEST(Calendar, SaysWhetherTheSeatsAreOnesOwn) {
  for (const auto state : {BookingState::waitlisted, BookingState::held}) {
    booking.state = state;
    expect_text("TENTATIVE", value_of("STATUS"));
    expect_text("TRANSPARENT", value_of("TRANSP"));
  }
  booking.state = BookingState::cancelled;
  expect_text("CANCELLED", value_of("STATUS"));
  booking.state = BookingState::confirmed;
  booking.event_status = domain::EventStatus::cancelled;
  expect_text("CANCELLED", value_of("STATUS"));
}

TEST(Calendar, IsNewerOnceADeadlineHasPassed) {
  booking.cancelled_at = booking.updated_at + seconds(2);
  expect_text("20", value_of("SEQUENCE"));
}

TEST(Calendar, HasAnEndWhateverTheBytesAre) {
  booking.event_title = std::string(100, '\x80');
  expect_text(booking.event_title, value_of("SUMMARY"));
}

TEST(Calendar, SaysForWhatTheTicketsAre) {
  booking.quantity = 2;
  booking.type_name = "Balcony, left; adults";
  expect_text("2 tickets\\, Balcony\\, left\\; adults", value_of("DESCRIPTION"));
}

TEST(Calendar, HasNoPropertyThatATextWouldBeginOrEnd) {
  booking.event_title = "a\\b;c,d\r\nSTATUS:CANCELLED\n";
  expect_text("a\\\\b\\;c\\,d\\nSTATUS:CANCELLED\\n", value_of("SUMMARY"));
  expect_text("CONFIRMED", value_of("STATUS"));
}

TEST(Calendar, HasLinesOf75OctetsThatCutNoCharacter) {
  for (const std::string letter : {"x", "ß", "€", "𝄞"}) {
    booking.event_title.clear();
    for (int n = 0; n < 300; ++n) {
      booking.event_title += letter;
      expect_text(booking.event_title, value_of("SUMMARY"));
      const auto text = calendar_of(booking);
      for (std::size_t from = 0, to = 0; (to = text.find("\r\n", from)) != std::string::npos; from = to + 2) {
        CHECK(to - from <= 75);
        CHECK((static_cast<unsigned char>(text[to - 1]) & 0xc0) != 0xc0);
        CHECK(from == 0 || text[from] != ' ' || (static_cast<unsigned char>(text[from + 1]) & 0xc0) != 0x80);
      }
    }
  }
}
