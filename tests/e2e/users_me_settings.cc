// Which mails somebody wants, and in which language: /v1/users/me/settings, and the link that unsubscribes.
#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/mailed_links.h"
#include "support/stack_database.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

namespace {

constexpr const char* kPath = "/v1/users/me/settings";

Json settings_of(const Person& person) {
  const auto reply = person.get(kPath);
  expect_success(200, "settings found", reply);
  return reply.data();
}

Response change(const Person& person, const Json& body) { return person.patch(kPath, body); }
Json mails(const char* which, const Json& value) { return Json::object({{"mails", Json::object({{which, value}})}}); }
Json language(const Json& value) { return Json::object({{"language", value}}); }

// "de true true false": the language, and whether bookings, reminders and messages are mailed.
std::string written(const Json& settings) {
  std::string text(settings["language"].is_null() ? "null" : settings["language"].text());
  for (const char* which : {"bookings", "reminders", "messages"})
    text += settings["mails"][which].boolean() ? " true" : " false";
  return text;
}

}  // namespace

TEST_GROUP(Settings) {
  const Person person = make_person();

  void expect_now(const std::string& expected, Where where = Where::current()) const {
    expect_text(expected, written(settings_of(person)), where);
  }
  void expect_changed(const std::string& expected, const Json& body, Where where = Where::current()) const {
    const auto reply = change(person, body);
    expect_success(200, "Settings updated successfully", reply, where);
    expect_text(expected, written(reply.data()), where);
    expect_now(expected, where);
  }
};

TEST(Settings, AreTheHostsLanguageAndAllMailsAtFirst) {
  const Json settings = settings_of(person);
  CHECK_TRUE(settings.has("language") && settings["language"].is_null());
  expect_now("null true true true");
}

TEST(Settings, AreChangedOneByOne) {
  expect_changed("de true true true", language("de"));
  expect_changed("de true true false", mails("messages", false));
  expect_changed("de true false false", mails("reminders", false));
  expect_changed("de false false false", mails("bookings", false));
  expect_changed("de false false true", mails("messages", true));
}

TEST(Settings, AreChangedTogether) {
  const Json off = Json::object({{"bookings", false}, {"reminders", false}});
  expect_changed("fr false false true", Json::object({{"language", "fr"}, {"mails", off}}));
}

TEST(Settings, HaveTheHostsLanguageAgainWithNull) {
  expect_changed("de true true true", language("de"));
  expect_changed("null true true true", language(Json()));
  expect_changed("null true true true", language(Json()));
}

// There need not be words in it.
TEST(Settings, HaveALanguageOfTwoLetters) {
  for (const char* good : {"en", "de", "aa", "zz"}) expect_success(200, change(person, language(good)));
  for (const char* bad : {"", "d", "deu", "DE", "De", "d1", "d-", "de-AT", "d\xc3\xa9", "\xd0\xb4\xd0\xb5"})
    expect_bad_fields({"language"}, change(person, language(bad)));
  for (const auto& none : {Json(7), Json(true), Json::array(), Json::object()})
    expect_bad_fields({"language"}, change(person, language(none)));
}

TEST(Settings, SayOfEachMailYesOrNo) {
  for (const char* which : {"bookings", "reminders", "messages"}) {
    for (const auto& none : {Json(0), Json("no"), Json("false"), Json::array()})
      expect_bad_fields({std::string("mails.") + which}, change(person, mails(which, none)));
  }
  for (const auto& none : {Json(7), Json("none"), Json(false), Json::array()})
    expect_bad_fields({"mails"}, change(person, Json::object({{"mails", none}})));
}

TEST(Settings, NeedSomethingToChange) {
  for (const auto& nothing :
       {Json::object(), Json::object({{"theme", "dark"}}), Json::object({{"mails", Json()}}),
        Json::object({{"mails", Json::object()}}), mails("news", true), mails("messages", Json())})
    expect_bad_fields({"language"}, change(person, nothing));
}

TEST(Settings, StayAsTheyWereWhereOneIsBad) {
  const Json bad = Json::object({{"language", "de"}, {"mails", Json::object({{"bookings", false}, {"messages", 7}})}});
  expect_bad_fields({"mails.messages"}, change(person, bad));
  expect_now("null true true true");
}

TEST(Settings, AreMineAlone) {
  expect_success(200, change(make_person(), mails("messages", false)));
  expect_now("null true true true");
  expect_problem(401, "token_missing", send({.path = kPath}));
}

// What is switched off is told in the app.
TEST(Settings, LeaveNotificationsAlone) {
  expect_success(200, change(person, mails("bookings", false)));
  book_outcome(person, create_event(make_person()));
  CHECK_TRUE(notification_of(person, "booked").is_object());
}

TEST_GROUP(Unsubscribing) {
  const Person person = make_person();
  const std::string token = unsubscribe_link("reminder", person.id);

  static Response stop(const std::string& with, std::vector<std::string> headers = {},
                       std::optional<std::string> body = {}) {
    return send({.method = "POST",
                 .path = "/unsubscribe/" + with,
                 .body = std::move(body),
                 .headers = std::move(headers),
                 .from = fresh_address()});
  }
  void expect_now(const std::string& expected, Where where = Where::current()) const {
    expect_text(expected, written(settings_of(person)), where);
  }
};

TEST(Unsubscribing, SwitchesOffWhatTheMailWasOneOf) {
  const auto reminders = stop(token);
  expect_success(200, "unsubscribed", reminders);
  expect_text("reminders", reminders.data()["mails"].text());
  expect_now("null true false true");
  const auto messages = stop(unsubscribe_link("organiser_message", person.id));
  expect_success(200, "unsubscribed", messages);
  expect_text("messages", messages.data()["mails"].text());
  expect_now("null true false false");
}

// RFC 8058, section 3.2, and what the page sends.
TEST(Unsubscribing, TakesWhateverBodyThereIs) {
  const std::vector<std::string> form{"Content-Type: application/x-www-form-urlencoded"};
  expect_success(200, "unsubscribed", stop(token, form, "List-Unsubscribe=One-Click"));
  expect_now("null true false true");
  const std::vector<std::string> parts{"Content-Type: multipart/form-data; boundary=x"};
  expect_status(
      200,
      stop(token, parts, "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--"));
  expect_status(200, stop(token, {}, "{}"));
  expect_status(200, stop(token, {}, "nonsense"));
}

TEST(Unsubscribing, IsAnsweredTheSameAgain) {
  const auto first = stop(token);
  expect_text(first.body, stop(token).body);
  expect_success(200, change(person, mails("reminders", true)));
  expect_text(first.body, stop(token).body);
  expect_now("null true false true");
}

TEST(Unsubscribing, NeedsALinkThatThereIs) {
  auto other = token;
  other.back() = other.back() == 'A' ? 'B' : 'A';
  for (const auto& none : {std::string("none"), std::string(64, 'A'), std::string(65, 'A'), std::string(66, 'A'),
                           token.substr(1), token + "A", other, "%20" + token.substr(1), std::string("a.html")})
    expect_problem(400, "invalid_link", stop(none));
  expect_now("null true true true");
  for (const char* none : {"", "a/b"}) expect_problem(404, "route_not_found", stop(none));
}

TEST(Unsubscribing, WorksAsLongAsTheMailIsKept) {
  query("DELETE FROM mails WHERE user_id = $1::uuid", person.id);
  expect_problem(400, "invalid_link", stop(token));
}

// Mail programs visit links by themselves.
TEST(Unsubscribing, IsNotDoneByLookingAtThePage) {
  for (const auto& path :
       {"/unsubscribe/" + token, std::string("/unsubscribe/none"), std::string("/unsubscribe/a.js")}) {
    const auto page = send({.path = path});
    expect_status(200, page);
    expect_contains("text/html", page.header("content-type"));
    expect_contains("script-src 'self'", page.header("content-security-policy"));
    expect_contains("/account/form.js", page.body);
    expect_status(200, send({.method = "HEAD", .path = path}));
  }
  expect_now("null true true true");
}
