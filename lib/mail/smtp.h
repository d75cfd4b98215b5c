// Handing mails to a mail server: this host's, or a smarthost (SMTP, RFC 5321). By libcurl.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "mail/mail.h"

namespace ticketd::mail {

struct SmtpServer {
  std::string url;   // smtp://127.0.0.1:25, smtp://mail.example.org:587, smtps://mail.example.org:465
  std::string user;  // empty: no AUTH
  std::string password;
  bool starttls = false;  // with smtp://: without STARTTLS, or with a certificate of somebody else, nothing is sent
};

enum class Verdict {
  accepted,  // it is the server's from now on
  refused,   // for good: a 5xx to this recipient, or to this mail; not one about this host or sender
  later,     // a 4xx, or a 5xx about us; or the connection broke off within the mail, which may have been accepted
  no_server  // the server could not be reached, or does not want mail of this sender; no recipient was named
};

struct Answer {
  Verdict verdict = Verdict::no_server;
  std::string text;  // what the server said, or what libcurl says; one line of at most 300 characters
};

// A connection that is kept from mail to mail. Not thread-safe.
class SmtpClient {
 public:
  SmtpClient(SmtpServer server, Sender sender);
  ~SmtpClient();
  SmtpClient(const SmtpClient&) = delete;
  SmtpClient& operator=(const SmtpClient&) = delete;

  // Takes 60 s at most, 30 of them for connecting, and 50 to hang up on a server that is silent. An address that is
  // none is refused and asks nobody.
  Answer send(const Mail& mail);

  // The lines of the last send(), what we said behind `> `, without passwords and the mail itself.
  [[nodiscard]] const std::vector<std::string>& dialogue() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ticketd::mail
