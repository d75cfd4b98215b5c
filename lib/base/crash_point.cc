#include "base/crash_point.h"

#ifdef TICKETD_CRASH_POINTS
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>

namespace ticketd {

void crash_if_armed(const std::string& name) {
  const char* directory = std::getenv("TICKETD_CRASH_DIR");
  if (directory == nullptr) return;
  const auto file = std::string(directory) + '/' + name;
  // unlink(2) succeeds for just one of several processes.
  if (::unlink(file.c_str()) == 0 || ::access((file + ".always").c_str(), F_OK) == 0) ::raise(SIGKILL);
  if (::unlink((file + ".stop").c_str()) == 0) ::raise(SIGSTOP);
}

}  // namespace ticketd
#endif
