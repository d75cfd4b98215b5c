#include "config/config.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;

namespace {

const std::string kKey32 = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";  // 01234567890123456789012345678901
const std::string kKey31 = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MA==";

}  // namespace

TEST_GROUP(Config) {
  std::map<std::string, std::string> settings = {{"DATABASE_URL", "postgresql:///ticketd"},
                                                 {"QUEUE_REDIS_URL", "unix:///run/queue.sock"},
                                                 {"CACHE_REDIS_URL", "redis://localhost:6380/1"},
                                                 {"TICKETD_JWT_KEYS", "a:" + kKey32}};

  ConfigReading read(Part part = Part::api) {
    return read_config(part, [this](const std::string& name) {
      const auto found = settings.find(name);
      return found == settings.end() ? std::nullopt : std::optional(found->second);
    });
  }
  // The one problem there is with this value.
  std::string problem_with(const std::string& name, const std::string& value) {
    settings[name] = value;
    const auto problems = read().problems;
    LONGS_EQUAL_TEXT(1, problems.size(), (name + "=" + value).c_str());
    return problems.empty() ? "" : problems[0];
  }
};

TEST(Config, NeedsNoMoreThanThreeUrlsAndAKey) { CHECK_TRUE(read().problems.empty()); }

TEST(Config, HasTheDefaultsThatApiPromises) {
  const auto config = read().config;
  LONGS_EQUAL(15 * 60, config.access_ttl_s);
  LONGS_EQUAL(30 * 24 * 3600, config.refresh_ttl_s);
  const RateRule rule{200, 600};
  CHECK_TRUE(config.rate_auth == rule && config.rate_booking == rule && config.rate_reads == rule);
  CHECK_TRUE(config.log_level == Level::info);
}

TEST(Config, TakesEverySettingThatIsSet) {
  settings.insert({{"TICKETD_THREADS", "3"},
                   {"TICKETD_JWT_ISSUER", "me"},
                   {"TICKETD_RATE_LIMIT_AUTH", "5/60"},
                   {"TICKETD_LOG_LEVEL", "debug"},
                   {"TICKETD_METRICS_FILE", "/run/m"},
                   {"TICKETD_SHARDS", "4"}});
  const auto config = read().config;
  LONGS_EQUAL(3, config.threads);
  LONGS_EQUAL(4, config.shards);
  expect_text("me", config.jwt_issuer);
  expect_text("/run/m", config.metrics_file);
  CHECK_TRUE(config.rate_auth == (RateRule{5, 60}) && config.log_level == Level::debug);
}

TEST(Config, ListsEveryMissingSettingAtOnce) {
  settings.clear();
  const auto problems = read().problems;
  LONGS_EQUAL(4, problems.size());
  for (const auto* name : {"DATABASE_URL", "QUEUE_REDIS_URL", "CACHE_REDIS_URL", "TICKETD_JWT_KEYS"})
    CHECK_TRUE_TEXT(std::ranges::any_of(problems, [&](auto& line) { return line.starts_with(name); }), name);
}

TEST(Config, AsksAPartForNoMoreSecretsThanItNeeds) {
  settings.erase("TICKETD_JWT_KEYS");
  LONGS_EQUAL(1, read().problems.size());
  LONGS_EQUAL(0, read(Part::admin).problems.size());
  settings.erase("CACHE_REDIS_URL");
  LONGS_EQUAL(1, read(Part::admin).problems.size());
  LONGS_EQUAL(0, read(Part::worker).problems.size());
}

TEST(Config, KeepsFromTheWorkerWhatItDoesNotNeed) {
  const auto config = read(Part::worker).config;
  CHECK_TRUE(config.jwt_keys.empty() && config.cache_redis_url.empty());
}

TEST(Config, ListsEveryBadValueAtOnce) {
  settings = {{"DATABASE_URL", "mysql://x"},    {"QUEUE_REDIS_URL", "localhost"}, {"CACHE_REDIS_URL", ""},
              {"TICKETD_JWT_KEYS", "nonsense"}, {"TICKETD_THREADS", "many"},      {"TICKETD_SHARDS", "0"},
              {"TICKETD_RATE_LIMIT_AUTH", "5"}, {"TICKETD_LOG_LEVEL", "loud"},    {"TICKETD_RATE_LIMIT", "perhaps"}};
  LONGS_EQUAL(9, read().problems.size());
}

TEST(Config, NamesTheSettingWhoseUrlIsNone) {
  expect_text("CACHE_REDIS_URL names a database that is no number",
              problem_with("CACHE_REDIS_URL", "redis://db/0?x=1"));
  settings["CACHE_REDIS_URL"] = "redis://[::1]:6380/1";
  expect_contains("QUEUE_REDIS_URL has a % that", problem_with("QUEUE_REDIS_URL", "unix://api:p%@/run/queue.sock"));
}

TEST(Config, RefusesANumberThatIsNone) {
  for (const auto* value : {"", " 8", "8 ", "eight", "8.0", "0x8", "+8", "99999999999999999999"})
    expect_contains("whole number from 1 to 256", problem_with("TICKETD_THREADS", value));
}

TEST(Config, RefusesANumberOutOfBounds) {
  for (const auto* value : {"0", "-1", "257"}) expect_contains(value, problem_with("TICKETD_THREADS", value));
  settings["TICKETD_THREADS"] = "256";
  CHECK_TRUE(read().problems.empty());
}

TEST(Config, BoundsTheEventsOfAPerson) {
  LONGS_EQUAL(1000, read().config.events_per_user);
  settings["TICKETD_EVENTS_PER_USER"] = "7";
  LONGS_EQUAL(7, read().config.events_per_user);
  expect_contains("from 1 to 1000000", problem_with("TICKETD_EVENTS_PER_USER", "0"));
}

TEST(Config, RefusesARateRuleThatIsNone) {
  for (const auto* value : {"", "200", "200/", "/600", "0/600", "200/0", "-1/600", "200/600/1", "200/86401", "a/b"})
    expect_contains("REQUESTS/SECONDS", problem_with("TICKETD_RATE_LIMIT_BOOKING", value));
}

TEST(Config, LiftsOneLimitOrAll) {
  settings["TICKETD_RATE_LIMIT_READS"] = "off";
  CHECK_FALSE(read().config.rate_reads.has_value());
  CHECK_TRUE(read().config.rate_auth.has_value());
  settings["TICKETD_RATE_LIMIT"] = "off";
  const auto config = read().config;
  CHECK_FALSE(config.rate_auth || config.rate_booking || config.rate_reads);
}

TEST(Config, SaysOnceThatTheSwitchForAllLimitsIsBad) {
  expect_contains("on or off", problem_with("TICKETD_RATE_LIMIT", "no"));
}

TEST(Config, ChecksARateRuleEvenWhileLimitsAreOff) {
  settings["TICKETD_RATE_LIMIT"] = "off";
  expect_contains("REQUESTS/SECONDS", problem_with("TICKETD_RATE_LIMIT_AUTH", "banana"));
}

TEST(Config, RefusesAKeyUnder32Bytes) {
  const auto problem = problem_with("TICKETD_JWT_KEYS", "a:" + kKey31);
  expect_contains("31 bytes", problem);
  expect_lacks(kKey31.substr(0, 10), problem);
}

TEST(Config, RefusesAShortKeyBesideAGoodOne) {
  expect_contains("\"old\"", problem_with("TICKETD_JWT_KEYS", "new:" + kKey32 + ",old:" + kKey31));
}

TEST(Config, RefusesAListOfKeysThatIsNone) {
  for (const auto& value : {std::string("a:b:c"), ":" + kKey32, kKey32, "a:!" + kKey32})
    expect_contains("KID:BASE64", problem_with("TICKETD_JWT_KEYS", value));
}

TEST(Config, KeepsTheOrderOfKeys) {
  settings["TICKETD_JWT_KEYS"] = "new:" + kKey32 + ",old:" + kKey32;
  const auto keys = read().config.jwt_keys;
  LONGS_EQUAL(2, keys.size());
  expect_text("new", keys[0].kid);
  expect_text("old", keys[1].kid);
  expect_text("01234567890123456789012345678901", keys[0].secret);
}

// As in releases before they had keys of their own.
TEST(Config, MakesSessionsWithTheKeysOfAccessTokensUnlessToldOtherwise) {
  expect_text("a", read().config.session_keys.at(0).kid);
  settings["TICKETD_SESSION_KEYS"] = "off";
  expect_text("a", read().config.session_keys.at(0).kid);
  settings["TICKETD_SESSION_KEYS"] = "s:" + kKey32;
  const auto config = read().config;
  expect_text("s a", config.session_keys.at(0).kid + ' ' + config.jwt_keys.at(0).kid);
  expect_contains("31 bytes", problem_with("TICKETD_SESSION_KEYS", "s:" + kKey31));
}

TEST(Config, NeedsNoKeyOfNginx) {
  expect_text("", read().config.edge_key);
  settings["TICKETD_EDGE_KEY"] = "off";
  expect_text("", read().config.edge_key);
  settings["TICKETD_EDGE_KEY"] = std::string(32, 'k');
  expect_text(std::string(32, 'k'), read().config.edge_key);
  expect_text("", read(Part::worker).config.edge_key);
  expect_contains("has 31 characters", problem_with("TICKETD_EDGE_KEY", std::string(31, 'k')));
}

TEST(Config, TakesBase64OfEitherAlphabet) {
  settings["TICKETD_JWT_KEYS"] = "a:" + std::string(42, '_') + "8=,b:" + std::string(42, '/') + "8=";
  const auto reading = read();
  CHECK_TRUE(reading.problems.empty());
  expect_text(reading.config.jwt_keys.at(0).secret, reading.config.jwt_keys.at(1).secret);
}

TEST_GROUP(FromEnvironment) {
  const std::string directory =
      (std::filesystem::temp_directory_path() / ("ticketd-unit-credentials-" + std::to_string(::getpid()))).string();

  void setup() override { std::filesystem::create_directory(directory); }
  void teardown() override {
    ::unsetenv("CREDENTIALS_DIRECTORY");
    ::unsetenv("TICKETD_UNIT_TEST");
    std::filesystem::remove_all(directory);
  }
  void credential(const std::string& text) {
    ::setenv("CREDENTIALS_DIRECTORY", directory.c_str(), 1);
    std::ofstream(directory + "/TICKETD_UNIT_TEST") << text;
  }
  std::string value() { return from_environment("TICKETD_UNIT_TEST").value_or("nothing"); }
};

TEST(FromEnvironment, ReadsAVariable) {
  expect_text("nothing", value());
  ::setenv("TICKETD_UNIT_TEST", "x", 1);
  expect_text("x", value());
}

TEST(FromEnvironment, ReadsACredentialWithoutItsLastNewline) {
  credential("secret\n\n");
  expect_text("secret\n", value());
  credential("secret");
  expect_text("secret", value());
}

TEST(FromEnvironment, PrefersTheVariable) {
  credential("from the file");
  ::setenv("TICKETD_UNIT_TEST", "from the environment", 1);
  expect_text("from the environment", value());
}

TEST(FromEnvironment, HasNothingWhereTheDirectoryHasNoSuchFile) {
  ::setenv("CREDENTIALS_DIRECTORY", directory.c_str(), 1);
  expect_text("nothing", value());
}

TEST(Config, OfTheMessengerNeedsOneUrl) {
  settings = {{"DATABASE_URL", "postgresql:///ticketd"}};
  CHECK_TRUE(read(Part::messenger).problems.empty());
  expect_text("", read(Part::messenger).config.mail.url);
}

TEST(Config, MailGoesEncryptedUnlessItStaysOnThisHost) {
  settings["TICKETD_MAIL_FROM"] = "tickets@example.org";
  const auto starttls = [&](const char* url) {
    settings["TICKETD_MAIL_URL"] = url;
    const auto reading = read(Part::messenger);
    LONGS_EQUAL_TEXT(0, reading.problems.size(), url);
    return reading.config.mail.starttls;
  };
  for (const auto* url :
       {"smtp://127.0.0.1:25", "smtp://localhost", "smtp://[::1]:2525", "smtps://mail.example.org:465"})
    CHECK_FALSE_TEXT(starttls(url), url);
  for (const auto* url :
       {"smtp://mail.example.org:587", "smtp://192.0.2.1", "smtp://[2001:db8::1]:25", "smtp://127.example.org"})
    CHECK_TRUE_TEXT(starttls(url), url);
  settings["TICKETD_MAIL_STARTTLS"] = "off";
  CHECK_FALSE(starttls("smtp://mail.example.org"));
  settings["TICKETD_MAIL_STARTTLS"] = "on";
  CHECK_TRUE(starttls("smtp://127.0.0.1"));
}

TEST(Config, AMailServerNeedsASender) {
  settings["TICKETD_MAIL_URL"] = "smtp://127.0.0.1";
  const auto problems = read(Part::messenger).problems;
  LONGS_EQUAL(1, problems.size());
  CHECK_TRUE(problems[0].starts_with("TICKETD_MAIL_FROM is \"\""));
}

TEST(Config, MailIsInEnglishUnlessTheHostHasAnotherLanguage) {
  settings.insert({{"TICKETD_MAIL_URL", "smtp://127.0.0.1"}, {"TICKETD_MAIL_FROM", "tickets@example.org"}});
  expect_text("en", read(Part::messenger).config.mail.language);
  settings["TICKETD_MAIL_LANGUAGE"] = "de";
  expect_text("de", read(Part::messenger).config.mail.language);
  for (const auto* language : {"", "d", "DE", "de_DE", "german", "../"}) {
    settings["TICKETD_MAIL_LANGUAGE"] = language;
    const auto problems = read(Part::messenger).problems;
    LONGS_EQUAL_TEXT(1, problems.size(), language);
    expect_contains("TICKETD_MAIL_LANGUAGE is \"" + std::string(language) + '"', problems.front());
  }
}

TEST(Config, WhatIsWrongAboutMailIsSaid) {
  settings.insert({{"TICKETD_MAIL_URL", "smtp://user:secret@mail.example.org"},
                   {"TICKETD_MAIL_FROM", "tickets"},
                   {"TICKETD_MAIL_NAME", "A\r\nBcc: x"},
                   {"TICKETD_MAIL_LANGUAGE", "de_DE"},
                   {"TICKETD_MAIL_STARTTLS", "yes"}});
  const auto problems = read(Part::messenger).problems;
  LONGS_EQUAL(5, problems.size());
  for (const auto* url : {"http://mail.example.org", "mail.example.org", "smtp://", "smtp://a/b", "smtp://a:b"}) {
    settings = {{"DATABASE_URL", "postgresql:///t"}, {"TICKETD_MAIL_FROM", "t@example.org"}, {"TICKETD_MAIL_URL", url}};
    LONGS_EQUAL_TEXT(1, read(Part::messenger).problems.size(), url);
  }
  CHECK_TRUE(read(Part::api).problems.size() > 0);  // of keys, and not of mail
}
