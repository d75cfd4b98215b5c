#include "support/ticketctl.h"

#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>

namespace ticketd::tests {

std::string build_directory() {
  const char* build = std::getenv("BUILD");
  return build == nullptr ? "build" : build;
}

Ended run_line(const std::string& line) {
  FILE* pipe = ::popen((line + " 2>&1 </dev/null").c_str(), "r");
  Ended ended;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) ended.said += static_cast<char>(c);
  ended.status = WEXITSTATUS(::pclose(pipe));
  return ended;
}

Ended call_on_stack(const std::string& arguments, const Settings& settings) {
  std::string line = "env";
  for (const auto& [name, value] : settings) line.append(" '").append(name).append("=").append(value).append("'");
  return run_line(line + " " + build_directory() + "/bin/ticketctl " + arguments);
}

}  // namespace ticketd::tests
