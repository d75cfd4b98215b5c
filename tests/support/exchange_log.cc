#include "support/exchange_log.h"

#include <cstdlib>
#include <fstream>
#include <mutex>

namespace ticketd::e2e {

void log_exchange(const std::string& method, const std::string& path, bool malformed, const Response& response) {
  static const char* const file = std::getenv("TICKETD_EXCHANGES");
  if (file == nullptr || response.status == 0) return;
  auto headers = Json::object();
  for (const auto& [name, value] : response.headers) headers.set(name.c_str(), value);
  const auto line = Json::object({{"method", method},
                                  {"path", path},
                                  {"malformed", malformed},
                                  {"status", response.status},
                                  {"headers", headers},
                                  {"body", response.body}})
                        .dump() +
                    '\n';
  static std::mutex mutex;
  static std::ofstream log(file, std::ios::app);
  const std::lock_guard guard(mutex);
  log << line << std::flush;
}

}  // namespace ticketd::e2e
