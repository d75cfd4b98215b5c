#include "support/scrape.h"

#include <sstream>

#include "support/checks.h"

namespace ticketd::e2e {

Scrape::Scrape() {
  const auto reply = send({.path = "/metrics"});
  expect_status(200, reply);
  std::istringstream lines(reply.body);
  for (std::string line; std::getline(lines, line);) {
    const auto space = line.rfind(' ');
    if (!line.starts_with('#') && space != std::string::npos)
      values_[line.substr(0, space)] = std::stod(line.substr(space));
  }
}

double Scrape::operator[](const std::string& series) const {
  const auto found = values_.find(series);
  return found == values_.end() ? 0 : found->second;
}

double Scrape::sum(const std::string& name) const {
  double total = 0;
  for (const auto& [series, value] : values_) {
    if (series.substr(0, series.find('{')) == name) total += value;
  }
  return total;
}

}  // namespace ticketd::e2e
