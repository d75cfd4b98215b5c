// The languages that come with ticketd: each has words for all that is mailed.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/text.h"
#include "domain/fact.h"
#include "domain/message.h"
#include "mail/templates.h"
#include "storage/account_mails.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::mail;
using namespace ticketd::tests;

TEST_GROUP(ShippedMail) {
  const std::filesystem::path root = "worker/messenger/templates";
  const Templates english{root / "en", ""};
  const std::vector<storage::AccountMail> about_accounts = {
      storage::AccountMail::reset_password, storage::AccountMail::verify_email, storage::AccountMail::change_email,
      storage::AccountMail::email_changed, storage::AccountMail::password_changed};

  static std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // Calls body(language, its templates) for each but English, whose words are what the app says.
  template <class Body>
  void for_each_language(Body body) {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(root)) {
      const auto language = entry.path().filename().string();
      CHECK_TRUE_TEXT(is_language(language), language.c_str());
      if (language == "en") continue;
      body(language, Templates(entry.path(), ""));
      ++count;
    }
    CHECK_TRUE(count > 0);
  }
  bool is_about_account(const std::string& kind) {
    return std::ranges::any_of(about_accounts, [&](auto mail) { return name_of(mail) == kind; });
  }
};

TEST(ShippedMail, HasASubjectForEachKindInEachLanguage) {
  for_each_language([&](const std::string& language, const Templates& templates) {
    for (const auto& kind : english.kinds()) CHECK_TRUE_TEXT(templates.has(kind), (language + " " + kind).c_str());
    LONGS_EQUAL_TEXT(english.kinds().size(), templates.kinds().size(), language.c_str());
  });
}

TEST(ShippedMail, SaysWhatIsNewInWordsOfEachLanguage) {
  for_each_language([&](const std::string& language, const Templates& templates) {
    for (const auto& kind : english.kinds()) {
      if (kind == "organiser_message") continue;  // it says what the organiser wrote
      const auto mail = templates.render(kind, {{"message", "as told"}, {"reason", "why"}}, Words::own);
      expect_lacks("as told", language + ' ' + kind + ' ' + mail->text);
    }
  });
}

TEST(ShippedMail, SaysEveryReasonInEachLanguage) {
  for_each_language([&](const std::string& language, const Templates& templates) {
    for (int reason = 0; reason <= static_cast<int>(domain::Reason::ticket_admitted); ++reason) {
      const auto name = std::string(name_of(static_cast<domain::Reason>(reason)));
      CHECK_FALSE_TEXT(templates.reason(name).empty(), (language + " " + name).c_str());
    }
  });
}

TEST(ShippedMail, IsOfKindsThatThereAre) {
  for (const auto& kind : english.kinds()) {
    bool is_news = false;
    for (std::size_t i = 0; i < domain::kNotificationKinds; ++i)
      is_news = is_news || name_of(static_cast<domain::NotificationKind>(i)) == kind;
    CHECK_TRUE_TEXT(is_news || is_about_account(kind), kind.c_str());
  }
}

TEST(ShippedMail, AboutAnAccountIsSentWhateverAnOperatorsFileLacks) {
  const auto ours = std::filesystem::temp_directory_path() / ("shipped-" + std::to_string(::getpid()));
  std::filesystem::create_directories(ours);
  std::ofstream(ours / "subjects") << "booked   Booked\n";
  const Templates templates(root / "en", ours);
  std::filesystem::remove_all(ours);
  for (const auto mail : about_accounts)
    CHECK_TRUE_TEXT(templates.has(name_of(mail)), std::string(name_of(mail)).c_str());
  LONGS_EQUAL(1 + about_accounts.size(), templates.kinds().size());
}

TEST(ShippedMail, HasItsLinkInEachLanguage) {
  const Values values = {{"link", "https://x.example/l"}, {"stop", "https://x.example/s"}, {"message", "m"}};
  for_each_language([&](const std::string& language, const Templates& templates) {
    for (const auto* kind : {"reset_password", "verify_email", "change_email"}) {
      const auto mail = templates.render(kind, values, Words::own);
      expect_contains("\nhttps://x.example/l\n", mail->text);
      expect_contains("<a href=\"https://x.example/l\">", mail->html);
    }
    expect_contains("https://x.example/s\n", templates.render("reminder", values, Words::own)->text);
    expect_contains("<html lang=\"" + language + "\">", text_of(root / language / "body.html"));
  });
  expect_contains("https://x.example/s\n", english.render("reminder", values, Words::own)->text);
}

TEST(ShippedMail, SaysATimeInWords) {
  expect_text("Saturday, 5 December 2026, 20:00 (Europe/Berlin)", english.when("2026-12-05 20:00 Europe/Berlin"));
  expect_text("Sonntag, 1. M\u00e4rz 2026, 09:30 Uhr (UTC)", Templates(root / "de", "").when("2026-03-01 09:30 UTC"));
}

TEST(ShippedMail, LeavesOutNumbersThatSayNothing) {
  const Templates german(root / "de", "");
  const auto text = german.render("booked", {{"event", "Abend"}, {"quantity", "2"}}, Words::own)->text;
  expect_contains("Tickets: 2\n", text);
  expect_lacks("Warteliste", text);
  const auto partly =
      german.render("booked", {{"event", "Abend"}, {"quantity", "2"}, {"waits", "3"}}, Words::own)->text;
  expect_contains("Noch auf der Warteliste: 3\n", partly);
}
