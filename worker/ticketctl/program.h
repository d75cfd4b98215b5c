// Programs of the host that the doctor asks.
#pragma once
#include <string>
#include <vector>

namespace ticketd::ctl {

struct Output {
  bool good = false;  // exit status 0
  std::string text;   // stdout and stderr
};

// Runs it to its end, at most 10 s, with nothing on standard input. Not found is not good, and `text` says so.
Output run_program(std::vector<std::string> command);

}  // namespace ticketd::ctl
