// How things look on the wire: API.md's user, event, booking, notification, request.
#pragma once
#include "base/json_text.h"
#include "base/time.h"
#include "domain/command.h"
#include "storage/bookings.h"
#include "storage/event_search.h"
#include "storage/notifications.h"
#include "storage/users.h"

namespace ticketd {

// `role` is USER or ADMIN, as clients know it. Never the password's hash: storage::User does not hold it.
JsonText user_json(const storage::User& user);

// state is open, over or cancelled.
JsonText event_json(const storage::Event& event, Time now);
// In a list: of description and location storage::kListedText characters at most, and whether that is not all of them.
JsonText listed_event_json(storage::Event event, Time now);
std::string_view state_of(domain::EventStatus status, Time ends_at, Time now);

// How many seats whoever books now could get, how many wait before him, and for how many tickets. Nothing is on offer,
// and nobody waits, unless the event's `state` is open. What is saved for the first of the line is not on offer.
struct Offer {
  int available_tickets = 0;
  int waiting_list_count = 0;
  int waiting_tickets = 0;
};
Offer offer_of(std::string_view state, const storage::Seats& seats, Time now);

JsonText booking_json(const storage::BookingDetails& booking, Time now);
JsonText notification_json(const storage::Notification& notification);

// What a queued command looks like until its outcome is there.
JsonText pending_notification_json(const domain::Command& command);
JsonText queued_request_json(const domain::Command& command);
std::string request_href(CommandId id);

// {url}: below the address of this service, or a path where that is not known (empty).
JsonText calendar_json(const std::string& public_url, CalendarId calendar);

// {limit, next_cursor}
JsonText cursor_pagination(int limit, const std::optional<std::string>& next_cursor);

}  // namespace ticketd
