// The drain: exactly once, in order, and what cannot be carried out is put aside alone.
#include "drain_rig.h"

namespace ticketd::tests {

TEST_GROUP_BASE(WorkerDrain, DrainTest){};

TEST(WorkerDrain, CommitsAndAcknowledges) {
  const auto event = make_event(1);
  const auto commands = submit(book_all(make_users(2), event));
  DrainRig().drain_all();
  expect_text("confirmed", outcome_of(commands[0]));
  expect_text("waitlisted", outcome_of(commands[1]));
  LONGS_EQUAL(0, queued());
}

TEST(WorkerDrain, ARedeliveredCommandTakesEffectOnce) {
  const auto event = make_event(5, 3);
  submit(book(make_user(), event));
  DrainRig rig;
  const auto entries = rig.read();
  for (int i = 0; i < 3; ++i) rig.drain.carry_out(entries);
  LONGS_EQUAL(1, count_bookings(event, "confirmed"));
  expect_text("", broken_rule(event));
}

TEST(WorkerDrain, TheSameCommandTwiceInOneBatchTakesEffectOnce) {
  const auto event = make_event(5, 3);
  const auto command = book(make_user(), event);
  submit({command, command});
  DrainRig().drain_all();
  LONGS_EQUAL(1, count_bookings(event, "confirmed"));
  LONGS_EQUAL(0, queued());
}

TEST(WorkerDrain, WhoAwaitsTheOutcomeIsWokenAfterTheCommit) {
  const auto command = resize(make_event(1), 7);
  CHECK(queue.submit(command, {}, true).ok());
  std::jthread worker([&] { DrainRig().drain_all(); });
  CHECK(queue.await_outcome(command.id, 5'000));
  expect_text("updated", outcome_of(command));
}

TEST(WorkerDrain, ADeletedEventTakesNoMoreBookings) {
  const auto event = make_event(1);
  submit(remove(event));
  DrainRig().drain_all();
  CHECK_FALSE(queue.submit(book(make_user(), event), {}).ok());
}

TEST(WorkerDrain, AStepOfAnEventThatGrowsHasAsManyPeopleAsItMay) {
  const auto event = make_event(1);
  carry_out(book_all(make_users(2'101), event));
  carry_out(resize(event, 5'000));
  DrainRig().drain.settle({&event, 1}, now(), 30);
  LONGS_EQUAL(2'031, count_bookings(event, "confirmed"));
  expect_text("", broken_rule(event));
}

TEST(WorkerDrain, APoisonCommandIsPutAsideAloneAndTheRestCommitsInOrder) {
  const auto event = make_event(2);
  const auto users = make_users(9);
  auto commands = book_all(users, event);
  const auto poison = book(fresh<UserId>(), event);
  commands.insert(commands.begin() + 4, poison);
  submit(commands);
  DrainRig().drain_all();
  expect_text("failed", outcome_of(poison));
  LONGS_EQUAL(1, dead_letters_of(poison));
  CHECK(users_in_state(event, "confirmed") == std::vector(users.begin(), users.begin() + 2));
  CHECK(users_in_state(event, "waitlisted") == std::vector(users.begin() + 2, users.end()));
  LONGS_EQUAL(0, queued());
}

TEST(WorkerDrain, TwoPoisonCommandsArePutAsideBoth) {
  const auto event = make_event(10);
  auto commands = book_all(make_users(6), event);
  commands.front().user = fresh<UserId>();
  commands.back().user = fresh<UserId>();
  submit(commands);
  DrainRig().drain_all();
  LONGS_EQUAL(1, dead_letters_of(commands.front()));
  LONGS_EQUAL(1, dead_letters_of(commands.back()));
  LONGS_EQUAL(4, count_bookings(event, "confirmed"));
}

TEST(WorkerDrain, APoisonCommandThatIsDeliveredAgainStaysFailed) {
  const auto poison = book(fresh<UserId>(), make_event());
  submit(poison);
  DrainRig rig;
  const auto entries = rig.read();
  rig.drain.carry_out(entries);
  rig.drain.carry_out(entries);
  LONGS_EQUAL(1, dead_letters_of(poison));
  expect_text("failed", outcome_of(poison));
}

TEST(WorkerDrain, ACommandWhoseNotificationIsTakenIsPutAsideToo) {
  const auto event = make_event();
  const auto first = book(make_user(), event);
  auto second = book(make_user(), event);
  second.notification = first.notification;
  submit({first, second});
  DrainRig().drain_all();
  expect_text("failed", outcome_of(second));
  LONGS_EQUAL(0, queued());
}

TEST(WorkerDrain, AnEntryThatCannotBeReadIsPutAside) {
  const auto good = submit(book(make_user(), make_event()));
  add_raw("refund");
  DrainRig().drain_all();
  LONGS_EQUAL(1,
              sql_number("SELECT count(*) FROM dead_letters WHERE command_id IS NULL AND command->>'kind' = 'refund'"));
  expect_text("confirmed", outcome_of(good));
  LONGS_EQUAL(0, queued());
}

TEST(WorkerDrain, AnEntryThatPostgreSQLCannotKeepIsPutAsideToo) {
  add_raw(std::string("a\0b", 3));
  add_raw("\xFF\xFE");
  DrainRig().drain_all();
  LONGS_EQUAL(0, queued());
}

TEST(WorkerDrain, ADateThatNoLongerFitsIsPutAside) {
  auto command = resize(make_event(), 5);
  changes_of(command).ends_at = now() - std::chrono::hours(1);
  submit(command);
  DrainRig().drain_all();
  CHECK(outcome_of(command) == "failed" || outcome_of(command) == "rejected");
  LONGS_EQUAL(0, queued());
}

TEST(WorkerDrain, AFullRedisDoesNotKeepTheQueueFull) {
  const auto event = make_event(5);
  submit(book_all(make_users(3), event));
  const FullRedis full(stores().queue);
  DrainRig().drain_all();
  LONGS_EQUAL(3, count_bookings(event, "confirmed"));
  LONGS_EQUAL(0, queued());
}

TEST(WorkerDrain, PromotesInOrderWhateverTheBatch) {
  for (const int batch_max : {1, 7, 500}) {
    const auto event = make_event(10);
    const auto users = make_users(60);
    auto commands = book_all(users, event);
    for (std::size_t i = 0; i < 25; ++i) commands.push_back(cancel(users[i], event));
    submit(commands);
    DrainRig(batch_max).drain_all();
    CHECK(users_in_state(event, "confirmed") == std::vector(users.begin() + 25, users.begin() + 35));
    CHECK(users_in_state(event, "waitlisted") == std::vector(users.begin() + 35, users.end()));
    expect_text("", broken_rule(event));
  }
}

}  // namespace ticketd::tests
