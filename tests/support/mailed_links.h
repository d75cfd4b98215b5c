// Mail that is on or off, and links in mails where no messenger runs: the test takes its place.
#pragma once
#include <string>

namespace ticketd::e2e {

// As `ticketctl mail on` and `off`.
void turn_mail(bool on);

// Mail is on until this goes.
class MailIsOn {
 public:
  MailIsOn();
  ~MailIsOn();
  MailIsOn(const MailIsOn&) = delete;
  MailIsOn& operator=(const MailIsOn&) = delete;
};

// Makes the link of the newest mail of that kind to that address, as a messenger does that sends it, and gives back its
// token. Fails the test if there is none, or nobody has the address.
std::string mailed_link(const std::string& kind, const std::string& address);

// Makes the link that stands in a mail of such a notification ("reminder", "organiser_message"), as a messenger does,
// and gives back its token. The notification is one that nobody decided.
std::string unsubscribe_link(const std::string& kind, const std::string& user_id);

}  // namespace ticketd::e2e
