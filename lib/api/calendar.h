// Bookings as calendars know them: iCalendar, RFC 5545.
#pragma once
#include <span>
#include <string>

#include "storage/bookings.h"

namespace ticketd {

// A calendar of one event, whose UID is the booking's id: a later one replaces it, for its SEQUENCE is greater (RFC
// 5546, 2.1.4) if the booking or the event was changed since, by a tenth of a second at least; what others book changes
// the event, too. DTSTAMP is the time of the last change, so that the same booking is the same text. There is no
// ORGANIZER, which RFC 5546 wants: calendars would write to it. Times in UTC. TENTATIVE until the seats are the
// person's own, CANCELLED with the booking or the event.
std::string calendar_of(const storage::BookingDetails& booking);

// One of all of them, to be asked for again every hour.
std::string feed_of(std::span<const storage::BookingDetails> bookings);

}  // namespace ticketd
