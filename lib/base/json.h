// JSON values: jansson behind a reference-counted handle. Copies share the value; nothing here throws but for
// std::bad_alloc and a number too large for jansson.
#pragma once
#include <jansson.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ticketd {

class Json {
 public:
  using Field = std::pair<const char*, Json>;

  Json() : value_(json_null()) {}
  Json(std::nullptr_t) : Json() {}
  Json(bool value) : value_(json_boolean(value)) {}
  Json(int value) : value_(json_integer(value)) {}
  Json(std::int64_t value) : value_(json_integer(value)) {}
  // Invalid UTF-8 becomes null: what comes from outside was checked on its way in.
  Json(std::string_view value);
  Json(const std::string& value) : Json(std::string_view(value)) {}
  Json(const char* value) : Json(std::string_view(value)) {}
  template <class T>
  Json(const std::optional<T>& value) : Json() {
    if (value) *this = Json(*value);
  }

  Json(const Json& other) : value_(json_incref(other.value_)) {}
  Json(Json&& other) noexcept : value_(std::exchange(other.value_, json_null())) {}
  Json& operator=(Json other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Json() { json_decref(value_); }

  static Json object(std::initializer_list<Field> fields = {});
  static Json array();

  // Refuses (empty, with the reason in *error if given) what RFC 8259 does not allow, a duplicate key, \u0000, invalid
  // UTF-8, an integer beyond 64 bits and nesting deeper than 2,048. Any JSON value may stand at the top.
  static std::optional<Json> parse(std::string_view text, std::string* error = nullptr);

  Json& set(const char* key, Json value);
  Json& push(Json value);

  [[nodiscard]] bool has(const char* key) const { return json_object_get(value_, key) != nullptr; }
  // Null where the key or the index is missing or this is no object or array.
  [[nodiscard]] Json operator[](const char* key) const;
  [[nodiscard]] Json at(std::size_t index) const;
  [[nodiscard]] std::size_t size() const { return is_array() ? json_array_size(value_) : json_object_size(value_); }

  [[nodiscard]] bool is_null() const { return json_is_null(value_); }
  [[nodiscard]] bool is_object() const { return json_is_object(value_); }
  [[nodiscard]] bool is_array() const { return json_is_array(value_); }
  [[nodiscard]] bool is_string() const { return json_is_string(value_); }
  [[nodiscard]] bool is_integer() const { return json_is_integer(value_); }
  // The value of a whole number, however it is written: 5.0 and 5e0 are 5 (RFC 8259, section 6; JSON Schema,
  // "integer"). Empty for all else, and for one with a point or an exponent that a double may not hold exactly.
  [[nodiscard]] std::optional<std::int64_t> whole_number() const;
  [[nodiscard]] bool is_boolean() const { return json_is_boolean(value_); }

  // Empty, 0 and false where the value is of another type. The view lives as long as this value.
  [[nodiscard]] std::string_view text() const;
  [[nodiscard]] std::int64_t integer() const { return json_integer_value(value_); }
  [[nodiscard]] bool boolean() const { return json_is_true(value_); }

  // Compact, keys in the order in which they were set.
  [[nodiscard]] std::string dump() const;
  // What is beyond ASCII as \u…: no terminal acts on it.
  [[nodiscard]] std::string dump_ascii() const;
  // Compact with sorted keys: equal values give equal text, whatever the order their keys were sent in.
  [[nodiscard]] std::string canonical() const;

  bool operator==(const Json& other) const { return json_equal(value_, other.value_) == 1; }

 private:
  explicit Json(json_t* owned) : value_(owned) {}
  [[nodiscard]] std::string dump_with(std::size_t flags) const;

  json_t* value_;
};

}  // namespace ticketd
