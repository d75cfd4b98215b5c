// ticketctl keys: each step, and that no token is refused between two of them.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "auth/access_token.h"
#include "ctl_rig.h"

namespace ticketd::tests {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFirst = "first:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

// What an endpoint knows that started with the file as it was then.
struct Endpoint {
  Config config;
  explicit Endpoint(const std::string& keys) {
    config = read_config(Part::api, [&](const std::string& name) {
               return name == "TICKETD_JWT_KEYS" ? std::optional(keys) : std::nullopt;
             }).config;
  }
  [[nodiscard]] std::string token() const {
    SystemRandom random;
    return auth::AccessTokens(config).issue(fresh<UserId>(), fresh<SessionId>(), SystemClock().now(), random);
  }
  [[nodiscard]] bool takes(const std::string& token) const {
    return auth::AccessTokens(config).verify(token, SystemClock().now()).ok();
  }
};

}  // namespace

TEST_GROUP_BASE(TicketctlKeys, CtlTest) {
  const fs::path file = fs::temp_directory_path() / fresh_word();

  void setup() override {
    CtlTest::setup();
    std::ofstream(file) << kFirst << '\n';
  }
  void teardown() override {
    fs::remove(file);
    CtlTest::teardown();
  }
  Ended keys(const std::string& words) const { return call_on_stack("keys " + words + " --file " + file.string()); }
  std::string text() const {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return line;
  }
};

// While endpoints are restarted one after the other, those of two steps run beside each other.
TEST(TicketctlKeys, EndpointsOfTwoStepsTakeEachOthersTokens) {
  std::vector<Endpoint> steps;
  steps.emplace_back(text());
  for (const auto* words : {"add second", "use second", "drop first"}) {
    LONGS_EQUAL(0, keys(words).status);
    steps.emplace_back(text());
  }
  for (std::size_t i = 1; i < steps.size(); ++i) {
    CHECK_TRUE_TEXT(steps[i].takes(steps[i - 1].token()), "a token of the step before");
    CHECK_TRUE_TEXT(steps[i - 1].takes(steps[i].token()), "a token of the step after");
  }
  // Negative control: what signs at once is refused by those that are not restarted yet.
  CHECK_FALSE(steps[0].takes(steps[2].token()));
}

TEST(TicketctlKeys, TheFileIsForItsOwnerAlone) {
  ::chmod(file.c_str(), 0644);
  expect_ends(0, "second is accepted", keys("add second"));
  LONGS_EQUAL(0600, static_cast<int>(fs::status(file).permissions()));
  CHECK_TRUE(text().starts_with(std::string(kFirst) + ",second:"));
}

TEST(TicketctlKeys, ThoseOfSessionsAreChangedInTheSameSteps) {
  expect_ends(0, "then ticketctl keys use second --sessions", keys("add second --sessions"));
  expect_ends(0, "after a month, ticketctl keys drop the old one --sessions", keys("use second --sessions"));
  expect_ends(0, "second signs", keys("drop first --sessions"));
  expect_ends(1, "TICKETD_SESSION_KEYS", call_on_stack("keys show --sessions"));
}

TEST(TicketctlKeys, SaysWhatSignsAndWhatIsNext) {
  expect_ends(0, "then ticketctl keys use second", keys("add second"));
  expect_ends(0, "second signs\nfirst is accepted\n", keys("use second"));
  const auto json = keys("show --json").json();
  expect_text("second", json["signs"].text());
  LONGS_EQUAL(2, json["accepted"].size());
  expect_lacks(text().substr(10, 20), keys("show").said);
}

TEST(TicketctlKeys, RefusesWhatWouldLockPeopleOut) {
  expect_ends(1, "first signs", keys("drop first"));
  expect_ends(1, "there is no key second", keys("use second"));
  expect_ends(1, "there is a key first already", keys("add first"));
  expect_ends(1, "no name for a key", keys("add a:b"));
  expect_ends(2, "takes a KID", keys("use"));
  expect_text(kFirst, text());
  expect_ends(1, "No such file", call_on_stack("keys show --file /nowhere/keys"));
}

TEST(TicketctlKeys, CallsANewOneByItsMonth) {
  LONGS_EQUAL(0, keys("add").status);
  const auto kid = Endpoint(text()).config.jwt_keys.at(1).kid;
  expect_text(format_time(SystemClock().now()).substr(0, 7), kid.substr(0, 7));
  LONGS_EQUAL(15, kid.size());
}

}  // namespace ticketd::tests
