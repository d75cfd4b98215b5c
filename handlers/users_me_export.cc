// GET /v1/users/me/export: all that is held about the caller, as it stands.
#include <mutex>

#include "api/personal_export.h"
#include "endpoint/serve.h"

using namespace ticketd;

// Few people have as much as that. An operator gives out the rest (`ticketctl user export`).
constexpr storage::ExportBound kBound{10'000, 8 << 20};
// For those before: all of an endpoint's threads may come at once, and nobody else waits for them.
constexpr std::chrono::seconds kWaitFor{5};

static Answer export_all(App& app, const Request&, UserId user) {
  static std::timed_mutex one_at_a_time;  // each may take some ten megabytes
  const std::unique_lock turn(one_at_a_time, kWaitFor);
  if (!turn) return Refusal{Code::busy};
  const auto pending = app.queue.list_pending(user);
  const auto data = postgres::transact(
      app.database, [&](pqxx::work& tx) { return export_json(storage::export_of(tx, user, kBound), pending); });
  return http::success(200, "All that is held about you", data)
      .header("Content-Disposition", "attachment; filename=\"ticketd-export.json\"");
}

int main() { return serve("users-me-export", RateClass::booking, export_all); }
