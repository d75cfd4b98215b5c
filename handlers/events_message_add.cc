// POST /v1/events/{event_id}/messages: what the organiser of an event writes to its people. A worker tells them.
#include "api/announcements.h"
#include "endpoint/admin.h"
#include "endpoint/own_event.h"
#include "endpoint/serve.h"
#include "endpoint/submission.h"

using namespace ticketd;

static Answer replay_of(const storage::IdempotencyClaim& first, Reply reply) {
  if (!first.same_request) return Refusal{Code::idempotency_key_reused};
  reply.body = first.answer;
  return reply.header("Idempotent-Replayed", "true");
}

static Answer add(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<EventId>("event_id");
  if (!id.ok()) return id.refusal();
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  auto message = read_message(in);
  if (!in.ok()) return in.refusal();
  const auto key = request.idempotency_key();
  if (!key.ok()) return key.refusal();
  if (*key && !claim_key(app, request, user, **key)) return Refusal{Code::idempotency_key_reused};

  const auto now = app.clock.now();
  message.id = AnnouncementId::make(now, app.random);
  message.event = *id;
  message.created_at = now;
  message.due_at = now;
  const auto reply = http::success(202, "Message submitted successfully", announcement_json(message));
  const auto fingerprint = *key ? fingerprint_of(request, *body) : "";
  return postgres::transact(app.database, [&](pqxx::work& tx) -> Answer {
    const auto event = lock_own_event(tx, *id, user);
    if (!event.ok()) return event.refusal();
    // A refused request leaves its key free.
    if (const auto first = *key ? storage::find_idempotency_claim(tx, user, **key, fingerprint, now) : std::nullopt)
      return replay_of(*first, reply);
    if (event->status != domain::EventStatus::open) return Refusal{Code::event_cancelled};
    if (const auto again_at = storage::find_next_message_time(tx, *id, now)) {
      const auto wait_s = std::chrono::ceil<seconds>(*again_at - now).count();
      return Refusal{Code::rate_limited, "Five messages were sent within a day; wait", {}, static_cast<int>(wait_s)};
    }
    if (!storage::insert_message(tx, message)) return Refusal{Code::event_over};
    if (*key) storage::insert_idempotency_key(tx, user, **key, fingerprint, reply.body, now);
    return acted_as(reply, request, user, event->owner);
  });
}

int main() { return serve("events-message-add", RateClass::booking, add); }
