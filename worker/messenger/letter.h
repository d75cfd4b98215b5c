// What a mail says: of a notification, in the words of the templates.
#pragma once
#include <optional>

#include "mail/mail.h"
#include "mail/templates.h"
#include "storage/bookings.h"
#include "storage/mails.h"

namespace ticketd::messenger {

// With the event for the recipient's calendar, if a booking is given. Empty if the templates have no such mail.
// `sender`: a name or an address, to end with.
std::optional<mail::Mail> letter_of(const storage::MailTask& task,
                                    const std::optional<storage::BookingDetails>& booking,
                                    const mail::Templates& templates, const std::string& sender);

}  // namespace ticketd::messenger
