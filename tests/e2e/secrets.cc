// What must stand in no log and no core.
#include <filesystem>
#include <fstream>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/door_steps.h"
#include "support/mailed_links.h"
#include "support/stack.h"
#include "support/webhook_steps.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::filesystem::path logs() { return std::filesystem::path(setting("RUN_DIR")) / "log"; }

// Which log holds the text; empty if none does.
std::string log_with(const std::string& text) {
  for (const auto& file : std::filesystem::directory_iterator(logs())) {
    if (text_of(file.path()).find(text) != std::string::npos) return file.path().filename();
  }
  return "";
}

}  // namespace

TEST_GROUP(Secrets){void teardown() override{restore_stack();
}
}
;

TEST(Secrets, StandInNoLog) {
  auto person = register_person();
  const std::string wrong = "guess-" + fresh_title(), wanted = "wanted-" + fresh_title();
  const auto login = [&](const std::string& password) {
    return post_as_nobody("/v1/auth/login", Json::object({{"email", person.email}, {"password", password}}));
  };
  expect_status(401, login(wrong));
  const auto tokens = login(person.password).data()["tokens"];
  const auto refresh = Json::object({{"refresh_token", tokens["refresh_token"]}});
  expect_status(200, post_as_nobody("/v1/auth/refresh-tokens", refresh));
  expect_status(400, send({.method = "POST", .path = "/v1/auth/login", .body = "{\"password\":\"" + wrong}));
  expect_status(401, send({.path = "/v1/users/me?access_token=" + wrong}));
  book_outcome(person, create_event(person));
  expect_status(200, person.put("/v1/auth/update-password",
                                Json::object({{"current_password", person.password}, {"new_password", wanted}})));
  const auto last = person.get("/v1/users/me");
  expect_status(401, last);
  CHECK_TRUE(await([&] { return log_with(last.header("x-request-id")).starts_with("nginx"); }));

  for (const auto& secret :
       {wrong, wanted, person.password, person.access_token, person.refresh_token,
        std::string(tokens["access_token"].text()), std::string(tokens["refresh_token"].text()), person.email})
    expect_text("", log_with(secret));
}

TEST(Secrets, CodesOfTicketsStandInNoLog) {
  const auto people = make_people(2);
  const auto event = create_event_tonight(people[0], 1);
  const auto code = code_in(tickets_of(people[1], must_book(people[1], event, 1)), 1);
  const auto admitted = scan(people[0], event, scan_of(code));
  expect_status(200, admitted);
  take_down("postgres");
  const auto failed = scan(people[0], event, scan_of(code));
  bring_up("postgres");
  expect_problem(503, "database_unavailable", failed);
  for (const auto& reply : {admitted, failed})
    CHECK_TRUE(await([&] { return !log_with(reply.header("x-request-id")).empty(); }));
  expect_text("", log_with(code));
}

// Also where an endpoint fails, and says at what.
TEST(Secrets, AddressesOfCalendarsStandInNoLog) {
  const auto person = make_person();
  const std::string url(person.get("/v1/users/me/calendar").data()["url"].text());
  const auto path = url.substr(url.find("/v1/"));
  const auto read = send({.path = path});
  expect_status(200, read);
  take_down("postgres");
  const auto failed = send({.path = path});
  bring_up("postgres");
  expect_problem(503, "database_unavailable", failed);
  for (const auto& reply : {read, failed})
    CHECK_TRUE(await([&] { return !log_with(reply.header("x-request-id")).empty(); }));
  expect_text("", log_with(path.substr(path.rfind('/') + 1, 36)));
}

// Nor does what a mail's link ends with, whether it is opened or sent.
TEST(Secrets, OfLinksThatUnsubscribeStandInNoLog) {
  const auto token = unsubscribe_link("reminder", make_person().id);
  const auto path = "/unsubscribe/" + token;
  const auto opened = send({.path = path});
  expect_status(200, opened);
  const auto used = send({.method = "POST", .path = path});
  expect_success(200, "unsubscribed", used);
  take_down("postgres");
  const auto failed = send({.method = "POST", .path = path});
  bring_up("postgres");
  expect_problem(503, "database_unavailable", failed);
  for (const auto& reply : {opened, used, failed})
    CHECK_TRUE(await([&] { return !log_with(reply.header("x-request-id")).empty(); }));
  expect_text("", log_with(token.substr(22)));
}

// Nor what stands in their URLs, which may be a secret of whoever is to be told. Also where an endpoint fails.
TEST(Secrets, OfWebhooksStandInNoLog) {
  const auto person = make_person();
  const std::string key = fresh_title(), path = "way-" + fresh_title();
  const auto url = "https://hooks.example/" + path + "?key=" + key;
  Json made, rotated;
  {
    const WebhooksAreOn on;
    made = must_add_webhook(person, {{"url", url}});
    rotated = person.post(webhook_path(made, "/rotate"), Json::object()).data();
    expect_webhook_with_secret(rotated);
  }
  take_down("postgres");
  const auto failed = add_webhook(person, {{"url", url}});
  bring_up("postgres");
  expect_problem(503, "database_unavailable", failed);
  CHECK_TRUE(await([&] { return !log_with(failed.header("x-request-id")).empty(); }));
  for (const auto& secret : {made["secret"], rotated["secret"], Json(key), Json(path)})
    expect_text("", log_with(std::string(secret.text())));
}

TEST(Secrets, StandInNoCore) {
  for (const auto& file : std::filesystem::directory_iterator(std::filesystem::path(setting("RUN_DIR")) / "pids")) {
    const auto limits = text_of("/proc/" + std::to_string(pid_of(file.path().filename())) + "/limits");
    expect(limits.find("Max core file size        0                    0 ") != std::string::npos,
           "no core of " + file.path().filename().string());
  }
}
