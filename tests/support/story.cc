#include "support/story.h"

#include <filesystem>
#include <fstream>

#include "support/checks.h"
#include "support/stack.h"
#include "support/token_forge.h"

namespace ticketd::e2e {

std::string fresh_request_id() { return "story-" + fresh_uuid(); }

std::vector<Json> log_lines_with(const std::string& id) {
  std::vector<Json> found;
  for (const auto& file : std::filesystem::directory_iterator(setting("RUN_DIR") + "/log")) {
    std::ifstream log(file.path());
    for (std::string line; std::getline(log, line);) {
      if (line.find(id) == std::string::npos) continue;
      const auto json = Json::parse(line);
      expect(json.has_value(), "a line of JSON: " + line);
      found.push_back(*json);
    }
  }
  return found;
}

Json await_log_line(const std::string& id, const char* field, const std::string& value) {
  Json found;
  const auto there = [&] {
    for (const auto& line : log_lines_with(id)) {
      if (line[field].text() != value) continue;
      found = line;
      return true;
    }
    return false;
  };
  expect(await(there, std::chrono::seconds(10), std::chrono::milliseconds(200)),
         "a log line with " + id + " and " + field + " " + value);
  return found;
}

}  // namespace ticketd::e2e
