// The people who book, cancel and change their minds while things break, and write down what they are told.
#pragma once
#include <atomic>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "base/time.h"
#include "history.h"
#include "sim/model.h"
#include "support/person.h"

namespace ticketd::torture {

using Chance = std::mt19937_64;

// 0 to `below` - 1.
std::size_t pick(Chance& chance, std::size_t below);
bool one_in(Chance& chance, std::size_t n);

struct Show {
  std::string id;
  const e2e::Person* owner = nullptr;
  int tickets = 0;  // when it was made
  int max_per_user = 1;
  Time starts_at = {};
  bool holds = false;  // seats for a yes
  bool is_confirmed_by_owner = false;
  int hold_minutes = 0, offer_minutes = 0;
  std::vector<sim::Model::Pool> pools = {};  // those of its own
  std::vector<sim::Model::Type> types = {};
};

struct Scene {
  std::vector<e2e::Person> people;
  std::vector<Show> shows;
  // Only these may be deleted by their owners; the last ones of `shows`.
  std::size_t deletable = 0;
  int think_ms = 60;  // between two calls of a client, on average
  int rate = 1;       // so many times as fast runs time; if it runs, people wait for deadlines
};

// Any number of clients, each a thread, each with a random stream of its own.
class Clients {
 public:
  Clients(const Scene& scene, std::uint64_t seed, int count);
  ~Clients();

  // 202s so far.
  [[nodiscard]] std::int64_t accepted() const { return accepted_; }

  // They make no more new calls. Then, everything being well again, each asks once more for what was left unclear.
  void stop();
  History finish();

 private:
  class Client;
  const Scene& scene_;
  std::atomic<bool> stop_ = false;
  std::atomic<bool> well_ = false;
  std::atomic<std::int64_t> accepted_ = 0;
  std::mutex mutex_;
  History history_;
  std::vector<std::thread> threads_;
};

}  // namespace ticketd::torture
