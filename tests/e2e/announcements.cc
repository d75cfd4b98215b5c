// What an event's people are told at once: messages of its organiser, and a reminder before it begins.
#include <set>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/group_steps.h"
#include "support/stack.h"
#include "support/stack_database.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using std::chrono::hours;
using std::chrono::minutes;
using ticketd::Json;

namespace {

std::string messages_path(const std::string& event) { return "/v1/events/" + event + "/messages"; }

Json news(const char* audience = "all", const std::string& subject = "Doors open later",
          const std::string& text = "We open at half past seven.\nBring a lamp.") {
  return Json::object({{"audience", audience}, {"subject", subject}, {"text", text}});
}

Response write_to(const Person& who, const std::string& event, const Json& body, const std::string& key = {}) {
  return who.post(messages_path(event), body,
                  key.empty() ? std::vector<std::string>{} : std::vector{"Idempotency-Key: " + key});
}
Response remind(const Person& who, const std::string& event, const Json& hours_before) {
  return who.put("/v1/events/" + event + "/reminder", Json::object({{"hours_before", hours_before}}));
}

// A page of an event's announcements, with `data` and `pagination`.
Json page_of(const Person& owner, const std::string& event, const std::string& parameters = "") {
  const auto reply = owner.get(messages_path(event) + parameters);
  expect_success(200, "messages found", reply);
  return reply.data();
}

// The newest, once everybody is told.
Json await_told(const Person& owner, const std::string& event) {
  Json newest;
  const auto is_done = [&] { return (newest = page_of(owner, event)["data"].at(0))["due_at"].is_null(); };
  expect(await(is_done), "everybody is told within 10 s");
  return newest;
}

// How many notifications of the kind this person has of the event.
std::int64_t told(const Person& person, const std::string& event, const char* kind = "organiser_message") {
  return count("SELECT count(*) FROM notifications WHERE user_id = $1::uuid AND event_id = $2::uuid AND kind = $3",
               person.id, event, kind);
}

void expect_announcement(const Json& it, const std::string& event, const char* kind, Where where = Where::current()) {
  expect(is_uuid(it["id"]) && is_wire_time(it["created_at"]), "an id and a time: " + it.dump(), where);
  expect_text(event, it["event_id"].text(), where);
  expect_text(kind, it["kind"].text(), where);
  const bool is_message = std::string_view(kind) == "message";
  for (const char* field : {"subject", "text"})
    expect(it.has(field) && it[field].is_null() != is_message, std::string(field) + " of " + it.dump(), where);
  expect(it.has("hours_before") && it["hours_before"].is_null() == is_message, "hours of " + it.dump(), where);
  expect(it["told"].is_integer() && it.has("due_at") && (it["due_at"].is_null() || is_wire_time(it["due_at"])),
         "who was told, and when: " + it.dump(), where);
}

// In so long from now, give or take a minute.
void expect_due_in(std::chrono::milliseconds delay, const Json& it, Where where = Where::current()) {
  const std::string due(it["due_at"].text());
  expect(time_in(delay - minutes(1)) < due && due < time_in(delay + minutes(1)), "due then: " + it.dump(), where);
}

Json dates(std::chrono::milliseconds starts_in) {
  return Json::object({{"start_date_time", time_in(starts_in)}, {"end_date_time", time_in(starts_in + hours(2))}});
}

}  // namespace

TEST_GROUP_BASE(Messages, FriendsTest) {
  const std::string title = fresh_title();

  // Ann and Bob have its seats, and Cid waits.
  std::string full_event() const {
    const auto event = create_event(owner, {.tickets = 2, .title = title});
    expect_text("confirmed", book_outcome(ann, event));
    expect_text("confirmed", book_outcome(bob, event));
    expect_text("waitlisted", book_outcome(cid, event));
    return event;
  }
  // "1 1 0 0": of Ann, Bob, Cid and the owner, once all are told.
  std::string told_in(const std::string& event) const {
    await_told(owner, event);
    std::string text;
    for (const auto* person : {&ann, &bob, &cid, &owner})
      text += (text.empty() ? "" : " ") + std::to_string(told(*person, event));
    return text;
  }
};

TEST(Messages, AreAcceptedAndToldAMomentLater) {
  const auto event = full_event();
  const auto reply = write_to(owner, event, news("confirmed"));
  expect_success(202, "Message submitted successfully", reply);
  expect_announcement(reply.data(), event, "message");
  expect_text("Doors open later", reply.data()["subject"].text());
  expect_text("We open at half past seven.\nBring a lamp.", reply.data()["text"].text());
  expect_number(0, reply.data()["told"]);
  CHECK_TRUE(is_wire_time(reply.data()["due_at"]));
  const Json done = await_told(owner, event);
  expect_text(reply.data()["id"].text(), done["id"].text());
  expect_number(2, done["told"]);
}

TEST(Messages, AreNotificationsWithTitleSubjectAndText) {
  const auto event = full_event();
  write_to(owner, event, news("confirmed"));
  const Json got = await_notification(ann, "organiser_message");
  expect_notification(got);
  expect_text("\"" + title + "\": Doors open later\n\nWe open at half past seven.\nBring a lamp.",
              got["message"].text());
  expect_text(event, got["event_id"].text());
}

TEST(Messages, ReachThoseWithSeats) {
  const auto event = full_event();
  write_to(owner, event, news("confirmed"));
  expect_text("1 1 0 0", told_in(event));
}

TEST(Messages, ReachThoseWhoWait) {
  const auto event = full_event();
  write_to(owner, event, news("waiting"));
  expect_text("0 0 1 0", told_in(event));
}

TEST(Messages, ReachAllOfThemButWhoCancelled) {
  const auto event = create_event(owner, {.tickets = 5});
  for (const auto* person : {&ann, &bob}) book_outcome(*person, event);
  cancel_outcome(bob, event);
  write_to(owner, event, news("all"));
  expect_text("1 0 0 0", told_in(event));
}

TEST(Messages, ReachThoseWhoseSeatsAreHeldWithAllTheOthersAlone) {
  const auto event = create_group_event(owner, 2, {{"hold_minutes", 30}});
  expect_text("held", book_group(ann, event, 1)["outcome"].text());
  expect_text("held", book_group(bob, event, 1)["outcome"].text());
  expect_text("waitlisted", book_group(cid, event, 1)["outcome"].text());
  await_request(bob, confirm(bob, booking_of_event(bob, event)));
  write_to(owner, event, news("confirmed"));
  expect_text("0 1 0 0", told_in(event));
  write_to(owner, event, news("all"));
  expect_text("1 2 1 0", told_in(event));
}

TEST(Messages, ReachEachPersonOnceWhateverTheyBooked) {
  const auto event = create_group_event(owner, 3);
  book_group(ann, event, 1);
  book_group(ann, event, 2);
  expect_text("waitlisted", book_group(ann, event, 1)["outcome"].text());
  expect_text("waitlisted", book_group(bob, event, 1)["outcome"].text());
  write_to(owner, event, news("all"));
  expect_text("1 1 0 0", told_in(event));
  expect_number(2, page_of(owner, event)["data"].at(0)["told"]);
}

TEST(Messages, ReachPeopleAfterTheEndToo) {
  const auto event = full_event();
  query(
      "UPDATE events SET start_date_time = now() - interval '2 hours', end_date_time = now() - interval '1 hour' "
      "WHERE id = $1::uuid",
      event);
  expect_status(202, write_to(owner, event, news("confirmed")));
  expect_text("1 1 0 0", told_in(event));
}

TEST(Messages, NeedAudienceSubjectAndText) {
  const auto event = create_event(owner);
  expect_bad_fields({"audience", "subject", "text"}, write_to(owner, event, Json::object()));
  expect_bad_fields({"audience", "subject", "text"}, write_to(owner, event, news("everybody", " ", "\n")));
  for (const auto& none : {Json(7), Json(true), Json::array(), Json()}) {
    for (const char* field : {"audience", "subject", "text"})
      expect_bad_fields({field}, write_to(owner, event, news().set(field, none)));
  }
  LONGS_EQUAL(0, page_of(owner, event)["data"].size());
}

TEST(Messages, HaveASubjectAndATextOfBoundedLength) {
  const auto event = create_event(owner);
  const auto repeated = [](std::size_t times) {
    std::string text(2 * times, '\xc3');
    for (std::size_t i = 1; i < text.size(); i += 2) text[i] = '\xa9';
    return text;
  };
  expect_bad_fields({"subject"}, write_to(owner, event, news("all", repeated(121))));
  expect_bad_fields({"text"}, write_to(owner, event, news("all", "News", repeated(2001))));
  const auto reply = write_to(owner, event, news("all", repeated(120), repeated(2000)));
  expect_status(202, reply);
  expect_text(repeated(2000), reply.data()["text"].text());
}

TEST(Messages, AreTheOrganisersAlone) {
  const auto event = full_event();
  for (const auto* person : {&ann, &cid}) {
    expect_problem(403, "not_event_owner", write_to(*person, event, news()));
    expect_problem(403, "not_event_owner", person->get(messages_path(event)));
  }
  expect_problem(404, "event_not_found", write_to(owner, fresh_uuid(), news()));
  expect_problem(404, "event_not_found", owner.get(messages_path(fresh_uuid())));
  expect_problem(400, "invalid_id", write_to(owner, "seven", news()));
  expect_problem(400, "invalid_id", owner.get(messages_path("seven")));
}

TEST(Messages, AreNotSentOfACancelledEvent) {
  const auto event = full_event();
  expect_status(200, owner.del("/v1/events/" + event));
  expect_problem(409, "event_cancelled", write_to(owner, event, news()));
  LONGS_EQUAL(0, page_of(owner, event)["data"].size());
}

TEST(Messages, AreFiveInADay) {
  const auto event = create_event(owner);
  for (int i = 0; i < 5; ++i) expect_status(202, write_to(owner, event, news()));
  const auto sixth = write_to(owner, event, news());
  expect_problem(429, "rate_limited", sixth);
  const auto wait_s = std::stoi(sixth.header("retry-after"));
  CHECK_TRUE(86'000 < wait_s && wait_s <= 86'400);
  LONGS_EQUAL(5, page_of(owner, event)["data"].size());
  expect_status(202, write_to(owner, create_event(owner), news()));
  query("UPDATE announcements SET created_at = created_at - interval '24 hours' WHERE event_id = $1::uuid", event);
  expect_status(202, write_to(owner, event, news()));
}

TEST(Messages, AreSentOnceWithAnIdempotencyKey) {
  const auto event = full_event(), key = fresh_uuid();
  const auto first = write_to(owner, event, news("confirmed"), key);
  expect_status(202, first);
  CHECK_FALSE(first.has_header("idempotent-replayed"));
  for (int i = 0; i < 6; ++i) {
    const auto again = write_to(owner, event, news("confirmed"), key);
    expect_status(202, again);
    expect_text(first.body, again.body);
    expect_text("true", again.header("idempotent-replayed"));
  }
  expect_text("1 1 0 0", told_in(event));
  LONGS_EQUAL(1, page_of(owner, event)["data"].size());
}

TEST(Messages, AreRefusedUnderTheKeyOfAnotherRequest) {
  const auto event = create_event(owner), other = create_event(owner), key = fresh_uuid();
  expect_status(202, write_to(owner, event, news(), key));
  expect_problem(422, "idempotency_key_reused", write_to(owner, event, news("waiting"), key));
  expect_problem(422, "idempotency_key_reused", write_to(owner, other, news(), key));
  expect_problem(422, "idempotency_key_reused", book(owner, event, key));
  expect_status(202, write_to(ann, create_event(ann), news(), key));
}

TEST(Messages, ComeInPagesNewestFirst) {
  const auto event = create_event(owner);
  for (const char* subject : {"First", "Second", "Third"})
    expect_status(202, write_to(owner, event, news("all", subject)));
  const Json first = page_of(owner, event, "?limit=2");
  const std::string cursor(first["pagination"]["next_cursor"].text());
  const Json second = page_of(owner, event, "?limit=2&cursor=" + cursor);
  LONGS_EQUAL(2, first["data"].size());
  LONGS_EQUAL(1, second["data"].size());
  CHECK_TRUE(second["pagination"]["next_cursor"].is_null());
  std::set<std::string> subjects;
  std::string before = "9";
  for (const auto& each : {first["data"].at(0), first["data"].at(1), second["data"].at(0)}) {
    const std::string at(each["created_at"].text());
    CHECK_TRUE(at <= before);
    before = at;
    subjects.emplace(each["subject"].text());
  }
  LONGS_EQUAL(3, subjects.size());
  expect_bad_fields({"limit", "cursor"}, owner.get(messages_path(event) + "?limit=101&cursor=x"));
  expect_bad_fields({"cursor"}, owner.get(messages_path(create_event(owner)) + "?cursor=" + cursor));
}

TEST_GROUP_BASE(Reminders, FriendsTest) {
  const std::string title = fresh_title();

  // Ann has the seat, and Bob waits.
  std::string event_in(std::chrono::milliseconds starts_in) const {
    const auto event = create_event(owner, {.title = title, .starts_in = starts_in});
    expect_text("confirmed", book_outcome(ann, event));
    expect_text("waitlisted", book_outcome(bob, event));
    return event;
  }
  Json must_remind(const std::string& event, const Json& hours_before) const {
    const auto reply = remind(owner, event, hours_before);
    expect_success(200, "Reminder updated successfully", reply);
    return reply.data();
  }
  // Its time has come.
  void let_it_be_told(const std::string& event) const {
    query("UPDATE announcements SET due_at = now() WHERE event_id = $1::uuid", event);
    await_told(owner, event);
  }
};

TEST(Reminders, AreDueSoLongBeforeTheStart) {
  const auto event = create_event(owner, {.starts_in = hours(25)});
  const Json reminder = must_remind(event, 24);
  expect_announcement(reminder, event, "reminder");
  expect_number(24, reminder["hours_before"]);
  expect_due_in(hours(1), reminder);
  const Json listed = page_of(owner, event)["data"];
  LONGS_EQUAL(1, listed.size());
  expect_text(reminder.dump(), listed.at(0).dump());
}

TEST(Reminders, TellThoseWithSeats) {
  const auto event = event_in(hours(25));
  must_remind(event, 24);
  let_it_be_told(event);
  const Json got = notification_of(ann, "reminder");
  expect_notification(got);
  expect_contains("\"" + title + "\" begins at ", got["message"].text());
  expect_text(event, got["event_id"].text());
  for (const auto* person : {&bob, &cid, &owner}) LONGS_EQUAL(0, told(*person, event, "reminder"));
  const Json done = page_of(owner, event)["data"].at(0);
  expect_number(1, done["told"]);
  CHECK_TRUE(done["due_at"].is_null());
}

// What is told of the message behind it shows that there was time to tell it.
TEST(Reminders, TellNobodyWhereTheirTimeIsPast) {
  const auto event = event_in(hours(2));
  CHECK_TRUE(must_remind(event, 3)["due_at"].is_null());
  expect_status(202, write_to(owner, event, news("confirmed")));
  await_told(owner, event);
  LONGS_EQUAL(1, told(ann, event));
  LONGS_EQUAL(0, told(ann, event, "reminder"));
}

TEST(Reminders, AreReplaced) {
  const auto event = create_event(owner, {.starts_in = hours(25)});
  must_remind(event, 24);
  expect_due_in(hours(13), must_remind(event, 12));
  const Json listed = page_of(owner, event)["data"];
  LONGS_EQUAL(1, listed.size());
  expect_number(12, listed.at(0)["hours_before"]);
}

TEST(Reminders, AreTakenAway) {
  const auto event = event_in(hours(25));
  must_remind(event, 24);
  for (int i = 0; i < 2; ++i) CHECK_TRUE(must_remind(event, Json()).is_null());
  LONGS_EQUAL(0, page_of(owner, event)["data"].size());
}

TEST(Reminders, MoveWithTheEvent) {
  const auto event = create_event(owner, {.starts_in = hours(25)});
  must_remind(event, 24);
  expect_status(200, owner.patch("/v1/events/" + event, dates(hours(27))));
  expect_due_in(hours(3), page_of(owner, event)["data"].at(0));
  expect_status(200, owner.patch("/v1/events/" + event, dates(hours(2))));
  CHECK_TRUE(page_of(owner, event)["data"].at(0)["due_at"].is_null());
}

TEST(Reminders, AreToldAgainOfAnotherDate) {
  const auto event = event_in(hours(25));
  must_remind(event, 24);
  let_it_be_told(event);
  expect_status(200, owner.patch("/v1/events/" + event, dates(hours(50))));
  const Json moved = page_of(owner, event)["data"].at(0);
  expect_due_in(hours(26), moved);
  let_it_be_told(event);
  LONGS_EQUAL(2, told(ann, event, "reminder"));
}

TEST(Reminders, NeedOneHourToTwoWeeks) {
  const auto event = create_event(owner, {.starts_in = hours(24 * 20)});
  expect_bad_fields({"hours_before"}, owner.put("/v1/events/" + event + "/reminder", Json::object()));
  for (const auto& bad : {Json(0), Json(337), Json(-1), Json("24"), Json(true), Json::array(), *Json::parse("1.5")})
    expect_bad_fields({"hours_before"}, remind(owner, event, bad));
  for (int good : {1, 336}) expect_number(good, must_remind(event, good)["hours_before"]);
}

TEST(Reminders, AreTheOrganisersAlone) {
  const auto event = event_in(hours(25));
  expect_problem(403, "not_event_owner", remind(ann, event, 24));
  expect_problem(404, "event_not_found", remind(owner, fresh_uuid(), 24));
  expect_problem(400, "invalid_id", remind(owner, "seven", 24));
}

TEST(Reminders, AreNotForWhatHasBegunOrIsCancelled) {
  const auto begun = create_event(owner), cancelled = create_event(owner);
  query("UPDATE events SET start_date_time = now() - interval '1 hour' WHERE id = $1::uuid", begun);
  expect_problem(409, "event_over", remind(owner, begun, 24));
  expect_problem(409, "event_over", remind(owner, create_ended_event(owner), 24));
  expect_status(200, owner.del("/v1/events/" + cancelled));
  expect_problem(409, "event_cancelled", remind(owner, cancelled, 24));
}
