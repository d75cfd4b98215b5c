#include <array>
#include <iostream>

#include "auth/opaque_token.h"
#include "auth/passwords.h"
#include "base/json_text.h"
#include "base/random.h"
#include "base/time.h"
#include "storage/events.h"
#include "storage/users.h"
#include "ticketctl/commands.h"

namespace ticketd::ctl {
namespace {

constexpr const char* kOrganiser = "organiser@example.com";

struct Sample {
  const char* title;
  const char* location;
  int tickets;
  int in_days;
};

constexpr std::array<Sample, 3> kSamples = {{
    {"Jazz at the Harbour", "Pier 7", 120, 14},
    {"C++ Users Meetup", "Town Library, room 2", 25, 30},
    {"One Seat Only: a Recital", "Chapel", 1, 45},
}};

}  // namespace

int sample(const Config& config, const Options& options) {
  if (!options.words.empty()) return wrong_usage("sample takes nothing but --json");
  postgres::DatabasePool database(config.database_url, {"ticketctl"}, 1);
  SystemRandom random;
  const auto now = SystemClock().now();
  const storage::User organiser{UserId::make(now, random), "user", "The Organiser", kOrganiser, now, now};
  // Nobody is to log in with a password that stands in a source file: this one is known to nobody.
  const auto hash = auth::Passwords(1).hash(auth::make_opaque_token(random), auth::Turn::known);
  const bool loaded = postgres::transact(database, [&](pqxx::work& tx) {
    if (!storage::insert_user(tx, organiser, hash)) return false;
    for (const auto& sample : kSamples) {
      const auto starts_at = now + std::chrono::days(sample.in_days);
      storage::Event event;
      event.id = EventId::make(now, random);
      event.owner = organiser.id;
      event.title = sample.title;
      event.description = "A sample event: book it, cancel it, see what happens.";
      event.location = sample.location;
      event.starts_at = starts_at;
      event.ends_at = starts_at + std::chrono::hours(3);
      event.total_tickets = sample.tickets;
      event.created_at = event.updated_at = now;
      storage::insert_event(tx, event);
    }
    return true;
  });
  if (options.json) {
    std::cout << JsonText::object({{"loaded", loaded ? static_cast<int>(kSamples.size()) : 0}}).str() << '\n';
  } else {
    std::cout << (loaded ? "loaded 3 sample events\n" : "the sample is there already\n");
  }
  return 0;
}

}  // namespace ticketd::ctl
