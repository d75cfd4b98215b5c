#include "mail/smtp.h"

#include <iostream>

#include "base/json_text.h"
#include "base/random.h"
#include "storage/mails.h"
#include "ticketctl/arguments.h"
#include "ticketctl/commands.h"
#include "ticketctl/print.h"
#include "ticketctl/turn.h"

namespace ticketd::ctl {
namespace {

constexpr int kListMax = 1'000;

JsonText json_of(const storage::MailEntry& mail) {
  return JsonText::object({{"id", mail.id.str()},
                           {"state", mail.state},
                           {"kind", mail.kind},
                           {"address", mail.address},
                           {"attempts", mail.attempts},
                           {"due_at", format_time(mail.due_at)},
                           {"error", mail.error},
                           {"created_at", format_time(mail.created_at)},
                           {"updated_at", format_time(mail.updated_at)}});
}

void print_line(const storage::MailEntry& mail) {
  std::cout << mail.id.str() << "  " << format_time(mail.created_at) << "  " << mail.kind << " to "
            << harmless(mail.address) << '\n';
  if (mail.error) std::cout << "    attempt " << mail.attempts << ": " << harmless(*mail.error) << '\n';
}

int print_list(postgres::DatabasePool& database, const std::string& state, bool json) {
  const auto [mails, counts] = postgres::autocommit(database, [&](pqxx::transaction_base& tx) {
    return std::pair(storage::list_mails(tx, state, kListMax), storage::count_mails(tx, SystemClock().now()));
  });
  if (json) {
    auto rows = JsonText::array();
    for (const auto& mail : mails) rows.push(json_of(mail));
    std::cout << JsonText::object({{"untold", counts.untold},
                                   {"waiting", counts.waiting},
                                   {"failed", counts.failed},
                                   {"mails", rows}})
                     .str()
              << '\n';
    return 0;
  }
  if (mails.empty()) std::cout << "no mail is " << state << '\n';
  for (const auto& mail : mails) print_line(mail);
  if (state == "waiting") print_rest(counts.waiting, mails.size());
  if (state == "failed") print_rest(counts.failed, mails.size());
  if (counts.untold > 0) std::cout << counts.untold << " notifications wait for a messenger to make mails of them\n";
  return 0;
}

int say_unknown(const std::string& id) {
  std::cerr << "ticketctl: there is no mail " << id << " that could be sent\n";
  return 1;
}

int show(postgres::DatabasePool& database, MailId id, bool json) {
  const auto mail =
      postgres::autocommit(database, [&](pqxx::transaction_base& tx) { return storage::find_mail(tx, id); });
  if (!mail) return say_unknown(id.str());
  if (json) {
    std::cout << json_of(*mail).str() << '\n';
    return 0;
  }
  std::cout << id.str() << '\n';
  print_field("state", mail->state);
  print_field("kind", mail->kind);
  print_field("to", harmless(mail->address));
  print_field("told of", format_time(mail->created_at));
  print_field("attempts", std::to_string(mail->attempts));
  print_field("next try", format_time(mail->due_at).value_or(""));
  print_field("last change", format_time(mail->updated_at));
  print_field("answer", harmless(mail->error.value_or("")));
  return 0;
}

int retry(postgres::DatabasePool& database, const std::optional<MailId>& id, bool json) {
  const auto now = SystemClock().now();
  const int count = postgres::autocommit(database, [&](pqxx::transaction_base& tx) {
    if (id) return storage::retry_mail(tx, *id, now);
    return storage::retry_mails(tx, now);
  });
  if (id && count == 0) return say_unknown(id->str());
  if (json) {
    std::cout << JsonText::object({{"retried", count}}).str() << '\n';
  } else {
    std::cout << count << (count == 1 ? " mail is" : " mails are") << " due now\n";
  }
  return 0;
}

constexpr Switch kMail{storage::is_mail_on, storage::update_mail_on,
                       "from now on, people are told by mail what happens",
                       "what happens from now on is told by no mail; what waits is still sent"};

// What the mail server says to a mail of ours, line by line.
int test(const MailSettings& settings, const std::string& address, bool json) {
  if (settings.url.empty()) {
    std::cerr << "ticketctl: TICKETD_MAIL_URL is not set: no mail is sent\n";
    return 1;
  }
  SystemRandom random;
  const auto now = SystemClock().now();
  mail::SmtpClient server({settings.url, settings.user, settings.password, settings.starttls},
                          {settings.from, settings.name});
  const auto answer = server.send(
      {MailId::make(now, random).str(), address, "A test of ticketd", "Mail of ticketd arrives here.\n", "", {}, now});
  const bool good = answer.verdict == mail::Verdict::accepted;
  if (json) {
    std::string lines;
    for (const auto& line : server.dialogue()) lines += line + '\n';
    std::cout << JsonText::object({{"accepted", good}, {"answer", answer.text}, {"dialogue", lines}}).str() << '\n';
    return good ? 0 : 1;
  }
  for (const auto& line : server.dialogue()) std::cout << "    " << harmless(line) << '\n';
  (good ? std::cout : std::cerr) << settings.url << (good ? " took it: " : " did not take it: ")
                                 << harmless(answer.text) << '\n';
  return good ? 0 : 1;
}

}  // namespace

int mail(const Config& config, const Options& options) {
  Arguments arguments(options.words);
  const auto what = arguments.next().value_or("");
  const bool all = what == "retry" && arguments.flag("--all");
  const auto word = arguments.next();
  if (arguments.wrong()) return wrong_usage("mail " + what + " takes no more than one word");
  if (what == "test") {
    if (!word) return wrong_usage("mail test takes an ADDRESS");
    return test(config.mail, *word, options.json);
  }
  if (what == "on" || what == "off") {
    if (word) return wrong_usage("mail " + what + " takes nothing but --json");
    return turn(config.database_url, kMail, what == "on", options.json);
  }
  postgres::DatabasePool database(config.database_url, {"ticketctl"}, 1);
  if (what == "list") {
    const auto state = word.value_or("failed");
    if (state != "failed" && state != "waiting" && state != "sent")
      return wrong_usage("mail list takes failed, waiting or sent");
    return print_list(database, state, options.json);
  }
  const auto id = word ? MailId::parse(*word) : std::nullopt;
  if (all && !word) return retry(database, std::nullopt, options.json);
  if (!id || all)
    return wrong_usage("mail " + what + " takes one ID" + (what == "retry" ? " or --all" : "") +
                       ", as `mail list` shows it");
  return what == "show" ? show(database, *id, options.json) : retry(database, id, options.json);
}

}  // namespace ticketd::ctl
