// JSON that is only written: text, put together at once, without a tree: to build one and print it once was half of a
// booking's work. What comes in is Json. Any bytes are taken as
// text: U+FFFD stands for each byte that is no UTF-8, and for NUL, which neither we nor PostgreSQL take.
#pragma once
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ticketd {

std::string valid_text(std::string_view bytes);

// Appends `text` in quotes, escaped as RFC 8259 section 7 asks, and so that no terminal that shows it acts upon it.
void append_json_string(std::string& out, std::string_view text);

class JsonText;

// A key, which nothing in needs escaping, and its value. Holds a view of texts: they must outlive the call that the
// field is given to.
class JsonField {
 public:
  JsonField(const char* key, std::string_view value) : key_(key), kind_(Kind::text), text_(value) {}
  JsonField(const char* key, const std::string& value) : JsonField(key, std::string_view(value)) {}
  JsonField(const char* key, const char* value) : JsonField(key, std::string_view(value)) {}
  JsonField(const char* key, std::int64_t value) : key_(key), kind_(Kind::number), number_(value) {}
  JsonField(const char* key, int value) : JsonField(key, std::int64_t{value}) {}
  JsonField(const char* key, bool value) : key_(key), kind_(Kind::boolean), number_(value) {}
  JsonField(const char* key, std::nullptr_t) : key_(key) {}
  JsonField(const char* key, const JsonText& value);
  template <class T>
  JsonField(const char* key, const std::optional<T>& value)
      : JsonField(value ? JsonField(key, *value) : JsonField(key, nullptr)) {}

  // Appends "key":value.
  void append_to(std::string& out) const;

 private:
  enum class Kind { null, boolean, number, text, json };
  const char* key_;
  Kind kind_ = Kind::null;
  std::int64_t number_ = 0;
  std::string_view text_;
};

// A value: mostly an object or an array. `same_as` keeps a pointer from passing for true.
class JsonText {
 public:
  JsonText(std::same_as<bool> auto value) : text_(value ? "true" : "false") {}
  JsonText(std::same_as<int> auto value) : text_(std::to_string(value)) {}
  static JsonText object(std::initializer_list<JsonField> fields = {});
  // What is JSON already.
  static JsonText verbatim(std::string json) { return JsonText(std::move(json)); }
  static JsonText text(std::string_view text);
  static JsonText array() { return JsonText(std::string("[]")); }

  // Of an object: one more field, whose key is not there yet.
  template <class T>
  JsonText& set(const char* key, const T& value) {
    return add(JsonField(key, value));
  }
  // Of an array: one more element.
  JsonText& push(const JsonText& element);

  // Of an object or an array: nothing in it.
  [[nodiscard]] bool is_empty() const { return text_.size() == 2; }
  [[nodiscard]] const std::string& str() const { return text_; }

 private:
  explicit JsonText(std::string text) : text_(std::move(text)) {}
  JsonText& add(const JsonField& field);
  // Takes off what closes the text, for one more member, and gives it back.
  char open();

  std::string text_;
};

}  // namespace ticketd
