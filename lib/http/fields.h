// Validation that reports every bad field of a request at once.
//
//   Fields in(body);
//   const auto email = in.email("email");
//   const auto limit = in.number("limit", 1, 100);
//   if (!in.ok()) return in.refusal();
//
// What a bad field reads as is nothing to rely on: ask ok() first. Strings are trimmed and in one form (base/text.h);
// unknown fields are not looked at; null is the same as missing.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "base/uuid.h"
#include "http/request.h"
#include "refusal/refusal.h"

namespace ticketd::http {

// Lengths of text are in Unicode code points.
struct Length {
  std::size_t least;
  std::size_t most;
};

class Fields {
 public:
  // Reads the fields of a JSON object.
  explicit Fields(Json object) : object_(std::move(object)) {}
  // Reads query parameters: numbers and booleans are parsed from their text.
  explicit Fields(const Request& request) : object_(Json::object()), request_(&request) {}

  // No control characters but tab, line feed and carriage return; something that can be seen, unless it is empty.
  std::string text(const std::string& name, Length length);
  std::optional<std::string> optional_text(const std::string& name, Length length);
  // One @ with something on both sides, at most 254 bytes, no spaces or control characters.
  std::string email(const std::string& name);
  // The same trimmed, in the form in which it came: there may be an account from before there was one form.
  std::string as_sent(const std::string& name);
  // As it was sent; 6 bytes to 128 characters as it is hashed.
  std::string password(const std::string& name);
  // Present and a string; not trimmed, of any length up to 1,024 characters: what it is compared with decides.
  std::string secret(const std::string& name);
  int number(const std::string& name, int least, int most);
  std::optional<int> optional_number(const std::string& name, int least, int most);
  std::optional<bool> optional_boolean(const std::string& name);
  // ISO 8601 with a zone. In a query its + may have been left as it is, and come as a space.
  Time time(const std::string& name);
  std::optional<Time> optional_time(const std::string& name);

  template <class IdType>
  IdType id(const std::string& name) {
    const auto value = optional_id<IdType>(name);
    if (!value && ok(name)) required(name);
    return value.value_or(IdType{});
  }
  template <class IdType>
  std::optional<IdType> optional_id(const std::string& name) {
    const auto value = string_of(name);
    if (!value) return std::nullopt;
    const auto id = IdType::parse(*value);
    if (!id) bad(name, "invalid_id", name + " must be a UUID");
    return id;
  }

  // One of the words; `words` maps each to its value.
  template <class T>
  std::optional<T> optional_word(const std::string& name, std::initializer_list<std::pair<const char*, T>> words) {
    const auto value = string_of(name);
    if (!value) return std::nullopt;
    std::string list;
    for (const auto& [word, meaning] : words) {
      if (*value == word) return meaning;
      list += (list.empty() ? "" : ", ") + std::string(word);
    }
    bad(name, "invalid", name + " must be one of: " + list);
    return std::nullopt;
  }

  // Of a JSON object: an object, or `least` to `most` of them in an array. What is wrong within them is reported as
  // "pools.0.name" by include().
  std::optional<Json> optional_object(const std::string& name);
  std::optional<std::vector<Json>> optional_objects(const std::string& name, std::size_t least, std::size_t most);
  // Of a JSON object: `least` to `most` strings in an array.
  std::optional<std::vector<std::string>> optional_texts(const std::string& name, std::size_t least, std::size_t most);
  // Of a JSON object: `count_least` to `count_most` whole numbers in an array, each from `least` to `most`.
  std::optional<std::vector<int>> optional_numbers(const std::string& name, int least, int most,
                                                   std::size_t count_least, std::size_t count_most);
  void include(const std::string& within, const Fields& inner);
  // Was it sent as null, where that says something?
  [[nodiscard]] bool is_null(const std::string& name) const;

  // A rule of the caller's own that did not hold.
  void bad(const std::string& name, const std::string& code, const std::string& message);
  void required(const std::string& name) { bad(name, "required", name + " is required"); }

  [[nodiscard]] bool has(const std::string& name) const;
  [[nodiscard]] bool ok() const { return errors_.empty(); }
  [[nodiscard]] bool ok(const std::string& name) const;
  // Only when not ok(): validation_failed with all of the errors.
  [[nodiscard]] Refusal refusal() const { return {Code::validation_failed, "", errors_}; }

 private:
  // Empty and an error if it is of another type; empty without an error if it is missing.
  enum class How { clean, as_sent };
  std::optional<std::string> string_of(const std::string& name, How how = How::clean);
  std::optional<std::int64_t> integer_of(const std::string& name);
  std::optional<std::vector<Json>> elements_of(const std::string& name, const std::string& kind,
                                               const std::function<bool(const Json&)>& is_one, std::size_t least,
                                               std::size_t most);

  Json object_;
  const Request* request_ = nullptr;
  std::vector<FieldError> errors_;
};

}  // namespace ticketd::http
