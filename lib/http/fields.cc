#include "http/fields.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace ticketd::http {
namespace {

// Every byte but UTF-8's continuation bytes begins a code point.
std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// As all text comes in, but for secrets.
std::string clean(std::string_view text) { return normalized(trimmed(text)); }

std::string bounds(int least, int most) { return std::to_string(least) + " to " + std::to_string(most); }

}  // namespace

bool Fields::has(const std::string& name) const {
  return request_ != nullptr ? request_->query_value(name).has_value()
                             : object_.has(name.c_str()) && !object_[name.c_str()].is_null();
}

bool Fields::ok(const std::string& name) const {
  return std::none_of(errors_.begin(), errors_.end(), [&](const auto& error) { return error.field == name; });
}

void Fields::bad(const std::string& name, const std::string& code, const std::string& message) {
  errors_.push_back({name, code, message});
}

std::optional<std::string> Fields::string_of(const std::string& name, How how) {
  if (!has(name)) return std::nullopt;
  if (request_ != nullptr) {
    auto value = *request_->query_value(name);
    // What came percent-encoded was not checked by a JSON parser.
    if (value.find('\0') != std::string::npos || Json(value).is_null()) {
      bad(name, "invalid", name + " must be UTF-8 text without NUL");
      return std::nullopt;
    }
    return clean(value);
  }
  const auto value = object_[name.c_str()];
  if (!value.is_string()) {
    bad(name, "wrong_type", name + " must be a string");
    return std::nullopt;
  }
  return how == How::clean ? clean(value.text()) : std::string(value.text());
}

std::optional<std::int64_t> Fields::integer_of(const std::string& name) {
  if (!has(name)) return std::nullopt;
  if (request_ == nullptr) {
    if (const auto value = object_[name.c_str()].whole_number()) return value;
  } else {
    const auto text = *request_->query_value(name);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (!text.empty() && error == std::errc{} && end == text.data() + text.size()) return value;
  }
  bad(name, "wrong_type", name + " must be a whole number");
  return std::nullopt;
}

std::optional<std::string> Fields::optional_text(const std::string& name, Length length) {
  auto value = string_of(name);
  if (!value) return std::nullopt;
  if (has_control(*value)) bad(name, "invalid", name + " must not have control characters");
  if (!value->empty() && !is_visible(*value)) bad(name, "invalid", name + " must have something that can be seen");
  const auto size = code_points(*value);
  if (size < length.least && size == 0) {
    required(name);
  } else if (size < length.least) {
    bad(name, "too_short", name + " must have at least " + std::to_string(length.least) + " characters");
  } else if (size > length.most) {
    bad(name, "too_long", name + " must have at most " + std::to_string(length.most) + " characters");
  }
  return value;
}

std::string Fields::text(const std::string& name, Length length) {
  const auto value = optional_text(name, length);
  if (!value && ok(name)) required(name);
  return value.value_or("");
}

std::string Fields::email(const std::string& name) {
  const auto value = string_of(name);
  if (!value || value->empty()) {
    if (ok(name)) required(name);
    return "";
  }
  const auto at = value->find('@');
  const bool one_at = at != std::string::npos && at == value->rfind('@') && at > 0 && at + 1 < value->size();
  if (!one_at || has_control(*value) || has_invisible(*value)) bad(name, "invalid", name + " must be an email address");
  if (value->size() > 254) bad(name, "too_long", name + " must have at most 254 characters");
  return *value;
}

std::string Fields::as_sent(const std::string& name) {
  return std::string(trimmed(string_of(name, How::as_sent).value_or("")));
}

std::string Fields::password(const std::string& name) {
  const auto value = string_of(name, How::as_sent);
  if (!value || value->empty()) {
    if (ok(name)) required(name);
    return "";
  }
  const auto hashed = opaque_string(*value);
  if (hashed.size() < 6) bad(name, "too_short", name + " must have at least 6 characters");
  if (code_points(hashed) > 128) bad(name, "too_long", name + " must have at most 128 characters");
  return *value;
}

std::string Fields::secret(const std::string& name) {
  const auto value = string_of(name, How::as_sent);
  if (!value || value->empty()) {
    if (ok(name)) required(name);
    return "";
  }
  if (code_points(*value) > 1024) bad(name, "too_long", name + " must have at most 1024 characters");
  return *value;
}

std::optional<int> Fields::optional_number(const std::string& name, int least, int most) {
  const auto value = integer_of(name);
  if (!value) return std::nullopt;
  if (*value < least || *value > most) {
    bad(name, "out_of_range", name + " must be " + bounds(least, most));
    return std::nullopt;
  }
  return static_cast<int>(*value);
}

int Fields::number(const std::string& name, int least, int most) {
  const auto value = optional_number(name, least, most);
  if (!value && ok(name)) required(name);
  return value.value_or(least);
}

std::optional<bool> Fields::optional_boolean(const std::string& name) {
  if (!has(name)) return std::nullopt;
  if (request_ != nullptr) {
    const auto text = *request_->query_value(name);
    if (text == "true" || text == "1" || text.empty()) return true;
    if (text == "false" || text == "0") return false;
  } else if (object_[name.c_str()].is_boolean()) {
    return object_[name.c_str()].boolean();
  }
  bad(name, "wrong_type", name + " must be true or false");
  return std::nullopt;
}

std::optional<Time> Fields::optional_time(const std::string& name) {
  auto value = string_of(name);
  if (!value) return std::nullopt;
  // The + of a zone, which stands for a space in a query (URL standard, 5.1). One more may divide date and time.
  constexpr std::size_t kDate = std::string_view("2027-05-01T").size();
  const auto space = value->rfind(' ');
  if (request_ != nullptr && space != std::string::npos && space >= kDate) (*value)[space] = '+';
  const auto time = parse_time(*value);
  if (!time) bad(name, "invalid_date", name + " must be a date and time with a zone, such as 2027-05-01T19:30:00Z");
  return time;
}

std::optional<Json> Fields::optional_object(const std::string& name) {
  if (!has(name)) return std::nullopt;
  auto value = object_[name.c_str()];
  if (value.is_object()) return value;
  bad(name, "wrong_type", name + " must be an object");
  return std::nullopt;
}

std::optional<std::vector<Json>> Fields::elements_of(const std::string& name, const std::string& kind,
                                                     const std::function<bool(const Json&)>& is_one, std::size_t least,
                                                     std::size_t most) {
  if (!has(name)) return std::nullopt;
  const auto value = object_[name.c_str()];
  std::vector<Json> elements;
  for (std::size_t i = 0; i < (value.is_array() ? value.size() : 0); ++i) elements.push_back(value.at(i));
  if (!value.is_array() || !std::all_of(elements.begin(), elements.end(), is_one)) {
    bad(name, "wrong_type", name + " must be an array of " + kind);
  } else if (elements.size() < least || elements.size() > most) {
    bad(name, "out_of_range",
        name + " must have " + std::to_string(least) + " to " + std::to_string(most) + " elements");
  } else {
    return elements;
  }
  return std::nullopt;
}

std::optional<std::vector<Json>> Fields::optional_objects(const std::string& name, std::size_t least,
                                                          std::size_t most) {
  return elements_of(name, "objects", &Json::is_object, least, most);
}

std::optional<std::vector<std::string>> Fields::optional_texts(const std::string& name, std::size_t least,
                                                               std::size_t most) {
  const auto elements = elements_of(name, "strings", &Json::is_string, least, most);
  if (!elements) return std::nullopt;
  std::vector<std::string> texts;
  for (const auto& element : *elements) texts.push_back(clean(element.text()));
  return texts;
}

std::optional<std::vector<int>> Fields::optional_numbers(const std::string& name, int least, int most,
                                                         std::size_t count_least, std::size_t count_most) {
  const auto is_whole = [](const Json& value) { return value.whole_number().has_value(); };
  const auto elements = elements_of(name, "whole numbers", is_whole, count_least, count_most);
  if (!elements) return std::nullopt;
  std::vector<int> numbers;
  for (const auto& element : *elements) {
    const auto value = *element.whole_number();
    if (value < least || value > most) {
      bad(name, "out_of_range", name + " must have numbers of " + bounds(least, most));
      return std::nullopt;
    }
    numbers.push_back(static_cast<int>(value));
  }
  return numbers;
}

void Fields::include(const std::string& within, const Fields& inner) {
  for (const auto& error : inner.errors_) bad(within + '.' + error.field, error.code, error.message);
}

bool Fields::is_null(const std::string& name) const {
  return object_.has(name.c_str()) && object_[name.c_str()].is_null();
}

Time Fields::time(const std::string& name) {
  const auto value = optional_time(name);
  if (!value && ok(name)) required(name);
  return value.value_or(Time{});
}

}  // namespace ticketd::http
