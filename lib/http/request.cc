#include "http/request.h"

#include <algorithm>

#include "base/hex.h"

namespace ticketd::http {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string copy(text);
  std::transform(copy.begin(), copy.end(), copy.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return copy;
}

// Why a body that is announced like this is not read; the ways in which clients that mean well go wrong have a hint.
std::optional<Refusal> refusal_of_type(std::string_view content_type, std::string_view encoding) {
  const auto type = lower(trimmed(content_type.substr(0, content_type.find(';'))));
  if (type.ends_with("+json"))
    return Refusal{Code::unsupported_media_type,
                   "Send it as application/json; in a change, a field that is left out stays as it is"};
  if (type != "application/json") return Refusal{Code::unsupported_media_type};
  if (!encoding.empty() && lower(encoding) != "identity")
    return Refusal{Code::unsupported_media_type, "Send the body as it is, without a Content-Encoding"};
  return std::nullopt;
}

Refusal no_body(const std::string& method) {
  if (method != "DELETE") return {Code::invalid_json, "The body is empty; send a JSON object"};
  return {Code::invalid_json,
          "The body is empty; send a JSON object, or if your client cannot: DELETE /v1/bookings/{booking_id}"};
}

// A byte order mark is nothing that JSON may begin with, and that a parser may overlook (RFC 8259, section 8.1).
std::string_view without_mark(std::string_view body) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  return body.starts_with(kMark) ? body.substr(kMark.size()) : body;
}

// The next name=value of a query string, which is cut off.
std::string_view take_pair(std::string_view& rest) {
  const auto pair = rest.substr(0, rest.find('&'));
  rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
  return pair;
}

std::string name_in(std::string_view pair) { return percent_decoded(pair.substr(0, pair.find('='))); }

// As it is, but for what RFC 3986 allows nowhere in a query: that could end the URI in a header.
void append_encoded(std::string& out, std::string_view pair) {
  constexpr std::string_view kInQueries = "-._~!$&'()*+,;=:@/?%";
  for (const char c : pair) {
    const bool letter_or_digit = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (letter_or_digit || kInQueries.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto [high, low] = hex_pair(static_cast<std::uint8_t>(c), kUpperHexDigits);
      out.append(1, '%').append(1, high).append(1, low);
    }
  }
}

constexpr std::string_view kBetween = ", ";  // the lines of a header that came several times

std::string unquoted(const std::string& text) {
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

}  // namespace

std::string Request::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

Result<Json> Request::json_body() const {
  if (body.empty() && body_complete) return no_body(method);
  if (auto refusal = refusal_of_type(content_type, header("content-encoding"))) return *refusal;
  if (body.size() > body_limit)
    return Refusal{Code::body_too_large,
                   "The body may have at most " + std::to_string(body_limit / 1024) + " KiB; send less"};
  if (!body_complete) return Refusal{Code::invalid_json, "The body ended before the announced length"};
  std::string why;
  auto json = Json::parse(without_mark(body), &why);
  if (!json) return Refusal{Code::invalid_json, "The body is not valid JSON: " + why};
  if (!json->is_object()) return Refusal{Code::invalid_json, "The body must be a JSON object"};
  return *json;
}

std::optional<std::string> Request::query_value(std::string_view name) const {
  for (std::string_view rest = query; !rest.empty();) {
    const auto pair = take_pair(rest);
    if (name_in(pair) != name) continue;
    const auto equals = pair.find('=');
    return equals == std::string_view::npos ? "" : percent_decoded(pair.substr(equals + 1));
  }
  return std::nullopt;
}

std::string Request::query_without(std::initializer_list<std::string_view> names) const {
  std::string kept;
  for (std::string_view rest = query; !rest.empty();) {
    const auto pair = take_pair(rest);
    if (pair.empty() || std::find(names.begin(), names.end(), name_in(pair)) != names.end()) continue;
    append_encoded(kept, pair);
    kept += '&';
  }
  return kept;
}

Result<std::optional<std::string>> Request::idempotency_key() const {
  const auto refused = [](const char* why) {
    return Refusal{Code::validation_failed, "", {{"Idempotency-Key", "invalid", why}}};
  };
  if (!headers.contains("idempotency-key")) return std::optional<std::string>();
  const auto sent = header("idempotency-key");
  const auto key = unquoted(sent.substr(0, sent.find(kBetween)));
  for (auto at = sent.find(kBetween); at != std::string::npos; at = sent.find(kBetween, at)) {
    at += kBetween.size();
    if (unquoted(sent.substr(at, sent.find(kBetween, at) - at)) != key)
      return refused("Idempotency-Key came twice, with different values; send one");
  }
  const auto visible = [](char c) { return c > 0x20 && c < 0x7f; };
  if (key.empty() || key.size() > 255 || !std::all_of(key.begin(), key.end(), visible)) {
    return refused("Idempotency-Key must be 1 to 255 visible ASCII characters");
  }
  return std::optional(key);
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' ? byte_of_hex(text.substr(i + 1, 2)) : std::nullopt;
    if (byte) {
      decoded += static_cast<char>(*byte);
      i += 2;
    } else {
      decoded += text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

}  // namespace ticketd::http
