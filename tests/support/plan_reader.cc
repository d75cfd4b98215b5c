#include "support/plan_reader.h"

namespace ticketd::tests {

PlanReader::PlanReader(const std::string& url, bool generic) : connection_(url) {
  pqxx::nontransaction tx(connection_);
  tx.exec("LOAD 'auto_explain'");
  tx.exec("SET auto_explain.log_level = notice");
  tx.exec("SET auto_explain.log_min_duration = 0");
  tx.exec(std::string("SET plan_cache_mode = force_") + (generic ? "generic" : "custom") + "_plan");
}

std::string PlanReader::find(const std::string& part) const {
  for (const auto& text : texts_) {
    if (text.find(part) != std::string::npos) return text;
  }
  return "";
}

}  // namespace ticketd::tests
