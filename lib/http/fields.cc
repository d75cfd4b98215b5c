#include "http/fields.h"

#include <algorithm>
#include <charconv>

namespace ticketd::http {
namespace {

std::string trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(kSpace) - first + 1));
}

// Every byte but UTF-8's continuation bytes begins a code point.
std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// Those that are no white space, of C0, DEL and C1 (U+0080 to U+009F): no text has any use for them, and JSON writes
// each as six bytes.
bool has_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == 0x7f || (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r')) return true;
    if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
  }
  return false;
}

// White space and what is not seen (Unicode's Zs, Zl, Zp, Default_Ignorable_Code_Point, and the blank U+2800): with it,
// two addresses look the same. In UTF-8, whose bytes sort as the code points do.
bool has_invisible(std::string_view text) {
  static constexpr std::pair<std::string_view, std::string_view> kRanges[] = {
      {"\t", " "},
      {"\u00a0", "\u00a0"},
      {"\u00ad", "\u00ad"},
      {"\u034f", "\u034f"},
      {"\u061c", "\u061c"},
      {"\u115f", "\u1160"},
      {"\u1680", "\u1680"},
      {"\u17b4", "\u17b5"},
      {"\u180b", "\u180f"},
      {"\u2000", "\u200f"},
      {"\u2028", "\u202f"},
      {"\u205f", "\u206f"},
      {"\u2800", "\u2800"},
      {"\u3000", "\u3000"},
      {"\u3164", "\u3164"},
      {"\ufe00", "\ufe0f"},
      {"\ufeff", "\ufeff"},
      {"\uffa0", "\uffa0"},
      {"\ufff0", "\ufffb"},
      {"\U0001bca0", "\U0001bca3"},
      {"\U0001d173", "\U0001d17a"},
      {"\U000e0000", "\U000e0fff"},
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const auto& [first, last] : kRanges) {
      const auto here = text.substr(i, first.size());
      if (first <= here && here <= last) return true;
    }
  }
  return false;
}

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

std::optional<std::string> Fields::string_of(const std::string& name, bool trim) {
  if (!has(name)) return std::nullopt;
  if (request_ != nullptr) {
    auto value = *request_->query_value(name);
    // What came percent-encoded was not checked by a JSON parser.
    if (value.find('\0') != std::string::npos || Json(value).is_null()) {
      bad(name, "invalid", name + " must be UTF-8 text without NUL");
      return std::nullopt;
    }
    return trimmed(value);
  }
  const auto value = object_[name.c_str()];
  if (!value.is_string()) {
    bad(name, "wrong_type", name + " must be a string");
    return std::nullopt;
  }
  return trim ? trimmed(value.text()) : std::string(value.text());
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

std::string Fields::password(const std::string& name) {
  const auto value = string_of(name, false);
  if (!value || value->empty()) {
    if (ok(name)) required(name);
    return "";
  }
  if (value->size() < 6) bad(name, "too_short", name + " must have at least 6 characters");
  if (code_points(*value) > 128) bad(name, "too_long", name + " must have at most 128 characters");
  return *value;
}

std::string Fields::secret(const std::string& name) {
  const auto value = string_of(name, false);
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

Time Fields::time(const std::string& name) {
  const auto value = optional_time(name);
  if (!value && ok(name)) required(name);
  return value.value_or(Time{});
}

}  // namespace ticketd::http
