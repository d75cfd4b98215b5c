// One HTTP request, as the handlers see it. Made by fcgi/ from FastCGI parameters, by tests from a literal.
#pragma once
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/time.h"
#include "base/uuid.h"
#include "refusal/result.h"

namespace ticketd::http {

// Of the body, unless an endpoint takes longer texts than all of it.
constexpr std::size_t kMaxBodyBytes = std::size_t{16} * 1024;

struct Request {
  std::string method;  // GET, HEAD, POST, …
  std::string path;    // without the query string
  std::string query;   // raw, without the question mark
  std::string content_type;
  std::string body;
  std::string remote_addr;
  std::string request_id;  // nginx checked or made it
  std::map<std::string, std::string>
      headers;  // lower-case names: authorization, idempotency-key, if-match, if-none-match, traceparent
  std::map<std::string, std::string> path_values;  // "event_id" and the like
  std::size_t body_limit = kMaxBodyBytes;          // of the endpoint, in bytes
  bool body_complete = true;                       // false: fewer bytes came than were announced
  std::optional<Time> whole_at;                    // when nginx had all of it; told by some endpoints' requests alone

  [[nodiscard]] std::string header(const std::string& name) const;

  // The body as a JSON object.
  // Refuses: unsupported_media_type (Content-Type is not application/json, or it is encoded), body_too_large,
  // invalid_json.
  [[nodiscard]] Result<Json> json_body() const;

  // The value of a query parameter, percent-decoded; the first one if it comes twice.
  [[nodiscard]] std::optional<std::string> query_value(std::string_view name) const;

  // The raw query without these parameters, each that is left followed by an ampersand; fit for a Link header.
  [[nodiscard]] std::string query_without(std::initializer_list<std::string_view> names) const;

  // Refuses: invalid_id.
  template <class IdType>
  [[nodiscard]] Result<IdType> path_id(const std::string& name) const {
    const auto found = path_values.find(name);
    const auto id = found == path_values.end() ? std::nullopt : IdType::parse(found->second);
    if (!id) return Refusal{Code::invalid_id, name + " must be a UUID"};
    return *id;
  }

  // Idempotency-Key, without its quotes; empty if there is none.
  // Refuses: validation_failed for anything but 1 to 255 visible ASCII characters, and for two that differ.
  [[nodiscard]] Result<std::optional<std::string>> idempotency_key() const;
};

// `a%20b+c` becomes `a b c`. A % without two hex digits stays as it is.
std::string percent_decoded(std::string_view text);

}  // namespace ticketd::http
