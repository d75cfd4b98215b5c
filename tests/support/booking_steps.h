// The steps that most stories are made of: an event, a booking, its outcome.
#pragma once
#include <chrono>
#include <string>

#include "base/json.h"
#include "support/person.h"

namespace ticketd::e2e {

struct EventPlan {
  std::int64_t tickets = 1;
  std::int64_t max_per_user = 1;
  std::string title = {};  // empty: fresh_title()
  std::chrono::milliseconds starts_in = std::chrono::hours(24);
  std::chrono::milliseconds lasts = std::chrono::hours(2);
};

// A title that no other event has, in one word that a search finds.
std::string fresh_title();

// `delay` from now, as the API takes it.
std::string time_in(std::chrono::milliseconds delay);

// The body of POST /v1/events/initialize.
Json event_body(const EventPlan& plan = {});

// Each fails the test unless the API takes it. Returns the event's id.
std::string create_event(const Person& owner, const EventPlan& plan = {});

// An event that ended before this returns.
std::string create_ended_event(const Person& owner, const EventPlan& plan = {});

Response book(const Person& person, const std::string& event_id, const std::string& idempotency_key = {});
Response cancel(const Person& person, const std::string& event_id, const std::string& idempotency_key = {});
Request booking_of(const Person& person, const std::string& event_id);

// Polls the request behind a 202 until it is no longer queued, through any 503 on the way. Fails the test after 10 s,
// or where `accepted` is no 202.
Json await_request(const Person& person, const Response& accepted);

// Book or cancel, then the outcome: confirmed, waitlisted, rejected, cancelled, nothing_to_cancel.
std::string book_outcome(const Person& person, const std::string& event_id);
std::string cancel_outcome(const Person& person, const std::string& event_id);

// People who have booked one after the other; their outcomes are known.
std::vector<Person> people_who_booked(std::size_t count, const std::string& event_id);

// GET …/status as this user sees it.
Json status_of(const Person& person, const std::string& event_id);

// This user's newest booking of the event; null where there is none.
Json booking_of_event(const Person& person, const std::string& event_id);

// This user's newest notification of the kind; null where there is none.
Json notification_of(const Person& person, const std::string& kind);
// The same, once it is there: what many are told is told one after the other. Null if it is not within ten seconds.
Json await_notification(const Person& person, const std::string& kind);

}  // namespace ticketd::e2e
