// GET /metrics, read as Prometheus reads it.
#pragma once
#include <map>
#include <string>

namespace ticketd::e2e {

class Scrape {
 public:
  // Fails the test unless /metrics says 200.
  Scrape();

  // Of a series with its labels, as it is written; 0 where it is missing, as one that never counted is.
  [[nodiscard]] double operator[](const std::string& series) const;
  // All series of a metric together, `name` up to the labels.
  [[nodiscard]] double sum(const std::string& name) const;
  [[nodiscard]] const std::map<std::string, double>& all() const { return values_; }

 private:
  std::map<std::string, double> values_;
};

}  // namespace ticketd::e2e
