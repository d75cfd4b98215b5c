#include "domain/message.h"

#include "unit/event_on_trial.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::domain;
using namespace ticketd::tests;

namespace {

std::string text_of(const Fact& fact, std::string_view title = "Jazz", CommandKind kind = CommandKind::book) {
  Command command;
  command.action = action_of(kind, {});
  return message_of({&command, std::string(title), fact}).value().text;
}

std::string rejection(Reason reason, CommandKind kind = CommandKind::book, std::string_view title = "Jazz") {
  return text_of(Rejected{reason, {}}, title, kind);
}

}  // namespace

TEST_GROUP(Message){};

TEST(Message, NamesTheEventInEveryFact) {
  for (const auto& fact :
       {Fact(Booked{}), Fact(Waitlisted{}), Fact(Cancelled{}), Fact(NothingToCancel{}), Fact(EventUpdated{}),
        Fact(EventDeleted{}), Fact(Promoted{}), Fact(HoldConfirmed{}), Fact(OrganiserConfirmed{}), Fact(HoldExpired{})})
    expect_contains("\"Jazz\"", text_of(fact));
  expect_contains("\"Jazz\"", event_deleted_message("Jazz").text);
  expect_contains("\"Jazz\"", event_moved_message("Jazz", Time{}, Time{}).text);
  expect_contains("\"Jazz\"", line_closed_message("Jazz", true).text);
  expect_text("\"Jazz\" begins at 1970-01-01T00:00:00.000Z.", reminder_message("Jazz", Time{}).text);
  expect_text("\"Jazz\": Doors\n\nThey open.", organiser_message("Jazz", "Doors", "They open.").text);
}

// A past event's guests are not told that it was cancelled, and so its owner is not told that they are.
TEST(Message, SaysWhetherAnyoneIsToldOfADeletion) {
  expect_contains("being told", text_of(EventDeleted{}));
  expect_lacks("told", text_of(EventDeleted{.was_over = true}));
}

TEST(Message, LeavesWhatConcernsManyToPieces) {
  const Command command;
  CHECK_FALSE(message_of({&command, "Jazz", EventMoved{}}).has_value());
  CHECK_FALSE(message_of({&command, "Jazz", LineClosed{}}).has_value());
}

// For whoever says it in another language.
TEST(Message, KeepsWhatItIsMadeOf) {
  const auto arguments = [](const Fact& fact) {
    Command command;
    command.action = Book{};
    return message_of({&command, "Jazz", fact})->arguments;
  };
  Booking booking;
  booking.quantity = 3;
  expect_text(R"({"quantity":3})", arguments(Booked{booking}));
  booking.accept_fewer = Remainder::drop;
  expect_text(R"({"quantity":3,"dropped":2})", arguments(Booked{booking, 2}));
  booking.accept_fewer = Remainder::keep;
  expect_text(R"({"quantity":3,"waits":2})", arguments(Promoted{booking, 2}));
  booking.state = BookingState::held;
  booking.held_until = Time{};
  expect_text(R"({"quantity":3,"until":"1970-01-01T00:00:00.000Z"})", arguments(Booked{booking}));
  expect_text(R"({"quantity":3,"place":7})", arguments(Waitlisted{booking, 7}));
  booking.state = BookingState::waitlisted;
  expect_text(R"({"waits":3})", arguments(BookingChanged{booking, 1}));
  booking.state = BookingState::confirmed;
  expect_text(R"({"quantity":3,"given_back":1})", arguments(BookingChanged{booking, 1}));
  expect_text(R"({"quantity":3,"given_back":1})", arguments(HoldConfirmed{booking, 1}));
  expect_text(R"({"reason":"event_over","command":"book"})", arguments(Rejected{Reason::event_over, {}}));
  expect_text("{}", arguments(Cancelled{}));
  expect_text(R"({"subject":"Doors"})", organiser_message("Jazz", "Doors", "They open.").arguments);
}

TEST(Message, IsNotTurnedRoundByATitle) {
  expect_text("Your ticket for \"\u2068\u202eevil\u2069\" is booked.", text_of(Booked{}, "\u202eevil"));
  expect_contains("\"\u2068חג\u2069\"", rejection(Reason::event_over, CommandKind::book, "חג"));
}

TEST(Message, NamesTheEventInEveryRejection) {
  for (const auto reason : {Reason::limit_reached, Reason::event_over, Reason::event_cancelled, Reason::not_event_owner,
                            Reason::capacity_below_confirmed, Reason::line_closed, Reason::not_held,
                            Reason::offer_expired, Reason::not_yours_to_confirm})
    expect_contains("\"Jazz\"", rejection(reason));
}

TEST(Message, TellsUntilWhenSeatsAreHeld) {
  Booking held;
  held.state = BookingState::held;
  held.held_until = from_epoch_ms(1'800'000'000'000);
  expect_contains("held for you until 2027-01-15T08:00:00.000Z", text_of(Booked{held}));
  expect_contains("held for you until 2027-01-15T08:00:00.000Z", text_of(Promoted{held}));
}

TEST(Message, TellsWhoseSeatsAreConfirmed) {
  Command command;
  command.user = numbered<UserId>(1);
  Booking booking;
  booking.user = command.user;
  expect_contains("Your ticket", message_of({&command, "Jazz", HoldConfirmed{booking}})->text);
  booking.user = numbered<UserId>(2);
  expect_contains("You confirmed 1 ticket", message_of({&command, "Jazz", HoldConfirmed{booking}})->text);
  expect_contains("Your ticket", message_of({&command, "Jazz", OrganiserConfirmed{booking}})->text);
}

TEST(Message, SaysThatAnEventIsSoldOutIfItHasOnePool) {
  expect_contains("is sold out", text_of(Waitlisted{}));
  expect_contains("no seat of this kind", text_of(Waitlisted{{}, 1, true}));
}

TEST(Message, TellsThePlaceInTheWaitingList) { expect_contains("17", text_of(Waitlisted{{}, 17})); }

TEST(Message, TellsHowManyTicketsThereAreAndAreMissing) {
  Booking four;
  four.quantity = 4;
  expect_text("Your 4 tickets for \"Jazz\" are booked.", text_of(Booked{four}));
  expect_contains("has no 4 seats free", text_of(Waitlisted{four, 1}));
  four.accept_fewer = Remainder::keep;
  expect_text("Your 4 tickets for \"Jazz\" are booked. You wait for the other 2.", text_of(Booked{four, 2}));
  expect_contains("your 4 tickets for \"Jazz\" are booked. You wait for the other 2.", text_of(Promoted{four, 2}));
  four.accept_fewer = Remainder::drop;
  expect_contains("There were no more free.", text_of(Booked{four, 2}));
}

TEST(Message, TellsWhatIsLeftOfABooking) {
  Booking three;
  three.quantity = 3;
  expect_text("You gave back 1 ticket for \"Jazz\", and keep 3.", text_of(BookingChanged{three, 1}));
  three.state = BookingState::waitlisted;
  expect_text("You wait for 3 tickets for \"Jazz\" now.", text_of(BookingChanged{three, 1}));
}

TEST(Message, TellsTheReasonOfARejection) {
  expect_contains("limit", rejection(Reason::limit_reached));
  expect_contains("over", rejection(Reason::event_over));
  expect_contains("cancelled", rejection(Reason::event_cancelled));
}

TEST(Message, CallsABookingABookingAndAChangeAChange) {
  expect_contains("booking", rejection(Reason::event_over));
  expect_contains("change", rejection(Reason::not_event_owner, CommandKind::update_event));
}

TEST(Message, SaysSoWhereThereIsNoEvent) {
  expect_contains("no such event", rejection(Reason::event_not_found, CommandKind::book, ""));
  expect_contains("no such event", text_of(NothingToCancel{}, ""));
  expect_lacks("\"\"", rejection(Reason::event_not_found, CommandKind::book, ""));
  expect_lacks("\"\"", text_of(NothingToCancel{}, ""));
}

TEST(Message, HasAKindForEachFact) {
  Command command;
  CHECK_TRUE(message_of({&command, "Jazz", Waitlisted{}})->kind == NotificationKind::waitlisted);
  CHECK_TRUE(message_of({&command, "Jazz", Promoted{}})->kind == NotificationKind::promoted);
  CHECK_TRUE(failed_message(CommandKind::book).kind == NotificationKind::failed);
  expect_text("event_deleted", name_of(event_deleted_message("Jazz").kind));
  expect_text("nothing_to_cancel", name_of(NotificationKind::nothing_to_cancel));
}

TEST(Message, SaysThatItIsBeingProcessed) {
  for (const auto kind : {CommandKind::book, CommandKind::cancel, CommandKind::update_event, CommandKind::delete_event})
    expect_contains("is being processed", processing_text(kind));
}

TEST(Message, SaysOfAFailureWhatFailed) {
  expect_contains("cancellation", failed_message(CommandKind::cancel).text);
  expect_contains("booking", failed_message(CommandKind::book).text);
  expect_contains("change", failed_message(CommandKind::update_event).text);
}
