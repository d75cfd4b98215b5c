#include "mail/templates.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "unit/expect.h"

using namespace ticketd::mail;
using namespace ticketd::tests;

TEST_GROUP(MailTemplates) {
  const std::filesystem::path root =
      std::filesystem::temp_directory_path() / ("templates-" + std::to_string(::getpid()));
  const std::filesystem::path shipped = root / "shipped", ours = root / "ours";
  Values values = {{"name", "Ann"}, {"message", "Booked."}, {"event", "Evening"}, {"when", ""},
                   {"where", ""},   {"sender", "T"},        {"link", ""}};
  const std::string days = "days Sun Mon Tue Wed Thu Fri Sat\n";
  const std::string months = "months Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec\n";

  void setup() override {
    std::filesystem::create_directories(shipped);
    std::filesystem::create_directories(ours);
    write(shipped / "subjects", "# comment\nbooked   Your booking: {{event}}\n\n");
    write(shipped / "messages", "");
    write(shipped / "dates", days + months + "when {{day}} {{date}} {{month}} {{year}}, {{time}}, {{place}}\n");
    write(shipped / "body.txt", "Hello {{name}},\n\n{{message}}\n{{when}}\n{{where}} {{when}}\n\n{{sender}}\n");
    write(shipped / "body.html", "<p>{{message}}</p>\n");
  }
  void teardown() override { std::filesystem::remove_all(root); }

  static void write(const std::filesystem::path& path, const std::string& text) { std::ofstream(path) << text; }
  Templates::Rendered rendered(Words words = Words::own) {
    return *Templates(shipped, ours).render("booked", values, words);
  }
  std::string complaint() {
    try {
      Templates(shipped, ours);
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "";
  }
};

TEST(MailTemplates, StandForWhatIsTold) {
  const auto mail = rendered();
  expect_text("Your booking: Evening", mail.subject);
  expect_text("Hello Ann,\n\nBooked.\n\nT\n", mail.text);
  expect_text("<p>Booked.</p>\n", mail.html);
}

TEST(MailTemplates, MayHaveWordsOfTheirOwnForAKind) {
  write(shipped / "messages", "booked   Look & see:\nbooked   {{link}}\n");
  values["link"] = "https://x.example/#\"<t>";
  const auto mail = rendered();
  expect_text("Hello Ann,\n\nLook & see:\nhttps://x.example/#\"<t>\n\nT\n", mail.text);
  expect_text(
      "<p>Look &amp; see:<br>\n<a "
      "href=\"https://x.example/#&quot;&lt;t&gt;\">https://x.example/#&quot;&lt;t&gt;</a></p>\n",
      mail.html);
}

TEST(MailTemplates, OfOursThatLacksWordsTheShippedOnesCount) {
  write(shipped / "messages", "reset_password   A link.\n");
  write(shipped / "subjects", "reset_password   Reset\nbooked   Booked\n");
  write(ours / "subjects", "booked   Ours\n");
  write(ours / "messages", "booked   Our words.\n");
  const auto reset = Templates(shipped, ours).render("reset_password", values, Words::own);
  expect_text("Reset", reset->subject);
  expect_contains("A link.", reset->text);
  expect_text("Hello Ann,\n\nOur words.\n\nT\n", rendered().text);
}

TEST(MailTemplates, ALineWithNothingToSayIsLeftOut) {
  values["where"] = "Hall";
  expect_text("Hello Ann,\n\nBooked.\nHall \n\nT\n", rendered().text);
}

TEST(MailTemplates, WhatPeopleWroteIsNoTemplateAndNoHtml) {
  values["message"] = "<b>{{name}}</b> & \"x\" 'z'\ny";
  const auto mail = rendered();
  expect_text("Hello Ann,\n\n<b>{{name}}</b> & \"x\" 'z'\ny\n\nT\n", mail.text);
  expect_text("<p>&lt;b&gt;{{name}}&lt;/b&gt; &amp; &quot;x&quot; &#39;z&#39;<br>\ny</p>\n", mail.html);
}

TEST(MailTemplates, OfAnOperatorComeFirstFileByFile) {
  write(ours / "body.txt", "{{message}}");
  const auto mail = rendered();
  expect_text("Booked.\n", mail.text);
  expect_text("Your booking: Evening", mail.subject);
}

TEST(MailTemplates, AKindWithoutASubjectIsNotMailed) {
  write(shipped / "messages", "rejected   No.\n");
  CHECK_FALSE(Templates(shipped, ours).render("rejected", values, Words::own).has_value());
  CHECK_FALSE(Templates(shipped, ours).has("rejected"));
  CHECK_TRUE(Templates(shipped, ours).has("booked"));
  const auto kinds = Templates(shipped, ours).kinds();
  LONGS_EQUAL(1, kinds.size());
  expect_text("booked", kinds[0]);
}

TEST(MailTemplates, HaveNoWordsOfTheirOwnForWhatIsTold) {
  write(shipped / "messages", "booked   Tickets: {{quantity}}\n");
  expect_text("Hello Ann,\n\nBooked.\n\nT\n", rendered(Words::as_told).text);
  expect_text("<p>Booked.</p>\n", rendered(Words::as_told).html);
}

TEST(MailTemplates, MayHaveWhatIsToldAmongTheirOwnWords) {
  write(shipped / "messages", "booked   {{event}} says:\nbooked   {{message}}\n");
  values["message"] = "One & two.\n\n\u05d0";
  const auto mail = rendered();
  expect_text("Hello Ann,\n\nEvening says:\nOne & two.\n\n\u05d0\n\nT\n", mail.text);
  expect_text("<p>Evening says:<br>\nOne &amp; two.<br>\n<br>\n\u05d0</p>\n", mail.html);
}

TEST(MailTemplates, WhatPeopleWroteTurnsNoWordsOfOurs) {
  write(shipped / "messages", "booked   {{event}}, at 8.\n");
  values["event"] = "\u05d0";
  const auto mail = rendered();
  expect_contains("\u2068\u05d0\u2069, at 8.", mail.text);
  expect_contains("\u2068\u05d0\u2069, at 8.", mail.html);
}

TEST(MailTemplates, AValueThatIsNotThereStandsForNothing) {
  values.clear();
  write(shipped / "messages", "booked   Booked.\nbooked   Tickets: {{quantity}}\n");
  expect_text("\nBooked.\n", rendered().text);
  expect_text("", rendered(Words::as_told).html);
}

TEST(MailTemplates, MayEndWithALinkThatEndsThem) {
  write(ours / "body.txt", "{{message}}\n\nNo more: {{stop}}\n");
  write(ours / "body.html", "<p>{{message}}</p>\n<p>No more: {{stop}}</p>\n");
  expect_text("Booked.\n", rendered().text);
  expect_text("<p>Booked.</p>\n", rendered().html);
  values["stop"] = "https://x.example/u/1?a&b";
  expect_text("Booked.\n\nNo more: https://x.example/u/1?a&b\n", rendered().text);
  expect_contains("<a href=\"https://x.example/u/1?a&amp;b\">https://x.example/u/1?a&amp;b</a>", rendered().html);
}

TEST(MailTemplates, HaveWordsForReasons) {
  write(shipped / "messages", "reason.event_over   It is over.\n");
  const Templates templates(shipped, ours);
  expect_text("It is over.", templates.reason("event_over"));
  expect_text("", templates.reason("line_closed"));
  expect_text("", templates.reason(""));
  LONGS_EQUAL(1, templates.kinds().size());
}

TEST(MailTemplates, SayATimeInWords) {
  const Templates templates(shipped, ours);
  expect_text("Sat 5 Dec 2026, 20:00, Europe/Berlin", templates.when("2026-12-05 20:00 Europe/Berlin"));
  for (const auto* text : {"", "tomorrow", "2026-02-30 20:00 UTC", "2026-13-01 20:00 UTC", "2026-12-05 20:00"})
    expect_text(text, templates.when(text));
}

TEST(MailTemplates, OfAnOperatorSayATimeTheirWay) {
  write(ours / "dates", days + months + "when {{year}}: {{date}}. {{month}}\n");
  expect_text("2032: 1. May", Templates(shipped, ours).when("2032-05-01 20:00 Europe/Berlin"));
}

TEST(MailTemplates, WrongDatesAreFoundAtTheStart) {
  const auto file = (ours / "dates").string();
  const std::string when = "when {{date}}\n";
  write(ours / "dates", "days Sun Mon\n" + months + when);
  expect_text(file + ": has 2 days, not 7", complaint());
  write(ours / "dates", days + "months Jan\n" + when);
  expect_text(file + ": has 1 months, not 12", complaint());
  write(ours / "dates", days + months);
  expect_text(file + ": has no line \"when\"", complaint());
  write(ours / "dates", days + months + "when {{hour}}\n");
  expect_text(file + ", line 3: there is no {{hour}}", complaint());
}

TEST(MailTemplates, AnAccountsMailWithoutWordsIsFoundAtTheStart) {
  write(shipped / "subjects", "reset_password   Reset\n");
  expect_text((shipped / "messages").string() + ": has no words for reset_password", complaint());
}

TEST(MailTemplates, ANameThatThereIsNotIsFoundAtTheStart) {
  write(ours / "body.html", "<p>\n{{mesage}}</p>");
  expect_text((ours / "body.html").string() + ", line 2: there is no {{mesage}}", complaint());
}

TEST(MailTemplates, AMissingFileIsFoundAtTheStart) {
  std::filesystem::remove(shipped / "subjects");
  expect_text((shipped / "subjects").string() + ": cannot be read", complaint());
}

TEST(MailTemplates, HalfANameIsText) {
  write(ours / "body.txt", "{{ {{name {{name}} }}\n");
  CHECK_TRUE(complaint().find("there is no {{ {{name {{name}}") != std::string::npos);
  write(ours / "body.txt", "}} {{\n");
  expect_text("}} {{\n", rendered().text);
}
