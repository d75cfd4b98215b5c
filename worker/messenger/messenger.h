// A messenger's life: it makes mails of what nobody was told yet, and hands them to the mail server. Start as many as
// you like: each mail is at one of them at a time.
//
// A lost messenger delays and loses nothing. The mail that it was just handing over is sent once more, with the same
// Message-ID.
#pragma once
#include <chrono>
#include <functional>
#include <string>

#include "base/random.h"
#include "base/time.h"
#include "config/config.h"
#include "letter.h"
#include "mail/languages.h"
#include "mail/smtp.h"
#include "metrics/metrics.h"
#include "retry.h"
#include "storage/mails.h"

namespace ticketd::messenger {

class Messenger {
 public:
  // `wait`: waits so long, or until the process is told to stop, and says whether it was. `report` is called with a
  // line about the state at every mail, and after every round. Throws what Languages throws.
  Messenger(const Config& config, Metrics& metrics, const Clock& clock,
            std::function<bool(std::chrono::milliseconds)> wait, std::function<void(const std::string&)> report);

  // Until it is told to stop. Survives PostgreSQL and the mail server going away and coming back.
  void run();

 private:
  void run_session();
  bool make_mails(pqxx::connection& session);
  int send_mails(pqxx::connection& session, storage::Outbox outbox);
  std::optional<storage::MailTask> claim(pqxx::work& tx, storage::Outbox outbox);
  bool goes_on();
  mail::Answer send(pqxx::connection& session, const storage::MailTask& task);
  Enclosed enclosed_with(pqxx::connection& session, const storage::MailTask& task);
  void record(pqxx::work& tx, const storage::MailTask& task, const mail::Answer& answer);
  void clean(pqxx::connection& session);

  const Config& config_;
  Metrics& metrics_;
  const Clock& clock_;
  SystemRandom random_;
  std::string secret_;  // of the link in the mail in hand
  std::function<bool(std::chrono::milliseconds)> wait_;
  std::function<void(const std::string&)> report_;
  mail::Languages languages_;
  const std::vector<std::string> kinds_;
  mail::SmtpClient server_;
  Breaker breaker_;
  bool stop_ = false;
  std::chrono::steady_clock::time_point next_cleaning_;
};

}  // namespace ticketd::messenger
