#include "api/event_reply.h"

#include "api/views.h"

namespace ticketd {

http::Reply event_reply(const storage::Event& event, Time now) {
  return http::success(200, "Event retrieved successfully", event_json(event, now));
}

std::string event_tag(const storage::Event& event, Time now) { return http::etag_of(event_reply(event, now).body); }

std::optional<Refusal> unseen_refusal(const http::Request& request, const storage::Event& event, Time now) {
  const auto seen = request.header("if-match");
  if (seen.empty() || http::lists_tag(seen, event_tag(event, now))) return std::nullopt;
  return Refusal{Code::precondition_failed};
}

}  // namespace ticketd
