// Every "no" that a client can get, as a closed list. http/reply.cc turns them into replies.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace ticketd {

enum class Code {
  invalid_json,
  validation_failed,
  invalid_id,
  wrong_password,
  quantity_over_limit,
  invalid_link,
  token_missing,
  token_invalid,
  token_expired,
  invalid_credentials,
  invalid_refresh_token,
  not_event_owner,
  not_yours_to_confirm,
  email_not_verified,
  route_not_found,
  event_not_found,
  booking_not_found,
  ticket_type_not_found,
  pool_not_found,
  request_not_found,
  calendar_not_found,
  webhook_not_found,
  delivery_not_found,
  ticket_not_found,
  checkin_not_found,
  email_taken,
  mail_off,
  webhooks_off,
  webhook_disabled,
  too_many_webhooks,
  event_over,
  event_cancelled,
  capacity_below_confirmed,
  not_waiting,
  not_held,
  offer_expired,
  sale_not_started,
  sale_ended,
  type_has_bookings,
  line_not_empty,
  ticket_admitted,
  too_many_events,
  organises_events,
  precondition_failed,
  body_too_large,
  unsupported_media_type,
  idempotency_key_reused,
  rate_limited,
  queue_full,
  queue_unavailable,
  database_unavailable,
  busy,
  internal_error,
};

// One bad field of a request: `field` by its wire name, `code` for programs, `message` for people.
struct FieldError {
  std::string field;
  std::string code;
  std::string message;
};

struct Refusal {
  Code code;
  std::string message = {};             // empty: the code's own text
  std::vector<FieldError> errors = {};  // only with validation_failed
  std::optional<int> retry_after_s = {};
};

}  // namespace ticketd
