#include "endpoint/store_gauges.h"

#include <algorithm>

#include "postgres/database.h"
#include "queue/command_stream.h"
#include "redis/server_facts.h"
#include "storage/dead_letters.h"
#include "storage/event_desk.h"

namespace ticketd {
namespace {

// All waits together stay below the 10 s that Prometheus waits by default.
constexpr int kWaitMs = 1'000;
// Few series, however many events there are: some commands' worth of the busiest.
constexpr int kLately = 1'000;
constexpr int kEventsShown = 10;
constexpr std::size_t kLongestTitle = 60;

template <class Look>
void look(std::vector<Sample>& samples, const std::string& store, Look&& look_at) {
  bool up = true;
  try {
    look_at();
  } catch (const std::exception&) {
    up = false;
  }
  samples.push_back({"ticketd_store_up{store=\"" + store + "\"}", up ? 1 : 0});
}

// Where the first `most` bytes of a UTF-8 text end, or a character before.
std::size_t text_end(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text.size();
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return most;
}

// A label's value (Prometheus, "Text format details"): whoever organises an event has written it.
std::string label_of(const std::string& text) {
  std::string label;
  const auto end = text_end(text, kLongestTitle);
  for (std::size_t i = 0; i < end; ++i) {
    const bool c1 = text[i] == '\xc2' && i + 1 < end && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (c1) ++i;  // the second half of the control characters, in UTF-8
    const char c = c1 || static_cast<unsigned char>(text[i]) < ' ' || text[i] == '\x7f' ? ' ' : text[i];
    if (c == '\\' || c == '"') label += '\\';
    label += c;
  }
  return label;
}

// How its seats go, of each event that people ask most of.
void look_at_events(std::vector<Sample>& samples, pqxx::transaction_base& tx) {
  for (const auto& event : storage::list_busy_events(tx, kLately, kEventsShown)) {
    const auto labels = "{event=\"" + event.id.str() + "\",title=\"" + label_of(event.title) + "\"}";
    samples.push_back({"ticketd_event_seats" + labels, event.total_tickets - event.held_back});
    samples.push_back({"ticketd_event_seats_free" + labels, event.available_tickets});
    samples.push_back({"ticketd_event_waiting" + labels, event.waiting_list_count});
  }
}

void look_at_queue(std::vector<Sample>& samples, const Config& config, Time now) {
  redis::RedisConnection redis(config.queue_redis_url, kWaitMs);
  const auto queue = queue::queue_depth(redis, config.shards);
  const auto age_ms = queue.oldest_ms == 0 ? 0 : std::max<std::int64_t>(0, epoch_ms(now) - queue.oldest_ms);
  samples.push_back({"ticketd_queue_commands", queue.depth});
  samples.push_back({"ticketd_queue_oldest_age_seconds", age_ms * 1'000});
  try {
    const auto memory = redis::read_info(redis, "memory");
    samples.push_back({"ticketd_queue_memory_bytes", redis::number_in(memory, "used_memory")});
    samples.push_back({"ticketd_queue_memory_max_bytes", redis::number_in(memory, "maxmemory")});
  } catch (const redis::RedisError&) {  // its user may not ask: a queue that works all the same
  }
}

}  // namespace

std::vector<Sample> look_at_stores(const Config& config, Time now) {
  std::vector<Sample> samples;
  look(samples, "database", [&] {
    postgres::DatabaseConnection session(config.database_url, {"metrics", kWaitMs, 0});
    pqxx::nontransaction tx(session.get());
    samples.push_back({"ticketd_dead_letters", storage::count_dead_letters(tx)});
    look_at_events(samples, tx);
  });
  look(samples, "queue", [&] { look_at_queue(samples, config, now); });
  look(samples, "cache", [&] { redis::RedisConnection(config.cache_redis_url, kWaitMs).command({"PING"}); });
  return samples;
}

}  // namespace ticketd
