#include "support/checks.h"
#include "support/person.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP(UsersMe){};

TEST(UsersMe, TellsWhoIAm) {
  const auto person = register_person();
  const auto reply = person.get("/v1/users/me");
  expect_success(200, "user found", reply);
  expect_user(reply.data());
  expect_text(person.id, reply.data()["id"].text());
  expect_text(person.email, reply.data()["email"].text());
  expect_text("Ada", reply.data()["name"].text());
}

TEST(UsersMe, IsNotForCachesToShare) {
  const auto reply = make_person().get("/v1/users/me");
  expect_text("no-store", reply.header("cache-control"));
}
