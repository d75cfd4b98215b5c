// Covers: lib/fcgi/params.cc
// FastCGI parameters, one a line.
#include "fcgi/params.h"

#include <vector>

#include "fuzz/properties.h"

using namespace ticketd;
using fuzz::require;

static bool has_upper(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

// How often the value of a parameter is to be found among them, by another way than the one under test.
static bool is_there(const std::vector<std::string>& lines, std::string_view value) {
  return std::any_of(lines.begin(), lines.end(), [&](const auto& line) { return line.ends_with(value); });
}

// A header that came several times is a list: its first and its last value are ones that were sent.
static bool is_list_of(const std::vector<std::string>& lines, std::string_view list) {
  const auto is_end = [&](const auto& line) {
    const auto equals = line.find('=');
    return equals != std::string::npos && list.ends_with(", " + line.substr(equals + 1));
  };
  const auto is_begin = [&](const auto& line) {
    const auto equals = line.find('=');
    return equals != std::string::npos && list.starts_with(line.substr(equals + 1) + ", ");
  };
  return std::any_of(lines.begin(), lines.end(), is_begin) && std::any_of(lines.begin(), lines.end(), is_end);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> lines;
  for (auto rest = fuzz::text_of(data, size); !rest.empty();) lines.push_back(fuzz::take_until(rest, '\n'));
  std::vector<const char*> params;
  for (const auto& line : lines) params.push_back(line.c_str());
  params.push_back(nullptr);
  for (auto& line : lines) line.resize(std::char_traits<char>::length(line.c_str()));

  const auto request = fcgi::request_of(params.data());
  require(request.headers.size() + request.path_values.size() <= lines.size(), "nothing is there that was not sent");
  for (const auto& [name, value] : request.headers) {
    require(!has_upper(name) && name.find('_') == std::string::npos, "headers are named in lower case with dashes");
    require(is_there(lines, "=" + value) || is_list_of(lines, value), "a header has the values that were sent");
  }
  for (const auto& [name, value] : request.path_values)
    require(!has_upper(name) && !value.empty() && is_there(lines, "=" + value), "a path value is one that was sent");
  for (const auto& value : {request.method, request.path, request.query, request.content_type, request.remote_addr})
    require(value.empty() || is_there(lines, "=" + value), "a parameter has the value that was sent");
  require(fcgi::body_size(params.data(), http::kMaxBodyBytes) <= http::kMaxBodyBytes + 1, "a body is bounded");
  return 0;
}
