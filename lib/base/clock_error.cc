#include "base/clock_error.h"

#ifdef TICKETD_CRASH_POINTS
#include <cstdlib>
#include <fstream>
#include <string>

namespace ticketd {
namespace {

milliseconds error_in(const std::string& path, Time right_now) {
  if (path.empty()) return milliseconds(0);
  std::ifstream file(path);
  std::int64_t ahead_ms = 0, since_ms = 0, rate = 1;
  if (!(file >> ahead_ms >> since_ms >> rate)) return milliseconds(0);
  return milliseconds(ahead_ms + (epoch_ms(right_now) - since_ms) * (rate - 1));
}

// Empty where there is none.
std::string file_in_test(const std::string& name) {
  const char* folder = std::getenv("TICKETD_CRASH_DIR");
  return folder == nullptr ? "" : std::string(folder) + '/' + name;
}

std::string own_file() {
  const char* worker = std::getenv("TICKETD_WORKER_NAME");
  return worker == nullptr ? "" : file_in_test(std::string("clock-") + worker);
}

}  // namespace

milliseconds clock_error(Time right_now) {
  static const std::string all = file_in_test("clock"), own = own_file();
  return error_in(all, right_now) + error_in(own, right_now);
}

}  // namespace ticketd
#endif
