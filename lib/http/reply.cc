#include "http/reply.h"

#include <sodium.h>

#include <array>

#include "base/hex.h"

namespace ticketd::http {
namespace {

struct Kind {
  int status;
  std::string_view name;
  std::string_view message;
};

// The one place that says how a refusal looks on the wire. No default: a new code does not compile until it is here.
Kind kind_of(Code code) {
  switch (code) {
    case Code::invalid_json: return {400, "invalid_json", "The body is not valid JSON"};
    case Code::validation_failed: return {400, "validation_failed", "Some fields are missing or wrong; see errors"};
    case Code::invalid_id: return {400, "invalid_id", "The id must be a UUID"};
    case Code::wrong_password: return {400, "wrong_password", "The current password is wrong"};
    case Code::quantity_over_limit:
      return {400, "quantity_over_limit", "One booking may not have so many tickets; ask for fewer"};
    case Code::invalid_link: return {400, "invalid_link", "The link has expired, or was used; ask for another one"};
    case Code::token_missing:
      return {401, "token_missing", "Send your access token: Authorization: Bearer <access_token>"};
    case Code::token_invalid: return {401, "token_invalid", "The access token is not valid; log in again"};
    case Code::token_expired: return {401, "token_expired", "The access token has expired; refresh it"};
    case Code::invalid_credentials: return {401, "invalid_credentials", "Invalid email or password"};
    case Code::invalid_refresh_token:
      return {401, "invalid_refresh_token", "The refresh token is not valid any more; log in again"};
    case Code::not_event_owner:
      return {403, "not_event_owner", "Only the owner of the event may do this; log in as its owner"};
    case Code::not_yours_to_confirm:
      return {403, "not_yours_to_confirm", "The event says whose yes confirms its bookings, and it is not yours"};
    case Code::email_not_verified:
      return {403, "email_not_verified", "Confirm your email address first: the link to do so was sent to it"};
    case Code::route_not_found:
      return {404, "route_not_found", "There is nothing at this path; /docs lists what there is"};
    case Code::event_not_found: return {404, "event_not_found", "Event not found"};
    case Code::booking_not_found: return {404, "booking_not_found", "Booking not found"};
    case Code::ticket_type_not_found:
      return {404, "ticket_type_not_found", "The event has no such ticket type, or it needs another access code"};
    case Code::pool_not_found: return {404, "pool_not_found", "The event has no such pool"};
    case Code::request_not_found: return {404, "request_not_found", "Request not found"};
    case Code::calendar_not_found:
      return {404, "calendar_not_found", "There is no calendar at this address, or not any more"};
    case Code::webhook_not_found: return {404, "webhook_not_found", "Webhook not found"};
    case Code::delivery_not_found: return {404, "delivery_not_found", "Delivery not found; it is kept for seven days"};
    case Code::ticket_not_found: return {404, "ticket_not_found", "The booking has no such ticket"};
    case Code::checkin_not_found: return {404, "checkin_not_found", "The event has no such check-in"};
    case Code::email_taken:
      return {409, "email_taken", "An account with this email exists already; log in, or take another address"};
    case Code::mail_off: return {409, "mail_off", "This service sends no mail; ask whoever runs it for help"};
    case Code::webhooks_off:
      return {409, "webhooks_off", "This service sends no webhooks; ask whoever runs it for them"};
    case Code::webhook_disabled:
      return {409, "webhook_disabled", "The webhook is switched off; set enabled to true before"};
    case Code::too_many_webhooks:
      return {409, "too_many_webhooks", "You have as many webhooks as one person may; delete one"};
    case Code::event_over: return {409, "event_over", "The event is over; it takes no more bookings"};
    case Code::event_cancelled: return {409, "event_cancelled", "The event was cancelled, and its bookings with it"};
    case Code::capacity_below_confirmed:
      return {409, "capacity_below_confirmed",
              "More tickets are booked or held back than that; offer at least as many"};
    case Code::not_waiting:
      return {409, "not_waiting", "The booking does not wait for a seat; only one that waits can be changed"};
    case Code::not_held: return {409, "not_held", "No seats are held for this booking; there is nothing to confirm"};
    case Code::offer_expired:
      return {409, "offer_expired", "The seats were not confirmed in time; book again, or join the waiting list"};
    case Code::sale_not_started:
      return {409, "sale_not_started", "These tickets are not on sale yet; Retry-After says when they are"};
    case Code::sale_ended: return {409, "sale_ended", "These tickets are not on sale any more"};
    case Code::type_has_bookings:
      return {409, "type_has_bookings", "The ticket type has bookings; it stays in the pool whose seats they have"};
    case Code::ticket_admitted: return {409, "ticket_admitted", "Somebody was let in with this ticket"};
    case Code::line_not_empty: return {409, "line_not_empty", "People wait for these seats; release them to the line"};
    case Code::too_many_events:
      return {409, "too_many_events",
              "You have as many events as one person may; delete one, or wait until one is over"};
    case Code::organises_events:
      return {409, "organises_events",
              "You organise events that are not over; send cancel_events: true to cancel them, or wait"};
    case Code::precondition_failed:
      return {412, "precondition_failed", "The event has changed since you read it; read it again, then decide"};
    case Code::body_too_large: return {413, "body_too_large", "The body has more bytes than are taken here; send less"};
    case Code::unsupported_media_type:
      return {415, "unsupported_media_type", "Send JSON with Content-Type: application/json"};
    case Code::idempotency_key_reused:
      return {422, "idempotency_key_reused", "This Idempotency-Key was used with another request; take a new one"};
    case Code::rate_limited: return {429, "rate_limited", "Too many requests; wait and try again"};
    case Code::queue_full: return {503, "queue_full", "Too many bookings are waiting to be processed; try again"};
    case Code::queue_unavailable: return {503, "queue_unavailable", "Bookings cannot be accepted right now; try again"};
    case Code::database_unavailable:
      return {503, "database_unavailable", "The database cannot be reached right now; try again"};
    case Code::busy: return {503, "busy", "The service is busy; try again"};
    case Code::internal_error:
      return {500, "internal_error", "Something went wrong on our side; if it stays, report the request_id"};
  }
  return {500, "internal_error", "Something went wrong on our side; if it stays, report the request_id"};
}

// RFC 6750, section 3: an error only for a token that was sent, one that has expired included.
const char* challenge_of(Code code) {
  const bool bad_token = code == Code::token_invalid || code == Code::token_expired;
  return bad_token ? "Bearer error=\"invalid_token\"" : "Bearer";
}

JsonText json_of(const std::vector<FieldError>& errors) {
  auto list = JsonText::array();
  for (const auto& error : errors)
    list.push(JsonText::object({{"field", error.field}, {"code", error.code}, {"message", error.message}}));
  return list;
}

}  // namespace

Reply success(int status, std::string_view message, const JsonText& data) {
  Reply reply{status};
  reply.header("Content-Type", "application/json");
  reply.body = JsonText::object({{"success", true}, {"message", message}, {"data", data}}).str();
  return reply;
}

Reply problem(const Refusal& refusal, const std::string& request_id) {
  const auto kind = kind_of(refusal.code);
  const auto message = refusal.message.empty() ? std::string(kind.message) : refusal.message;
  auto body = JsonText::object({{"success", false},
                                {"message", message},
                                {"data", nullptr},
                                {"type", "/docs/errors#" + std::string(kind.name)},
                                {"title", phrase_of(kind.status)},
                                {"status", kind.status},
                                {"code", kind.name},
                                {"request_id", request_id}});
  if (!refusal.errors.empty()) body.set("errors", json_of(refusal.errors));
  Reply reply{kind.status};
  reply.header("Content-Type", "application/problem+json");
  if (kind.status == 401) reply.header("WWW-Authenticate", challenge_of(refusal.code));
  if (refusal.retry_after_s || kind.status == 503 || kind.status == 429)
    reply.header("Retry-After", std::to_string(refusal.retry_after_s.value_or(1)));
  reply.body = body.str();
  reply.code = kind.name;
  return reply;
}

std::string etag_of(std::string_view body) {
  std::array<unsigned char, 16> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(body.data()), body.size(),
                     nullptr, 0);
  return '"' + hex_of(hash) + '"';
}

bool lists_tag(std::string_view header, std::string_view tag) {
  return header == "*" || header.find(tag) != std::string_view::npos;
}

Reply with_etag(Reply reply, const Request& request) {
  if (reply.status != 200) return reply;
  const auto tag = etag_of(reply.body);
  reply.header("ETag", tag).header("Cache-Control", "private, no-cache");
  if (lists_tag(request.header("if-none-match"), tag)) {
    reply.status = 304;
    reply.body.clear();
    std::erase_if(reply.headers, [](const auto& header) { return header.first.starts_with("Content-"); });
  }
  return reply;
}

Reply shared(Reply reply, Time now) {
  if (reply.status != 200) return reply;
  reply.is_shared = true;
  std::erase_if(reply.headers, [](const auto& header) { return header.first == "Cache-Control"; });
  // nginx counts whole seconds: one from now on would be up to two. In this order: the second header counts for the
  // time, the first for what comes after it.
  reply.header("Cache-Control", "max-age=1, stale-while-revalidate=1");
  return reply.header("X-Accel-Expires", '@' + std::to_string(epoch_ms(now) / 1000));
}

std::string_view phrase_of(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 409: return "Conflict";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 503: return "Service Unavailable";
    default: return "Internal Server Error";
  }
}

int status_of(Code code) { return kind_of(code).status; }
std::string_view name_of(Code code) { return kind_of(code).name; }

const std::vector<Code>& all_codes() {
  static const std::vector<Code> codes = [] {
    std::vector<Code> list;
    for (int i = 0; i <= static_cast<int>(Code::internal_error); ++i) list.push_back(static_cast<Code>(i));
    return list;
  }();
  return codes;
}

}  // namespace ticketd::http
