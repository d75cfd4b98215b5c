#include "domain/command.h"

#include "unit/expect.h"

using namespace ticketd::domain;
using namespace ticketd::tests;

TEST_GROUP(CommandKind){};

TEST(CommandKind, ReadsBackEveryName) {
  for (const auto kind : {CommandKind::book, CommandKind::cancel, CommandKind::update_event, CommandKind::delete_event})
    CHECK_TRUE(parse_command_kind(name_of(kind)) == kind);
  expect_text("update_event", name_of(CommandKind::update_event));
}

TEST(CommandKind, RefusesEveryOtherName) {
  for (const auto* name : {"", "Book", "book ", "promote"}) CHECK_FALSE(parse_command_kind(name).has_value());
}
