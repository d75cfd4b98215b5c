// What mails with a link are for: a forgotten password, and whose an address is.
#include <fstream>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/mailed_links.h"
#include "support/stack.h"
#include "support/stack_database.h"
#include "support/timing.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

namespace {

constexpr const char* kNew = "a better password";

Response post(const std::string& path, const Json& body, const Person* who = nullptr,
              const std::string& from = fresh_address()) {
  Request request{.method = "POST", .path = "/v1/auth/" + path, .body = body.dump(), .from = from};
  if (who != nullptr) request.headers.push_back(who->authorization());
  return send(request);
}

Response forget(const std::string& email) { return post("forgot-password", Json::object({{"email", email}})); }
Response reset(const std::string& token, const std::string& password = kNew) {
  return post("reset-password", Json::object({{"token", token}, {"new_password", password}}));
}
Response verify(const std::string& token) { return post("verify-email", Json::object({{"token", token}})); }
Response send_again(const Person& who) { return post("verify-email/send", Json::object(), &who); }
Response change(const Person& who, const std::string& email, const std::string& password) {
  return post("change-email", Json::object({{"email", email}, {"password", password}}), &who);
}
Response login(const std::string& email, const std::string& password) {
  return post("login", Json::object({{"email", email}, {"password", password}}));
}
bool is_verified(const Person& who) { return who.get("/v1/users/me").data()["email_verified"].boolean(); }
std::int64_t mails(const std::string& kind, const std::string& address) {
  return count("SELECT count(*) FROM account_mails WHERE kind = $1 AND address = $2", kind, address);
}

}  // namespace

TEST_GROUP(ForgottenPassword) {
  MailIsOn on;
  Person ann = register_person(fresh_address());
};

TEST(ForgottenPassword, IsReplacedByWhoReadsTheMail) {
  expect_success(202, "link requested", forget(ann.email));
  expect_success(200, "password updated successfully", reset(mailed_link("reset_password", ann.email)));
  expect_status(200, login(ann.email, kNew));
  expect_problem(401, "invalid_credentials", login(ann.email, ann.password));
}

TEST(ForgottenPassword, EndsEverySession) {
  forget(ann.email);
  reset(mailed_link("reset_password", ann.email));
  expect_problem(401, "token_invalid", ann.get("/v1/users/me"));
  expect_problem(401, "invalid_refresh_token",
                 post("refresh-tokens", Json::object({{"refresh_token", ann.refresh_token}})));
}

TEST(ForgottenPassword, OfNobodyIsAnsweredTheSameAndFindsNobody) {
  const auto stranger = fresh_email();
  const auto known = forget(ann.email), unknown = forget(stranger);
  expect_text(known.body, unknown.body);
  LONGS_EQUAL(known.status, unknown.status);
  LONGS_EQUAL(1, mails("reset_password", stranger));
}

TEST(ForgottenPassword, OfNobodyTakesTheSameTime) {
  const auto people = make_people(1200);
  std::size_t next = 0;
  const auto asked = [](const std::string& email) {
    const auto reply = forget(email);
    expect_status(202, reply);
    return reply;
  };
  expect_same_time(
      "forgotten password", [&] { return asked(people[next++].email); }, "unknown e-mail",
      [&] { return asked(fresh_email()); });
}

TEST(ForgottenPassword, IsFoundHoweverTheAddressIsSpelled) {
  auto shouted = ann.email;
  for (auto& c : shouted) c = static_cast<char>(std::toupper(c));
  forget(shouted);
  expect_status(200, reset(mailed_link("reset_password", ann.email)));
}

TEST(ForgottenPassword, IsSentThreeTimesAnHourAtMost) {
  for (int i = 0; i < 5; ++i) expect_status(202, forget(ann.email));
  LONGS_EQUAL(3, mails("reset_password", ann.email));
  query("UPDATE account_mails SET created_at = created_at - interval '1 hour' WHERE address = $1", ann.email);
  forget(ann.email);
  LONGS_EQUAL(4, mails("reset_password", ann.email));
}

TEST(ForgottenPassword, IsSentThreeTimesAlsoIfAllAskAtOnce) {
  in_parallel(16, 32, [&](std::size_t) { forget(ann.email); });
  LONGS_EQUAL(3, mails("reset_password", ann.email));
}

// As many as the test run's TICKETD_MAIL_LIMIT_NETWORK says.
TEST(ForgottenPassword, OfManyFromOneNetworkHasToWait) {
  const auto here = fresh_address();
  std::vector<Response> replies(310);
  in_parallel(8, replies.size(), [&](std::size_t i) {
    replies[i] = post("forgot-password", Json::object({{"email", fresh_email()}}), nullptr, here);
  });
  LONGS_EQUAL(300, std::count_if(replies.begin(), replies.end(), [](auto& reply) { return reply.status == 202; }));
  const auto held_up = post("forgot-password", Json::object({{"email", ann.email}}), nullptr, here);
  expect_problem(429, "rate_limited", held_up);
}

TEST(ForgottenPassword, TakesALinkOnce) {
  forget(ann.email);
  const auto token = mailed_link("reset_password", ann.email);
  std::vector<Response> replies(8);
  in_parallel(8, replies.size(), [&](std::size_t i) { replies[i] = reset(token, kNew + std::to_string(i)); });
  LONGS_EQUAL(1, std::count_if(replies.begin(), replies.end(), [](auto& reply) { return reply.status == 200; }));
  expect_problem(400, "invalid_link", reset(token));
}

TEST(ForgottenPassword, EndsEveryOtherLink) {
  forget(ann.email);
  const auto first = mailed_link("reset_password", ann.email);
  forget(ann.email);
  expect_status(200, reset(mailed_link("reset_password", ann.email)));
  expect_problem(400, "invalid_link", reset(first));
}

TEST(ForgottenPassword, TakesNoLinkAfterHalfAnHourOrAChange) {
  forget(ann.email);
  const auto old = mailed_link("reset_password", ann.email);
  query("UPDATE account_mails SET expires_at = now() WHERE address = $1", ann.email);
  expect_problem(400, "invalid_link", reset(old));
  forget(ann.email);
  const auto before = mailed_link("reset_password", ann.email);
  expect_status(200, ann.put("/v1/auth/update-password",
                             Json::object({{"current_password", ann.password}, {"new_password", kNew}})));
  expect_problem(400, "invalid_link", reset(before));
}

TEST(ForgottenPassword, TakesNoOtherLinkAndNoGuess) {
  forget(ann.email);
  auto token = mailed_link("reset_password", ann.email);
  expect_problem(400, "invalid_link", reset(mailed_link("verify_email", ann.email)));
  expect_problem(400, "invalid_link", verify(token));
  token.back() = token.back() == 'A' ? 'E' : 'A';
  for (const auto& wrong : {token, token + "A", std::string("x"), token.substr(1), std::string(65, '.')})
    expect_problem(400, "invalid_link", reset(wrong));
  expect_bad_fields({"token", "new_password"}, post("reset-password", Json::object()));
}

TEST(ForgottenPassword, IsToldToTheOwnerOnceChanged) {
  forget(ann.email);
  reset(mailed_link("reset_password", ann.email));
  LONGS_EQUAL(1, mails("password_changed", ann.email));
}

TEST(ForgottenPassword, ProvesTheAddressToo) {
  forget(ann.email);
  reset(mailed_link("reset_password", ann.email));
  ann.access_token = login(ann.email, kNew).data()["tokens"]["access_token"].text();
  CHECK_TRUE(is_verified(ann));
}

TEST_GROUP(VerifyEmail) {
  MailIsOn on;
  Person ann = register_person(fresh_address());
};

TEST(VerifyEmail, IsAskedOfWhoSignsUp) {
  CHECK_FALSE(is_verified(ann));
  LONGS_EQUAL(1, mails("verify_email", ann.email));
  const auto token = mailed_link("verify_email", ann.email);
  const auto reply = verify(token);
  expect_success(200, "email verified", reply);
  expect_text(ann.email, reply.data()["email"].text());
  CHECK_TRUE(is_verified(ann));
  expect_problem(400, "invalid_link", verify(token));
}

TEST(VerifyEmail, IsAskedAgainThreeTimesAnHour) {
  expect_success(202, "link requested", send_again(ann));
  expect_status(202, send_again(ann));
  const auto held_up = send_again(ann);
  expect_problem(429, "rate_limited", held_up);
  const int wait_s = std::atoi(held_up.header("retry-after").c_str());
  CHECK_TRUE(wait_s > 3500 && wait_s <= 3600);
  verify(mailed_link("verify_email", ann.email));
  expect_success(200, "email verified before", send_again(ann));
  LONGS_EQUAL(3, mails("verify_email", ann.email));
}

// Of events-book, until this goes.
class VerifiedEmailIsOn {
 public:
  VerifiedEmailIsOn() {
    std::ofstream(env_, std::ios::app) << "TICKETD_VERIFIED_EMAIL=on\n";
    restart();
  }
  ~VerifiedEmailIsOn() {
    std::ofstream(env_) << before_;
    restart();
  }
  VerifiedEmailIsOn(const VerifiedEmailIsOn&) = delete;
  VerifiedEmailIsOn& operator=(const VerifiedEmailIsOn&) = delete;

 private:
  static void restart() {
    take_down("events-book");
    bring_up("events-book");
  }
  const std::string env_ = setting("RUN_DIR") + "/env";
  const std::string before_ = [&] {
    std::ifstream file(env_);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }();
};

TEST(VerifyEmail, IsNeededToBookWhereTheHostSaysSo) {
  const auto event = create_event(ann, {.tickets = 5});
  const VerifiedEmailIsOn setting;
  expect_problem(403, "email_not_verified", book(ann, event));
  verify(mailed_link("verify_email", ann.email));
  expect_status(202, book(ann, event));
}

TEST(VerifyEmail, EndsNoOtherLink) {
  forget(ann.email);
  const auto forgotten = mailed_link("reset_password", ann.email);
  expect_status(200, verify(mailed_link("verify_email", ann.email)));
  expect_status(200, reset(forgotten));
}

TEST_GROUP(ChangeEmail) {
  MailIsOn on;
  Person ann = register_person(fresh_address());
  std::string wanted = fresh_email();
};

TEST(ChangeEmail, CountsOnceTheNewAddressSaysYes) {
  expect_success(202, "link requested", change(ann, wanted, ann.password));
  expect_text(ann.email, ann.get("/v1/users/me").data()["email"].text());
  expect_status(200, verify(mailed_link("change_email", wanted)));
  expect_text(wanted, ann.get("/v1/users/me").data()["email"].text());
  CHECK_TRUE(is_verified(ann));
  LONGS_EQUAL(1, mails("email_changed", ann.email));
  expect_status(200, login(wanted, ann.password));
  expect_problem(401, "invalid_credentials", login(ann.email, ann.password));
}

TEST(ChangeEmail, EndsTheLinksOfTheOldOne) {
  const auto first = mailed_link("verify_email", ann.email);
  forget(ann.email);
  const auto forgotten = mailed_link("reset_password", ann.email);
  change(ann, wanted, ann.password);
  verify(mailed_link("change_email", wanted));
  expect_problem(400, "invalid_link", verify(first));
  expect_problem(400, "invalid_link", reset(forgotten));
}

TEST(ChangeEmail, ToAnotherOneEndsTheLinkToTheOneBefore) {
  const auto mistyped = fresh_email();
  change(ann, mistyped, ann.password);
  const auto first = mailed_link("change_email", mistyped);
  change(ann, wanted, ann.password);
  expect_problem(400, "invalid_link", verify(first));
  expect_status(200, verify(mailed_link("change_email", wanted)));
}

TEST(ChangeEmail, NeedsThePassword) {
  expect_problem(400, "wrong_password", change(ann, wanted, "wrong password"));
  expect_bad_fields({"email", "password"}, post("change-email", Json::object(), &ann));
  LONGS_EQUAL(0, mails("change_email", wanted));
}

TEST(ChangeEmail, TakesNobodysAddress) {
  const auto bob = register_person();
  expect_problem(409, "email_taken", change(ann, bob.email, ann.password));
  change(ann, wanted, ann.password);
  const auto token = mailed_link("change_email", wanted);
  expect_status(201, post("register", Json::object({{"email", wanted}, {"password", kNew}})));
  for (int i = 0; i < 2; ++i) expect_problem(409, "email_taken", verify(token));
  expect_text(ann.email, ann.get("/v1/users/me").data()["email"].text());
}

TEST(ChangeEmail, OfTwoAtOnceOneGetsTheAddress) {
  const auto bob = register_person();
  change(ann, wanted, ann.password);
  const auto anns = mailed_link("change_email", wanted);
  change(bob, wanted, bob.password);
  const auto bobs = mailed_link("change_email", wanted);
  std::vector<Response> replies(2);
  in_parallel(2, 2, [&](std::size_t i) { replies[i] = verify(i == 0 ? anns : bobs); });
  LONGS_EQUAL(609, replies[0].status + replies[1].status);
}

TEST_GROUP(MailIsOff){};

TEST(MailIsOff, AndEndpointsSayIt) {
  const auto ann = register_person();
  expect_problem(409, "mail_off", forget(ann.email));
  expect_problem(409, "mail_off", send_again(ann));
  expect_problem(409, "mail_off", change(ann, fresh_email(), ann.password));
  LONGS_EQUAL(0, count("SELECT count(*) FROM account_mails WHERE user_id = $1::uuid", ann.id));
}
