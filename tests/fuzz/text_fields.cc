// Covers: lib/http/fields.cc
// E-mail, name, passwords and the like: the first line of the input says which, the rest is the value. It comes as JSON
// and as a query parameter.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "fuzz/properties.h"
#include "http/fields.h"

using namespace ticketd;
using fuzz::require;

static constexpr http::Length kName{1, 255};

static std::size_t count(std::string_view text, char c) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), c));
}

static bool has_ascii_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

static std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](unsigned char c) { return (c & 0xc0) != 0x80; }));
}

static void try_field(http::Fields in, const std::string& kind) {
  std::string value;
  if (kind == "email") {
    value = in.email("x");
    if (in.ok())
      require(value.size() <= 254 && count(value, '@') == 1 && !has_ascii_control(value), "an e-mail has one @");
  } else if (kind == "password") {
    value = in.password("x");
    const auto hashed = opaque_string(value);
    if (in.ok()) require(hashed.size() >= 6 && characters(hashed) <= 128, "a password has 6 bytes to 128 characters");
  } else if (kind == "secret") {
    value = in.secret("x");
    if (in.ok()) require(!value.empty() && value.size() <= 1024, "a secret has 1 to 1,024 bytes");
  } else if (kind == "number") {
    const int number = in.number("x", -5, 1'000'000);
    if (in.ok()) require(number >= -5 && number <= 1'000'000, "a number is in its bounds");
  } else {
    value = in.text("x", kName);
    if (in.ok()) require(!value.empty() && value.size() <= 4 * kName.most, "a name has 1 to 255 characters");
  }
  if (!in.ok()) fuzz::require_problem(in.refusal());
  if (in.ok()) require(value.find('\0') == std::string::npos && Json(value).is_string(), "text is UTF-8 without NUL");
}

static std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    std::array<char, 4> code{};
    std::snprintf(code.data(), code.size(), "%%%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    encoded += code.data();
  }
  return encoded;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = fuzz::text_of(data, size);
  const auto kind = fuzz::take_until(rest, '\n');
  http::Request request;
  request.query = "x=" + percent_encoded(rest);
  require(request.query_value("x") == rest, "a query parameter is read as it was sent");
  try_field(http::Fields(request), kind);
  auto body = Json::parse(R"({"x":")" + std::string(rest) + "\"}");
  if (!body) body = Json::parse(R"({"x":)" + std::string(rest) + "}");
  if (body) try_field(http::Fields(*body), kind);
  return 0;
}
