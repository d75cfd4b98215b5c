// Covers: lib/base/json_text.cc
// What a stranger sent, in a line of the log.
#include "base/json_text.h"

#include "fuzz/properties.h"

using namespace ticketd;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  std::string line = R"({"path":)";
  append_json_string(line, text);
  line += '}';
  require(line.find('\n') == std::string::npos, "an event is one line");
  if (text.find('\0') != std::string::npos) return 0;  // our own parser takes no NUL, not even escaped
  const auto json = Json::parse(line);
  require(json && (*json)["path"].is_string(), "a line of the log is JSON, whatever was sent");
  if (Json(text).is_string()) require((*json)["path"].text() == text, "text is logged as it was sent");
  return 0;
}
