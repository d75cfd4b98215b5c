#include "domain/message.h"

#include "unit/event_on_trial.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::domain;
using namespace ticketd::tests;

namespace {

std::string text_of(CommandKind kind, Outcome outcome, std::optional<Reason> reason = std::nullopt,
                    std::string_view title = "Jazz") {
  Command command;
  command.kind = kind;
  Decision decision;
  decision.outcome = outcome;
  decision.reason = reason;
  decision.place = 17;
  return outcome_message(command, decision, title).text;
}

}  // namespace

TEST_GROUP(Message){};

TEST(Message, NamesTheEventInEveryOutcome) {
  for (const auto outcome : {Outcome::confirmed, Outcome::waitlisted, Outcome::cancelled, Outcome::nothing_to_cancel,
                             Outcome::updated, Outcome::deleted})
    expect_contains("\"Jazz\"", text_of(CommandKind::book, outcome));
  expect_contains("\"Jazz\"", promoted_message("Jazz").text);
  expect_contains("\"Jazz\"", event_deleted_message("Jazz").text);
}

TEST(Message, NamesTheEventInEveryRejection) {
  for (const auto reason : {Reason::limit_reached, Reason::event_over, Reason::event_cancelled, Reason::not_event_owner,
                            Reason::capacity_below_confirmed})
    expect_contains("\"Jazz\"", text_of(CommandKind::book, Outcome::rejected, reason));
}

TEST(Message, TellsThePlaceInTheLine) { expect_contains("17", text_of(CommandKind::book, Outcome::waitlisted)); }

TEST(Message, TellsTheReasonOfARejection) {
  expect_contains("limit", text_of(CommandKind::book, Outcome::rejected, Reason::limit_reached));
  expect_contains("over", text_of(CommandKind::book, Outcome::rejected, Reason::event_over));
  expect_contains("cancelled", text_of(CommandKind::book, Outcome::rejected, Reason::event_cancelled));
}

TEST(Message, CallsABookingABookingAndAChangeAChange) {
  expect_contains("booking", text_of(CommandKind::book, Outcome::rejected, Reason::event_over));
  expect_contains("change", text_of(CommandKind::update_event, Outcome::rejected, Reason::not_event_owner));
}

TEST(Message, SaysSoWhereThereIsNoEvent) {
  expect_contains("no such event", text_of(CommandKind::book, Outcome::rejected, Reason::event_not_found, ""));
  expect_contains("no such event", text_of(CommandKind::cancel, Outcome::nothing_to_cancel, std::nullopt, ""));
  expect_lacks("\"\"", text_of(CommandKind::book, Outcome::rejected, Reason::event_not_found, ""));
  expect_lacks("\"\"", text_of(CommandKind::cancel, Outcome::nothing_to_cancel, std::nullopt, ""));
}

TEST(Message, HasAKindForEachOutcome) {
  Command command;
  Decision decision;
  decision.outcome = Outcome::waitlisted;
  CHECK_TRUE(outcome_message(command, decision, "Jazz").kind == NotificationKind::waitlisted);
  CHECK_TRUE(promoted_message("Jazz").kind == NotificationKind::promoted);
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
