// Covers: lib/base/time.cc
#include <ctime>

#include "base/time.h"
#include "fuzz/properties.h"

using namespace ticketd;
using fuzz::require;

// By way of the C library, for a text of the form that format_time() writes.
static std::int64_t epoch_ms_by_libc(const std::string& text) {
  std::tm tm{};
  require(strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &tm) != nullptr, "a date is written as ISO 8601");
  return std::int64_t{timegm(&tm)} * 1000 + std::stoi(text.substr(20, 3));
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto time = parse_time(fuzz::text_of(data, size));
  if (!time) return 0;
  const auto text = format_time(*time);
  require(text.size() == 24, "a date has four digits for its year");
  require(parse_time(text) == *time, "a date is read as it was written");
  require(epoch_ms_by_libc(text) == epoch_ms(*time), "a date means what the C library takes it for");
  return 0;
}
