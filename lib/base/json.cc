#include "base/json.h"

#include <cmath>

#include "base/json_text.h"

namespace ticketd {
Json::Json(std::string_view value) : value_(json_stringn(value.data(), value.size())) {
  if (value_ == nullptr) value_ = json_null();
}

Json Json::object(std::initializer_list<Field> fields) {
  Json object(json_object());
  for (const auto& [key, value] : fields) json_object_set(object.value_, key, value.value_);
  return object;
}

Json Json::array() { return Json(json_array()); }

std::optional<Json> Json::parse(std::string_view text, std::string* error) {
  if (text.find('\0') != std::string_view::npos) {  // jansson reads over one that follows a number
    if (error != nullptr) *error = "a NUL byte";
    return std::nullopt;
  }
  json_error_t why;
  json_t* value = json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
  if (value != nullptr) return Json(value);
  if (error != nullptr) *error = valid_text(why.text);  // jansson quotes the text, and may cut a character
  return std::nullopt;
}

Json& Json::set(const char* key, Json value) {
  json_object_set(value_, key, value.value_);
  return *this;
}

Json& Json::push(Json value) {
  json_array_append(value_, value.value_);
  return *this;
}

Json Json::operator[](const char* key) const {
  json_t* found = json_object_get(value_, key);
  return found == nullptr ? Json() : Json(json_incref(found));
}

Json Json::at(std::size_t index) const {
  json_t* found = json_array_get(value_, index);
  return found == nullptr ? Json() : Json(json_incref(found));
}

std::optional<std::int64_t> Json::whole_number() const {
  if (is_integer()) return integer();
  constexpr double kExact = 9'007'199'254'740'992;  // 2^53
  const double value = json_real_value(value_);     // 0 for what is no number
  if (!json_is_real(value_) || std::trunc(value) != value || std::abs(value) > kExact) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

std::string_view Json::text() const {
  return is_string() ? std::string_view(json_string_value(value_), json_string_length(value_)) : std::string_view();
}

std::string Json::dump_with(std::size_t flags) const {
  std::string text;
  const auto append = [](const char* data, std::size_t size, void* out) {
    static_cast<std::string*>(out)->append(data, size);
    return 0;
  };
  json_dump_callback(value_, append, &text, flags | JSON_COMPACT | JSON_ENCODE_ANY);
  return text;
}

std::string Json::dump() const { return dump_with(0); }
std::string Json::dump_ascii() const { return dump_with(JSON_ENSURE_ASCII); }
std::string Json::canonical() const { return dump_with(JSON_SORT_KEYS); }

}  // namespace ticketd
