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

  void setup() override {
    std::filesystem::create_directories(shipped);
    std::filesystem::create_directories(ours);
    write(shipped / "subjects", "# comment\nbooked   Your booking: {{event}}\n\n");
    write(shipped / "messages", "");
    write(shipped / "body.txt", "Hello {{name}},\n\n{{message}}\n{{when}}\n{{where}} {{when}}\n\n{{sender}}\n");
    write(shipped / "body.html", "<p>{{message}}</p>\n");
  }
  void teardown() override { std::filesystem::remove_all(root); }

  static void write(const std::filesystem::path& path, const std::string& text) { std::ofstream(path) << text; }
  Templates::Rendered rendered() { return *Templates(shipped, ours).render("booked", values); }
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

TEST(MailTemplates, OfOursThatLacksAKindWithAMessageTheShippedOneCounts) {
  write(shipped / "messages", "reset   A link.\n");
  write(shipped / "subjects", "reset   Reset\nbooked   Booked\n");
  write(ours / "subjects", "booked   Ours\n");
  write(ours / "messages", "booked   Our words.\n");
  expect_text("Reset", Templates(shipped, ours).render("reset", values)->subject);
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
  CHECK_FALSE(Templates(shipped, ours).render("rejected", values).has_value());
  const auto kinds = Templates(shipped, ours).kinds();
  LONGS_EQUAL(1, kinds.size());
  expect_text("booked", kinds[0]);
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
