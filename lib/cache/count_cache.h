// How many events a filter has, for `total`. A count of many rows is kept for a few seconds: counting them again for
// each page would cost more than the page. A count of few is cheap and always exact.
#pragma once
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/time.h"
#include "storage/event_search.h"

namespace ticketd {

class CountCache {
 public:
  // Up to storage::kCountMax; from 1,000 on it may be 5 s old. Thread-safe. Throws what libpqxx throws.
  int count(pqxx::transaction_base& tx, const storage::EventFilter& filter, Time now);

 private:
  struct Counted {
    int count;
    Time at;
  };
  std::optional<int> remembered(const std::string& key, Time now);

  std::mutex mutex_;
  std::unordered_map<std::string, Counted> counted_;
};

}  // namespace ticketd
