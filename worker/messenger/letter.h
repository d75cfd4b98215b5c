// What a mail says, in the words of the templates.
#pragma once
#include <optional>

#include "mail/languages.h"
#include "mail/mail.h"
#include "storage/bookings.h"
#include "storage/mails.h"

namespace ticketd::messenger {

// What is not in the task: all of it may be empty.
struct Enclosed {
  std::optional<storage::BookingDetails> booking;  // its event goes along, for the recipient's calendar
  std::string link;                                // of a mail about an account
  std::string stop;                                // where one unsubscribes from others like it
};

// In the recipient's language. Empty if there is no such mail. `sender`: a name or an address, to end with.
std::optional<mail::Mail> letter_of(const storage::MailTask& task, const Enclosed& enclosed,
                                    const mail::Languages& languages, const std::string& sender);

}  // namespace ticketd::messenger
