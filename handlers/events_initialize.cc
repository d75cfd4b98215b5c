// POST /v1/events/initialize: a new event of the caller.
#include "api/event_fields.h"
#include "api/event_reply.h"
#include "api/views.h"
#include "endpoint/event_quota.h"
#include "endpoint/serve.h"
#include "endpoint/submission.h"

using namespace ticketd;

// Is it the answer to a request for the same event, in whatever words? What was given to the first one is not compared.
static bool is_answer_for(const storage::Event& event, const Json& answer) {
  // Pools, types and a sales window stand for themselves, word for word.
  const Json made = answer["data"];
  const bool is_plain = made["pools"].size() <= 1 && made["pools"].at(0)["name"].is_null() &&
                        made["sales"]["start"].is_null() && made["sales"]["end"].is_null();
  if (event.edition >= domain::kEditionOfPools || !is_plain) return false;
  const auto wanted = *Json::parse(event_json(event, event.created_at).str());
  // A release that knew a field not yet has made an event as it is by default.
  const auto by_default = *Json::parse(event_json({}, event.created_at).str());
  for (const auto* field :
       {"title", "description", "location", "start_date_time", "end_date_time", "total_tickets", "max_per_user",
        "max_per_booking", "max_skips", "saving_stops_hours", "hold_minutes", "offer_minutes", "offer_stops_minutes",
        "confirmed_by", "line_closes", "visibility", "timezone"}) {
    if (!(wanted[field] == (made.has(field) ? made[field] : by_default[field]))) return false;
  }
  return true;
}

static Reply located(Reply reply, std::string_view id) {
  return reply.header("Location", "/v1/events/" + std::string(id));
}

static Answer initialize(App& app, const Request& request, UserId user) {
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  const auto now = app.clock.now();
  auto event = read_new_event(*body, EventId::make(now, app.random), now, app.random);
  if (!event.ok()) return event.refusal();
  event->owner = user;
  event->created_at = event->updated_at = now;
  const auto key = request.idempotency_key();
  if (!key.ok()) return key.refusal();
  if (*key && !claim_key(app, request, user, **key)) return Refusal{Code::idempotency_key_reused};

  const auto reply = http::success(201, "Event created successfully", event_details_json(*event, Reader::owner, now));
  const auto fingerprint = *key ? fingerprint_of(request, *body) : "";
  const auto replay = [&](const storage::IdempotencyClaim& first) -> Answer {
    const auto answer = Json::parse(first.answer).value_or(Json());
    if (!first.same_request && !is_answer_for(*event, answer)) return Refusal{Code::idempotency_key_reused};
    return located({201, reply.headers, first.answer}, answer["data"]["id"].text())
        .header("Idempotent-Replayed", "true");
  };
  return postgres::transact(app.database, [&](pqxx::work& tx) -> Answer {
    if (!storage::lock_user(tx, user)) return Refusal{Code::token_invalid};
    // A refused request leaves its key free.
    if (has_all_events(app, tx, user)) {
      const auto first = *key ? storage::find_idempotency_claim(tx, user, **key, fingerprint, now) : std::nullopt;
      return first ? replay(*first) : Refusal{Code::too_many_events};
    }
    if (*key) {
      const auto claim = storage::insert_idempotency_key(tx, user, **key, fingerprint, reply.body, now);
      if (!claim.claimed) return replay(claim);
    }
    storage::insert_event(tx, *event);
    if (event->edition >= domain::kEditionOfPools) storage::insert_pools_and_types(tx, event->id, *event);
    return located(reply, event->id.str());
  });
}

int main() { return serve("events-initialize", RateClass::booking, initialize, WaitsFor::database, kEventBodyBytes); }
