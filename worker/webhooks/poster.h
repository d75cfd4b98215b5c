// A ticketd-webhooks' life: it makes deliveries of what nobody was told yet, and posts those that are due, many at
// once. Start as many as you like: each delivery is at one of them at a time.
//
// A lost one delays and loses nothing. What it was just posting is posted once more, with the same webhook-id.
#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "config/config.h"
#include "metrics/metrics.h"
#include "storage/webhook_deliveries.h"
#include "webhook/client.h"

namespace ticketd::webhooks {

class Poster {
 public:
  // `wait`: waits so long, or until the process is told to stop, and says whether it was. `report` is called with a
  // line about the state after every round.
  Poster(const Config& config, Metrics& metrics, const Clock& clock,
         std::function<bool(std::chrono::milliseconds)> wait, std::function<void(const std::string&)> report);

  // Until it is told to stop; then what is under way is waited for, some seconds. Survives PostgreSQL going away and
  // coming back.
  void run();

 private:
  using Tasks = std::unordered_map<DeliveryId, storage::DeliveryTask>;
  // One transaction: what became of posts, news into deliveries, and the next ones to post.
  struct Round {
    bool more_news = false;
    std::vector<storage::DeliveryTask> claimed;
  };
  void run_session();
  void stop();
  [[nodiscard]] bool goes_on() const;
  Round round(pqxx::connection& session);
  bool make_deliveries(pqxx::work& tx);
  std::vector<storage::DeliveryTask> claim(pqxx::work& tx, const Tasks& under_way);
  void post(storage::DeliveryTask task);
  void record(pqxx::work& tx, const storage::DeliveryTask& task, const webhook::Answer& answer);
  void switch_off(pqxx::work& tx, const storage::DeliveryTask& task, bool is_gone);
  void clean(pqxx::connection& session);

  const Config& config_;
  Metrics& metrics_;
  const Clock& clock_;
  SystemRandom random_;
  std::function<bool(std::chrono::milliseconds)> wait_;
  std::function<void(const std::string&)> report_;
  webhook::Client client_;
  Tasks tasks_;                           // claimed, and not recorded yet
  std::vector<webhook::Answer> answers_;  // of tasks
  bool stop_ = false;
  std::chrono::steady_clock::time_point stop_by_;
  std::chrono::steady_clock::time_point next_cleaning_;
};

}  // namespace ticketd::webhooks
