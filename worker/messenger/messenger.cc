#include "messenger.h"

#include <regex>

#include "auth/mail_link.h"
#include "auth/opaque_token.h"
#include "base/crash_point.h"
#include "base/log.h"
#include "postgres/database.h"
#include "storage/bookings.h"

namespace ticketd::messenger {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::hours, std::chrono::minutes, std::chrono::milliseconds;

constexpr int kStatementTimeoutMs = 30'000;
// How often it looks for news while there are none: bounds how late a mail is.
constexpr milliseconds kLookEvery{500};
constexpr milliseconds kRetryAfter{1'000};
// Notifications that are told in one transaction, and mails that are sent before it looks for more of them.
constexpr int kTellAtOnce = 500, kSendInARound = 50;
// A mail is not at anybody else for so long: longer than handing it over takes.
constexpr minutes kLease{5};
// A mail that was claimed more often than it can have been tried has ended its messengers.
constexpr int kMostClaims = 12;
// So long news wait for a messenger, and a mail for a mail server that is away.
constexpr hours kWaitFor{48};
constexpr minutes kCleanEvery{10};
constexpr hours kKeepFor{24 * 30};

std::string_view name_of(mail::Verdict verdict) {
  switch (verdict) {
    case mail::Verdict::accepted: return "accepted";
    case mail::Verdict::refused: return "refused";
    case mail::Verdict::later: return "later";
    case mail::Verdict::no_server: return "no_server";
  }
  return "";
}

// "550 5.1.1" of a server's reply: what follows may be somebody's address, and a log is no place for one. All of what
// libcurl says.
std::string status_of(const std::string& answer) {
  static const std::regex status("[0-9]{3}([ -][0-9]\\.[0-9]{1,3}\\.[0-9]{1,3})?");
  std::smatch found;
  return std::regex_search(answer, found, status, std::regex_constants::match_continuous) ? found.str() : answer;
}

bool has_calendar(const std::string& kind) { return kind == "booked" || kind == "promoted" || kind == "confirmed"; }

// Of the page that a mail's link leads to; empty for a mail without.
std::string page_of(const std::string& kind) {
  if (kind == "reset_password") return "/reset-password";
  return kind == "verify_email" || kind == "change_email" ? "/verify-email" : "";
}

template <class Body>
auto in_transaction(pqxx::connection& session, Body&& body) {
  pqxx::work tx(session);
  auto value = body(tx);
  tx.commit();
  return value;
}

}  // namespace

Messenger::Messenger(const Config& config, Metrics& metrics, const Clock& clock, std::function<bool(milliseconds)> wait,
                     std::function<void(const std::string&)> report)
    : config_(config),
      metrics_(metrics),
      clock_(clock),
      wait_(std::move(wait)),
      report_(std::move(report)),
      languages_(config.mail.shipped_templates, config.mail.templates, config.mail.language),
      kinds_(languages_.kinds()),
      server_({config.mail.url, config.mail.user, config.mail.password, config.mail.starttls},
              {config.mail.from, config.mail.name}) {}

void Messenger::run() {
  while (!stop_) {
    try {
      run_session();
    } catch (const std::exception& e) {
      metrics_.series("ticketd_messenger_faults_total").fetch_add(1);
      Log::error("messenger_fault", {{"error", e.what()}});
      report_("waiting: " + std::string(e.what()));
      stop_ = stop_ || wait_(kRetryAfter);
    }
  }
}

void Messenger::run_session() {
  postgres::DatabaseConnection session(config_.database_url,
                                       {"ticketd-messenger", kStatementTimeoutMs, 0, false, true});
  while (!stop_) {
    const bool more_news = make_mails(session.get());
    // Who signs in waits for it: before any news.
    const int sent = send_mails(session.get(), storage::Outbox::accounts) +
                     send_mails(session.get(), storage::Outbox::notifications);
    clean(session.get());
    report_(breaker_.lets_through(SteadyClock::now()) ? std::to_string(sent) + " mails in the last round"
                                                      : "the mail server is away");
    stop_ = stop_ || wait_(more_news || sent > 0 ? milliseconds(0) : kLookEvery);
  }
}

bool Messenger::make_mails(pqxx::connection& session) {
  const auto now = clock_.now();
  return in_transaction(session, [&](pqxx::work& tx) {
           return storage::insert_mails(tx, kinds_, now, now - kWaitFor, kTellAtOnce);
         }) == kTellAtOnce;
}

// What became of one mail is committed with the claim of the next: one fsync for each. Says how many were tried.
int Messenger::send_mails(pqxx::connection& session, storage::Outbox outbox) {
  int tried = 0;
  for (auto task = in_transaction(session, [&](pqxx::work& tx) { return claim(tx, outbox); }); task; ++tried) {
    report_("handing over a mail");
    const bool has_reader = task->user && !task->is_moot;
    const auto answer = has_reader ? std::optional(send(session, *task)) : std::nullopt;
    CRASH_POINT("after_mail");
    task = in_transaction(session, [&](pqxx::work& tx) {
      if (answer) {
        record(tx, *task, *answer);
      } else {
        storage::update_mail_dropped(tx, *task, clock_.now());
      }
      return tried + 1 < kSendInARound && goes_on() ? claim(tx, outbox) : std::nullopt;
    });
  }
  return tried;
}

std::optional<storage::MailTask> Messenger::claim(pqxx::work& tx, storage::Outbox outbox) {
  if (!breaker_.lets_through(SteadyClock::now())) return std::nullopt;
  const auto now = clock_.now();
  secret_ = auth::make_opaque_token(random_);
  const auto hash = auth::hash_of(secret_);
  return outbox == storage::Outbox::notifications ? storage::claim_mail(tx, now, now + kLease, hash)
                                                  : storage::claim_account_mail(tx, now, now + kLease, hash);
}

// Whoever is told to stop hands over the mail that it has in hand, and claims no other.
bool Messenger::goes_on() {
  stop_ = stop_ || wait_(milliseconds(0));
  return !stop_;
}

mail::Answer Messenger::send(pqxx::connection& session, const storage::MailTask& task) {
  if (task.attempts > kMostClaims) return {mail::Verdict::refused, "was taken in hand again and again, and not ended"};
  if (task.address.ends_with(".invalid")) return {mail::Verdict::refused, "the account was deleted meanwhile"};
  if (!page_of(task.kind).empty() && config_.public_url.empty())
    return {mail::Verdict::refused, "TICKETD_PUBLIC_URL is not set: there is no address for its link"};
  const auto enclosed = enclosed_with(session, task);
  try {
    const auto letter =
        letter_of(task, enclosed, languages_, config_.mail.name.empty() ? config_.mail.from : config_.mail.name);
    if (!letter) return {mail::Verdict::refused, "there is no mail for " + task.kind};
    return server_.send(*letter);
  } catch (const std::exception& e) {  // of this one mail, which is not to stop the others
    return {mail::Verdict::later, e.what()};
  }
}

Enclosed Messenger::enclosed_with(pqxx::connection& session, const storage::MailTask& task) {
  Enclosed enclosed;
  // Behind the # it stays in the browser: no server's log has it, and no page that is visited next.
  if (const auto page = page_of(task.kind); !page.empty())
    enclosed.link = config_.public_url + page + '#' + auth::mail_link_of(task.id, secret_);
  // Not behind the #: whoever's mail program unsubscribes at one click sends what it was given, and no more.
  if (task.can_stop && !config_.public_url.empty())
    enclosed.stop = config_.public_url + "/unsubscribe/" + auth::mail_link_of(task.id, secret_);
  if (task.booking && has_calendar(task.kind)) {
    pqxx::nontransaction tx(session);
    enclosed.booking = storage::find_booking(tx, *task.booking, *task.user, clock_.now());
  }
  return enclosed;
}

void Messenger::record(pqxx::work& tx, const storage::MailTask& task, const mail::Answer& answer) {
  const auto now = clock_.now();
  const auto wait = wait_after(task.attempts);
  metrics_.series("ticketd_mails_total{verdict=\"" + std::string(name_of(answer.verdict)) + "\"}").fetch_add(1);
  const auto log = [&](Level level, std::string_view event) {
    Log::line(
        level, event,
        {{"mail", task.id.str()}, {"kind", task.kind}, {"attempt", task.attempts}, {"status", status_of(answer.text)}});
  };
  switch (answer.verdict) {
    case mail::Verdict::accepted:
      breaker_.succeeded();
      log(Level::info, "mail_sent");
      return storage::update_mail_sent(tx, task, now);
    case mail::Verdict::refused:
      breaker_.succeeded();
      log(Level::warning, "mail_refused");
      return storage::update_mail_failed(tx, task, answer.text, now);
    case mail::Verdict::later:
      log(Level::warning, wait ? "mail_put_off" : "mail_given_up");
      if (!wait) return storage::update_mail_failed(tx, task, answer.text, now);
      return storage::update_mail_due(tx, task, now + *wait, task.attempts, answer.text, now);
    case mail::Verdict::no_server: {
      const auto pause = breaker_.failed(SteadyClock::now());
      Log::error("no_mail_server",
                 {{"error", status_of(answer.text)}, {"next_try_s", static_cast<int>(pause.count())}});
      if (now - task.waits_since > kWaitFor) return storage::update_mail_failed(tx, task, answer.text, now);
      return storage::update_mail_due(tx, task, now, task.attempts - 1, answer.text, now);
    }
  }
}

void Messenger::clean(pqxx::connection& session) {
  if (SteadyClock::now() < next_cleaning_) return;
  pqxx::nontransaction tx(session);
  const bool more = storage::delete_ended_mails(tx, clock_.now() - kKeepFor, clock_.now());
  next_cleaning_ = SteadyClock::now() + (more ? milliseconds(0) : milliseconds(kCleanEvery));
}

}  // namespace ticketd::messenger
