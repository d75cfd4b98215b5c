#include "base/crash_point.h"

#ifdef TICKETD_CRASH_POINTS
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>

namespace ticketd {

void crash_if_armed(const char* name) {
  const char* directory = std::getenv("TICKETD_CRASH_DIR");
  if (directory == nullptr) return;
  // unlink(2) succeeds for just one of several processes.
  if (::unlink((std::string(directory) + '/' + name).c_str()) == 0) ::raise(SIGKILL);
}

}  // namespace ticketd
#endif
