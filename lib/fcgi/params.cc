#include "fcgi/params.h"

#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace ticketd::fcgi {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view name, char instead_of_underscore) {
  std::string text(name);
  for (char& c : text) c = c == '_' ? instead_of_underscore : lower(c);
  return text;
}

std::string_view value_of(const char* const* params, std::string_view name) {
  for (; *params != nullptr; ++params) {
    const std::string_view text(*params);
    if (text.size() > name.size() && text[name.size()] == '=' && text.starts_with(name))
      return text.substr(name.size() + 1);
  }
  return "";
}

// $msec of nginx: 1795385495.788
std::optional<Time> time_of(std::string_view text) {
  std::string digits(text);
  if (digits.size() < 4 || digits[digits.size() - 4] != '.') return std::nullopt;
  digits.erase(digits.size() - 4, 1);
  std::int64_t ms = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), ms);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return from_epoch_ms(ms);
}

void take_lists(const char* const* params, http::Request& request) {
  for (; *params != nullptr; ++params) {
    const std::string_view text(*params);
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    const auto name = text.substr(0, equals);
    const auto value = text.substr(equals + 1);
    if (name.starts_with("HTTP_")) {
      const auto [header, first] = request.headers.emplace(lower(name.substr(5), '-'), value);
      if (!first)
        header->second.append(", ").append(value);  // RFC 9110, section 5.3; nginx from 1.23 on does it itself
    }
    if (name.starts_with("PATH_") && !value.empty()) request.path_values.emplace(lower(name.substr(5), '_'), value);
  }
}

}  // namespace

http::Request request_of(const char* const* params) {
  http::Request request;
  request.method = value_of(params, "REQUEST_METHOD");
  request.path = value_of(params, "DOCUMENT_URI");
  request.query = value_of(params, "QUERY_STRING");
  request.content_type = value_of(params, "CONTENT_TYPE");
  request.remote_addr = value_of(params, "REMOTE_ADDR");
  take_lists(params, request);
  request.request_id = request.header("x-request-id");
  request.whole_at = time_of(value_of(params, "WHOLE_AT"));
  return request;
}

bool knows_key(const char* const* params, const std::string& key) {
  const auto sent = value_of(params, "EDGE_KEY");
  return key.empty() || (sent.size() == key.size() && sodium_memcmp(sent.data(), key.data(), key.size()) == 0);
}

std::size_t body_size(const char* const* params, std::size_t limit) {
  const auto most = limit + 1;
  const auto announced = value_of(params, "CONTENT_LENGTH");
  if (announced.empty()) return 0;
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(announced.data(), announced.data() + announced.size(), size);
  return error == std::errc{} && end == announced.data() + announced.size() ? std::min(size, most) : most;
}

}  // namespace ticketd::fcgi
