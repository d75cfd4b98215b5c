#include "history.h"

namespace ticketd::torture {

bool is_unclear(const Attempt& attempt) { return attempt.status == 0 || attempt.status >= 500; }

bool has_unclear(const Call& call) {
  for (const auto& attempt : call.attempts) {
    if (is_unclear(attempt)) return true;
  }
  return false;
}

const Attempt* accepted(const Call& call) {
  for (const auto& attempt : call.attempts) {
    if (attempt.status == 202) return &attempt;
  }
  return nullptr;
}

Attempt attempt_of(Moment sent, const e2e::Response& reply) {
  Attempt attempt{.sent = sent,
                  .answered = std::chrono::steady_clock::now(),
                  .status = reply.status,
                  .code = std::string(reply.json["code"].text()),
                  .request_id = {},
                  .notification_id = {},
                  .booking_id = {},
                  .replayed = reply.header("idempotent-replayed") == "true"};
  if (reply.status != 202) return attempt;
  const Json data = reply.data();
  attempt.request_id = data["request"]["id"].text();
  attempt.notification_id = data["notification"]["id"].text();
  attempt.booking_id = data["notification"]["booking_id"].text();
  return attempt;
}

std::string told(const Call& call) {
  const auto start = call.attempts.front().sent;
  const auto ms = [&](Moment at) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(at - start).count());
  };
  std::string line = call.kind + " user " + call.user + " event " + call.event;
  if (!call.booking.empty()) line += " booking " + call.booking;
  if (!call.key.empty()) line += " key " + call.key;
  if (!call.item.empty()) line += " of " + call.item;
  if (call.tickets > 0) line += " tickets " + std::to_string(call.tickets);
  for (const auto& attempt : call.attempts) {
    line += " | " + ms(attempt.sent) + ".." + ms(attempt.answered) + " ms: " + std::to_string(attempt.status) + " " +
            attempt.code + attempt.request_id + (attempt.replayed ? " replayed" : "");
  }
  return line;
}

}  // namespace ticketd::torture
