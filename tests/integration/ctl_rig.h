// ticketctl as an operator calls it, on the tests' own database and queue.
#pragma once
#include "drain_rig.h"
#include "support/ticketctl.h"

namespace ticketd::tests {

// On the tests' database, queue and cache.
inline Ended call_ctl(const std::string& arguments, Settings settings = {}) {
  settings.insert({{"DATABASE_URL", stores().database.url()},
                   {"QUEUE_REDIS_URL", stores().queue_url},
                   {"CACHE_REDIS_URL", stores().cache_url},
                   {"TICKETD_SHARDS", std::to_string(kShards)}});
  return call_on_stack(arguments, settings);
}

struct CtlTest : DrainTest {
  static void expect_ends(int status, const std::string& says, const Ended& ended, Where where = Where::current()) {
    expect_contains(says, ended.said, where);
    LONGS_EQUAL_LOCATION(status, ended.status, "", where.file_name(), where.line());
  }
};

}  // namespace ticketd::tests
