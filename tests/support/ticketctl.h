// ticketctl, called as an operator calls it, with the stack's settings.
#pragma once
#include <map>
#include <string>

#include "base/json.h"

namespace ticketd::tests {

using Settings = std::map<std::string, std::string>;

struct Ended {
  int status = 0;
  std::string said;  // stdout and stderr
  [[nodiscard]] Json json() const { return Json::parse(said).value_or(Json()); }
};

// Where the programs under test are.
std::string build_directory();

// A line for the shell, run to its end without a terminal.
Ended run_line(const std::string& line);

// With the stack's settings, but for these.
Ended call_on_stack(const std::string& arguments, const Settings& settings = {});

}  // namespace ticketd::tests
