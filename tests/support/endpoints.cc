#include "support/endpoints.h"

#include <algorithm>

namespace ticketd::e2e {
namespace {

const std::string kNothing = "0197f0a0-0000-7000-8000-000000000000";
const std::string kNoLink(65, 'A');  // as long as one

}  // namespace

const std::vector<Endpoint>& endpoints() {
  static const std::vector<Endpoint> all = {
      {.method = "POST", .path = "/v1/auth/register", .needs_token = false, .body = "{}"},
      {.method = "POST", .path = "/v1/auth/login", .needs_token = false, .body = "{}"},
      {.method = "POST", .path = "/v1/auth/refresh-tokens", .needs_token = false, .body = "{}"},
      {.method = "POST", .path = "/v1/auth/logout", .needs_token = false, .body = "{}"},
      {.method = "PUT", .path = "/v1/auth/update-password", .body = "{}"},
      {.method = "POST", .path = "/v1/auth/forgot-password", .needs_token = false, .body = "{}"},
      {.method = "POST", .path = "/v1/auth/reset-password", .needs_token = false, .body = "{}"},
      {.method = "POST", .path = "/v1/auth/verify-email", .needs_token = false, .body = "{}"},
      {.method = "POST", .path = "/v1/auth/verify-email/send"},
      {.method = "POST", .path = "/v1/auth/change-email", .body = "{}"},
      {.method = "GET", .path = "/v1/users/me"},
      {.method = "DELETE", .path = "/v1/users/me", .body = "{}"},
      {.method = "GET", .path = "/v1/users/me/export"},
      {.method = "GET", .path = "/v1/users/me/settings"},
      {.method = "PATCH", .path = "/v1/users/me/settings", .body = "{}"},
      {.method = "GET", .path = "/v1/users/me/calendar"},
      {.method = "POST", .path = "/v1/users/me/calendar/rotate"},
      {.method = "GET", .path = "/v1/calendars/" + kNothing + ".ics", .needs_token = false},
      {.method = "POST", .path = "/v1/events/initialize", .body = "{}", .body_limit = 256 * 1024},
      {.method = "GET", .path = "/v1/events/status/" + kNothing, .goes_without = true},
      {.method = "POST", .path = "/v1/events/book", .body = "{}"},
      {.method = "DELETE", .path = "/v1/events/booking/cancel", .body = "{}"},
      {.method = "GET", .path = "/v1/events/discover", .goes_without = true},
      {.method = "GET", .path = "/v1/events/my-events"},
      {.method = "GET", .path = "/v1/events/me"},
      {.method = "GET", .path = "/v1/events/" + kNothing, .goes_without = true},
      {.method = "PATCH", .path = "/v1/events/" + kNothing, .body = "{}", .body_limit = 256 * 1024},
      {.method = "DELETE", .path = "/v1/events/" + kNothing},
      {.method = "GET", .path = "/v1/requests/" + kNothing},
      {.method = "GET", .path = "/v1/bookings"},
      {.method = "GET", .path = "/v1/bookings/" + kNothing},
      {.method = "GET", .path = "/v1/bookings/" + kNothing + "/event.ics"},
      {.method = "PATCH", .path = "/v1/bookings/" + kNothing, .body = "{}"},
      {.method = "DELETE", .path = "/v1/bookings/" + kNothing},
      {.method = "POST", .path = "/v1/bookings/" + kNothing + "/cancel", .body = "{}"},
      {.method = "POST", .path = "/v1/bookings/" + kNothing + "/confirm", .body = "{}"},
      {.method = "POST", .path = "/v1/events/" + kNothing + "/bookings/" + kNothing + "/confirm", .body = "{}"},
      {.method = "POST", .path = "/v1/events/" + kNothing + "/pools", .body = "{}"},
      {.method = "PATCH", .path = "/v1/events/" + kNothing + "/pools/" + kNothing, .body = "{}"},
      {.method = "POST", .path = "/v1/events/" + kNothing + "/ticket-types", .body = "{}"},
      {.method = "PATCH", .path = "/v1/events/" + kNothing + "/ticket-types/" + kNothing, .body = "{}"},
      {.method = "DELETE", .path = "/v1/events/" + kNothing + "/ticket-types/" + kNothing},
      {.method = "GET", .path = "/v1/events/" + kNothing + "/messages"},
      {.method = "POST", .path = "/v1/events/" + kNothing + "/messages", .body = "{}"},
      {.method = "PUT", .path = "/v1/events/" + kNothing + "/reminder", .body = "{}"},
      {.method = "GET", .path = "/v1/events/" + kNothing + "/checkins"},
      {.method = "POST", .path = "/v1/events/" + kNothing + "/checkins", .body = "{}"},
      {.method = "POST", .path = "/v1/events/" + kNothing + "/checkins/batch", .body = "{}", .body_limit = 256 * 1024},
      {.method = "DELETE", .path = "/v1/events/" + kNothing + "/checkins/" + kNothing},
      {.method = "PATCH", .path = "/v1/events/" + kNothing + "/door", .body = "{}"},
      {.method = "GET", .path = "/v1/bookings/" + kNothing + "/tickets"},
      {.method = "GET", .path = "/v1/bookings/" + kNothing + "/tickets.pdf"},
      {.method = "GET", .path = "/v1/bookings/" + kNothing + "/tickets/1.svg"},
      {.method = "PATCH", .path = "/v1/bookings/" + kNothing + "/tickets/1", .body = "{}"},
      {.method = "POST", .path = "/v1/bookings/" + kNothing + "/tickets/1/reissue"},
      {.method = "GET", .path = "/v1/notifications"},
      {.method = "POST", .path = "/v1/notifications/read", .body = "{}"},
      {.method = "GET", .path = "/v1/webhooks"},
      {.method = "POST", .path = "/v1/webhooks", .body = "{}"},
      {.method = "GET", .path = "/v1/webhooks/" + kNothing},
      {.method = "PATCH", .path = "/v1/webhooks/" + kNothing, .body = "{}"},
      {.method = "DELETE", .path = "/v1/webhooks/" + kNothing},
      {.method = "POST", .path = "/v1/webhooks/" + kNothing + "/test"},
      {.method = "POST", .path = "/v1/webhooks/" + kNothing + "/rotate"},
      {.method = "POST", .path = "/v1/webhooks/" + kNothing + "/recover", .body = "{}"},
      {.method = "GET", .path = "/v1/webhooks/" + kNothing + "/deliveries"},
      {.method = "POST", .path = "/v1/webhooks/" + kNothing + "/deliveries/" + kNothing + "/redeliver"},
      {.method = "POST", .path = "/unsubscribe/" + kNoLink, .needs_token = false},
  };
  return all;
}

const std::vector<Resource>& resources() {
  static const std::vector<Resource> all = [] {
    std::vector<Resource> found;
    for (const auto& endpoint : endpoints()) {
      auto at = std::find_if(found.begin(), found.end(), [&](const Resource& r) { return r.path == endpoint.path; });
      if (at == found.end()) at = found.insert(at, {.path = endpoint.path, .methods = {}});
      at->methods.push_back(endpoint.method);
    }
    return found;
  }();
  return all;
}

}  // namespace ticketd::e2e
