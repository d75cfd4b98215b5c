#include "mails.h"

#include <filesystem>
#include <fstream>

#include "mail/templates.h"
#include "support/stack.h"
#include "support/stack_database.h"

namespace ticketd::torture {
namespace {

// Longer than a lease of a mail, and than the first three waits of one that was put off.
constexpr std::chrono::minutes kUntilAllAreDue{30};

// Where the mail server, once it is up, keeps each mail in a file.
std::vector<std::filesystem::path> mailbox() {
  const auto directory = std::filesystem::path(e2e::setting("RUN_DIR")) / "mail/new";
  if (!std::filesystem::exists(directory)) return {};
  const std::filesystem::directory_iterator mails(directory);
  return {begin(mails), end(mails)};
}

// "0197f0a0-…" of "Message-ID: <0197f0a0-…@example.org>".
std::string id_in(const std::filesystem::path& mail) {
  constexpr std::string_view kName = "Message-ID: <";
  std::ifstream file(mail);
  for (std::string line; std::getline(file, line) && line.size() > 1;) {
    if (line.starts_with(kName)) return line.substr(kName.size(), line.find('@') - kName.size());
  }
  return "";
}

}  // namespace

Taken taken_mails() {
  Taken taken;
  for (const auto& mail : mailbox()) ++taken[id_in(mail)];
  return taken;
}

void forget_mails() {
  for (const auto& mail : mailbox()) std::filesystem::remove(mail);
}

void await_mails() {
  Lab::let_pass(kUntilAllAreDue);
  e2e::await(
      [] {
        return e2e::count(
                   "SELECT (SELECT count(*) FROM notifications WHERE untold) "
                   "+ (SELECT count(*) FROM mails WHERE state = 'waiting')") == 0;
      },
      std::chrono::seconds(120));
}

MailFigures audit_mails(const std::vector<std::string>& events, const Taken& taken) {
  const mail::Templates templates(e2e::setting("TICKETD_MAIL_SHIPPED_TEMPLATES") + "/en", "");
  MailFigures figures;
  for (const auto& [id, times] : taken) figures.doubled += times > 1 ? 1 : 0;
  for (const auto& row : e2e::query(
           "SELECT n.id, coalesce(m.state, CASE WHEN n.untold THEN 'untold' ELSE 'told by nobody' END) "
           "FROM notifications n LEFT JOIN mails m USING (id) WHERE event_id = ANY ($1::uuid[]) AND kind = ANY ($2)",
           e2e::array_of(events), e2e::array_of(templates.kinds()))) {
    const auto id = row[0].as<std::string>(), state = row[1].as<std::string>();
    ++figures.told;
    if (state == "failed") {
      ++figures.failed;
    } else if (state == "waiting" || state == "untold") {
      ++figures.left;
    } else if (state != "sent") {
      figures.lost.push_back(id + " is " + state);
    } else if (!taken.contains(id)) {
      figures.lost.push_back(id + " is said to be sent");
    }
  }
  return figures;
}

}  // namespace ticketd::torture
