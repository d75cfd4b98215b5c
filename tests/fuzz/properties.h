// What every target demands of what it tries. A broken property ends the process as a crash does, so libFuzzer keeps
// the input.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "http/reply.h"

namespace ticketd::fuzz {

inline void require(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "broken property: %s\n", property);
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// The text up to the mark, which is cut off with it.
inline std::string take_until(std::string_view& rest, char mark) {
  const auto part = rest.substr(0, rest.find(mark));
  rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  return std::string(part);
}

inline bool is_text(const Json& value) { return value.is_string() && !value.text().empty(); }

// A reply as the contract has it: the envelope in valid JSON, and nothing in a header that could end it.
inline void require_reply(const http::Reply& reply) {
  for (const auto& [name, value] : reply.headers) {
    require((name + value).find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos, "headers are one line");
  }
  if (reply.status == 304) return;
  const auto json = Json::parse(reply.body);
  require(json && json->is_object(), "a reply is a JSON object in UTF-8");
  require((*json)["success"].boolean() == (reply.status < 400), "success says whether it is one");
  require(is_text((*json)["message"]), "a reply has a message");
}

// A refusal gives a problem reply of the status classes given, complete for all of its bad fields.
inline http::Reply require_problem(const Refusal& refusal, const std::string& request_id = "r-1") {
  auto reply = http::problem(refusal, request_id);
  require_reply(reply);
  require(reply.status >= 400 && (reply.status < 500 || reply.status == 503), "what is refused is a 4xx, or a 503");
  const auto json = *Json::parse(reply.body);
  require(json["status"].integer() == reply.status && is_text(json["code"]), "a problem has its status and code");
  require(json["errors"].size() == refusal.errors.size(), "a problem lists every bad field");
  for (std::size_t i = 0; i < refusal.errors.size(); ++i) {
    const auto error = json["errors"].at(i);
    require(is_text(error["field"]) && is_text(error["code"]) && is_text(error["message"]), "a bad field says why");
  }
  require(refusal.errors.empty() == (refusal.code != Code::validation_failed), "errors go with validation_failed");
  return reply;
}

}  // namespace ticketd::fuzz
