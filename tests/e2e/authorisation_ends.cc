// Access tokens of accounts that are gone.
#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/stack.h"
#include "support/stack_database.h"
#include "support/stack_redis.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

namespace {

Person deleted_person() {
  auto person = make_person();
  query("DELETE FROM users WHERE id = $1::uuid", person.id);
  outdate_token_list();
  return person;
}

}  // namespace

TEST_GROUP(EndedAccess){void teardown() override{restore_stack();
}
}
;

TEST(EndedAccess, IsThatOfADeletedAccountEvenWhileTheCacheIsAway) {
  const auto gone = deleted_person();
  take_down("redis-cache");
  for (const char* path : {"/v1/users/me", "/v1/events/discover", "/v1/bookings"})
    expect_problem(401, "token_invalid", gone.get(path));
  expect_problem(401, "token_invalid", book(gone, create_event(make_person())));
  expect_problem(401, "token_invalid", gone.post("/v1/events/initialize", event_body()));
}

TEST(EndedAccess, IsThatOfAnAnonymisedAccount) {
  const auto gone = make_person();
  query(
      "UPDATE users SET email = $2, password_hash = '!', tokens_valid_after = now() + interval '1 ms' WHERE id = "
      "$1::uuid",
      gone.id, fresh_email());
  forget_token_list();
  expect_problem(401, "token_invalid", gone.get("/v1/users/me"));
  expect_problem(401, "token_invalid",
                 gone.put("/v1/auth/update-password",
                          Json::object({{"current_password", gone.password}, {"new_password", "a better password"}})));
}

// A time that is none must not keep the list from loading, and so everybody out.
TEST(EndedAccess, MayHaveATimeThatIsNone) {
  const auto gone = make_person();
  query("UPDATE users SET tokens_valid_after = 'infinity' WHERE id = $1::uuid", gone.id);
  outdate_token_list();
  expect_problem(401, "token_invalid", gone.get("/v1/users/me"));
  expect_status(200, make_person().get("/v1/users/me"));
  query("UPDATE users SET tokens_valid_after = now() WHERE id = $1::uuid", gone.id);
}
