// Covers: lib/base/uuid.cc lib/http/request.h
#include "base/uuid.h"

#include <cctype>

#include "fuzz/properties.h"

using namespace ticketd;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz::text_of(data, size));
  http::Request request;
  request.path_values["event_id"] = text;
  const auto id = request.path_id<EventId>("event_id");
  if (!id.ok()) {
    fuzz::require_problem(id.refusal());
    return 0;
  }
  std::string lower = text;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  require(id->str() == lower, "an id is written as it was read");
  require(EventId::parse(id->str()) == *id, "an id is read as it was written");
  return 0;
}
