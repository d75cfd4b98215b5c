#include "domain/command.h"

#include "support/fakes.h"
#include "unit/expect.h"

using namespace ticketd::domain;
using namespace ticketd::tests;

TEST_GROUP(CommandKind){};

TEST(CommandKind, ReadsBackEveryName) {
  for (const auto kind : {CommandKind::book, CommandKind::cancel, CommandKind::update_event, CommandKind::delete_event})
    CHECK_TRUE(parse_command_kind(name_of(kind)) == kind);
  expect_text("update_event", name_of(CommandKind::update_event));
}

TEST_GROUP(Command){};

TEST(Command, AsksForTheSameWhateverItsIdsAndTimes) {
  ticketd::tests::SeededRandom random;
  const auto now = ticketd::from_epoch_ms(1'800'000'000'000);
  const auto user = ticketd::UserId::make(now, random);
  const auto event = ticketd::EventId::make(now, random);
  const auto made = [&](Action action, ticketd::EventId of) {
    return Command{ticketd::CommandId::make(now, random),      user, of, std::move(action),
                   ticketd::NotificationId::make(now, random), now,  "r"};
  };
  const auto booking = [&] { return ticketd::BookingId::make(now, random); };
  CHECK_TRUE(ask_the_same(made(Book{booking()}, event), made(Book{booking()}, event)));
  CHECK_FALSE(ask_the_same(made(Book{booking()}, event), made(Book{booking()}, ticketd::EventId::make(now, random))));
  CHECK_FALSE(ask_the_same(made(Cancel{booking()}, event), made(Cancel{booking()}, event)));
  CHECK_FALSE(ask_the_same(made(Book{booking()}, event), made(Cancel{}, event)));
  CHECK_TRUE(ask_the_same(made(Cancel{}, event), made(Cancel{}, event)));
}

TEST(CommandKind, RefusesEveryOtherName) {
  for (const auto* name : {"", "Book", "book ", "promote"}) CHECK_FALSE(parse_command_kind(name).has_value());
}
