#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

#include "ticketctl/commands.h"

namespace ticketd::ctl {

// It makes users, roles and files with the system's own programs, so it is a shell script: systemd/setup.
int setup(const Options& options) {
  if (options.json) return wrong_usage("setup has no --json");
  static constexpr const char* kScript = "/usr/lib/ticketd/setup";
  std::vector<std::string> words = options.words;
  std::vector<char*> argv{const_cast<char*>(kScript)};
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execv(kScript, argv.data());
  std::cerr << "ticketctl setup: " << kScript << ": " << std::strerror(errno) << "; it comes with the Debian package\n";
  return 1;
}

}  // namespace ticketd::ctl
