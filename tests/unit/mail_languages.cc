#include "mail/languages.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "unit/expect.h"

using namespace ticketd::mail;
using namespace ticketd::tests;

TEST_GROUP(MailLanguages) {
  const std::filesystem::path root =
      std::filesystem::temp_directory_path() / ("languages-" + std::to_string(::getpid()));
  const std::filesystem::path shipped = root / "shipped", ours = root / "ours";

  void setup() override {
    make(shipped / "en", "booked   Booked\nheld   Held\n");
    make(shipped / "de", "booked   Gebucht\nmoved   Verschoben\n");
  }
  void teardown() override { std::filesystem::remove_all(root); }

  static void write(const std::filesystem::path& path, const std::string& text) { std::ofstream(path) << text; }
  static void make(const std::filesystem::path& directory, const std::string& subjects) {
    std::filesystem::create_directories(directory);
    write(directory / "subjects", subjects);
    write(directory / "messages", "");
    write(directory / "dates", "days a b c d e f g\nmonths a b c d e f g h i j k l\nwhen {{time}}\n");
    write(directory / "body.txt", "{{message}}\n");
    write(directory / "body.html", "{{message}}\n");
  }
  std::string subject(std::string_view language, std::string_view kind, const std::string& fallback = "en") {
    const auto mail = Languages(shipped, ours, fallback).of(language, kind).render(kind, {}, Words::own);
    return mail ? mail->subject : "no mail";
  }
  std::string complaint(const std::string& fallback = "en") {
    try {
      Languages(shipped, ours, fallback);
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "";
  }
};

TEST(MailLanguages, WriteToEachInTheirOwn) {
  expect_text("Booked", subject("en", "booked"));
  expect_text("Gebucht", subject("de", "booked"));
}

TEST(MailLanguages, WriteInTheDefaultOneToWhoeverChoseNoneThatThereIs) {
  for (const auto* language : {"", "fr", "..", "../de", "EN"}) expect_text("Booked", subject(language, "booked"));
  expect_text("Gebucht", subject("fr", "booked", "de"));
}

TEST(MailLanguages, WriteInTheDefaultOneWhatTheOtherHasNotGot) {
  expect_text("Held", subject("de", "held"));
  expect_text("no mail", subject("de", "cancelled"));
}

TEST(MailLanguages, SayByTheDefaultOneWhatIsMailed) {
  expect_text("booked,held", [&] {
    std::string all;
    for (const auto& kind : Languages(shipped, ours, "en").kinds()) all += (all.empty() ? "" : ",") + kind;
    return all;
  }());
  LONGS_EQUAL(2, Languages(shipped, ours, "de").kinds().size());
}

TEST(MailLanguages, OfAnOperatorComeFirst) {
  std::filesystem::create_directories(ours / "de");
  write(ours / "de" / "subjects", "booked   Na also\n");
  expect_text("Na also", subject("de", "booked"));
}

TEST(MailLanguages, AnOperatorAddsOne) {
  make(ours / "fr", "booked   R\u00e9serv\u00e9\n");
  expect_text("R\u00e9serv\u00e9", subject("fr", "booked"));
  expect_text("R\u00e9serv\u00e9", subject("", "booked", "fr"));
  expect_text("Held", subject("fr", "held"));
}

TEST(MailLanguages, AnAddedOneHasAllFilesOrIsLeftOut) {
  for (const auto* name : {"subjects", "messages", "dates", "body.txt", "body.html"}) {
    make(ours / "fr", "booked   B\n");
    std::filesystem::remove(ours / "fr" / name);
    expect_text("Booked", subject("fr", "booked"));
    expect_text((ours / "fr" / name).string() + ": cannot be read", complaint("fr"));
  }
}

TEST(MailLanguages, WhatIsNoLanguageIsLeftAlone) {
  for (const auto* name : {"old", "FR", "f", "a1"}) std::filesystem::create_directories(ours / name);
  write(ours / "fr", "a file");
  expect_text("", complaint());
}

TEST(MailLanguages, HaveTheDefaultOne) {
  const auto text = complaint("it");
  expect_contains("TICKETD_MAIL_LANGUAGE is \"it\"", text);
  expect_contains((shipped / "it").string(), text);
  expect_contains((ours / "it").string(), text);
}
