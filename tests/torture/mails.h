// Word of what was decided: whoever is to be told has a mail, or it is seen that there is none.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lab.h"

namespace ticketd::torture {

// What the mail server has taken since forget_mails(), by the Message-ID's id: how often.
using Taken = std::map<std::string, int>;
Taken taken_mails();
void forget_mails();

struct MailFigures {
  std::int64_t told = 0;          // notifications that are mailed
  std::int64_t failed = 0;        // of them, as `ticketctl mail list` shows
  std::int64_t doubled = 0;       // mails that were taken twice or more often, with the same Message-ID
  std::int64_t left = 0;          // still to be told, or to be sent
  std::vector<std::string> lost;  // told of by nobody, or "sent", and the mail server does not have them
};

// Lets time pass, so that whatever was put off is due, waits until no mail is left, and compares what was decided about
// these events with what the mail server took. Clocks are wrong then.
void await_mails();
MailFigures audit_mails(const std::vector<std::string>& events, const Taken& taken);

}  // namespace ticketd::torture
