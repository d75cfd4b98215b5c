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
  void run_session();
  void stop();
  [[nodiscard]] bool goes_on() const;
  bool make_deliveries(pqxx::connection& session);
  std::vector<storage::DeliveryTask> record_and_claim(pqxx::connection& session);
  std::vector<storage::DeliveryTask> claim(pqxx::work& tx);
  void post(storage::DeliveryTask task);
  void collect(std::chrono::milliseconds most);
  void record(pqxx::work& tx, const storage::DeliveryTask& task, const webhook::Answer& answer);
  void tell(const storage::DeliveryTask& task, const webhook::Answer& answer);
  void clean(pqxx::connection& session);

  const Config& config_;
  Metrics& metrics_;
  const Clock& clock_;
  SystemRandom random_;
  std::function<bool(std::chrono::milliseconds)> wait_;
  std::function<void(const std::string&)> report_;
  webhook::Client client_;
  std::unordered_map<DeliveryId, storage::DeliveryTask> tasks_;  // claimed, and not recorded yet
  std::vector<webhook::Answer> answers_;                         // of tasks
  bool stop_ = false;
  std::chrono::steady_clock::time_point stop_by_;
  std::chrono::steady_clock::time_point next_cleaning_;
};

}  // namespace ticketd::webhooks
