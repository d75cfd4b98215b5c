#include "base/json_text.h"

#include <algorithm>
#include <cstdint>

#include "base/hex.h"

namespace ticketd {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

// How many bytes the well-formed sequence at the start has (Unicode 15, table 3-7); 0 if there is none, or NUL.
std::size_t sequence_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0; };
  const auto follows = [&](std::size_t i, int low = 0x80, int high = 0xbf) {
    return byte(i) >= low && byte(i) <= high;
  };
  const auto first = byte(0);
  if (first < 0x80) return first == 0 ? 0 : 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const bool second = follows(1, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf);
    return second && follows(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const bool second = follows(1, first == 0xf0 ? 0x90 : 0x80, first == 0xf4 ? 0x8f : 0xbf);
    return second && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

bool is_plain(char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

void append_escaped(std::string& out, unsigned code) {
  const std::uint8_t bytes[] = {static_cast<std::uint8_t>(code >> 8), static_cast<std::uint8_t>(code)};
  out.append("\\u").append(hex_of(bytes));
}

// The code point of a sequence of at most three bytes, if it is one that a terminal or a pager would act upon: a
// control character (C0, DEL, C1), a separator of lines, a change of direction. Else 0.
unsigned control_of(std::string_view sequence) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
  if (sequence.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7f ? byte(0) : 0;
  if (sequence.size() == 2) return byte(0) == 0xc2 && byte(1) < 0xa0 ? byte(1) : 0;
  if (sequence.size() != 3 || byte(0) != 0xe2) return 0;
  const unsigned code = 0x2000U | (byte(1) & 0x3fU) << 6 | (byte(2) & 0x3fU);
  return (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ? code : 0;
}

}  // namespace

std::string valid_text(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const auto size = sequence_size(bytes);
    text += size == 0 ? kReplacement : bytes.substr(0, size);
    bytes.remove_prefix(size == 0 ? 1 : size);
  }
  return text;
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const auto plain = static_cast<std::size_t>(std::ranges::find_if_not(text, is_plain) - text.begin());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const auto size = sequence_size(text);
    if (size == 0) {
      out += kReplacement;
    } else if (text[0] == '"' || text[0] == '\\') {
      out.append(1, '\\').append(1, text[0]);
    } else if (const auto control = control_of(text.substr(0, size)); control != 0) {
      append_escaped(out, control);
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  out += '"';
}

JsonField::JsonField(const char* key, const JsonText& value) : key_(key), kind_(Kind::json), text_(value.str()) {}

void JsonField::append_to(std::string& out) const {
  out.append(1, '"').append(key_).append("\":");
  switch (kind_) {
    case Kind::null: out += "null"; break;
    case Kind::boolean: out += number_ != 0 ? "true" : "false"; break;
    case Kind::number: out += std::to_string(number_); break;
    case Kind::text: append_json_string(out, text_); break;
    case Kind::json: out += text_; break;
  }
}

JsonText JsonText::object(std::initializer_list<JsonField> fields) {
  JsonText object(std::string("{"));
  for (const auto& field : fields) {
    if (object.text_.size() > 1) object.text_ += ',';
    field.append_to(object.text_);
  }
  object.text_ += '}';
  return object;
}

JsonText JsonText::text(std::string_view text) {
  JsonText quoted{std::string()};
  append_json_string(quoted.text_, text);
  return quoted;
}

char JsonText::open() {
  const char end = text_.back();
  text_.pop_back();
  if (text_.size() > 1) text_ += ',';
  return end;
}

JsonText& JsonText::add(const JsonField& field) {
  const char end = open();
  field.append_to(text_);
  text_ += end;
  return *this;
}

JsonText& JsonText::push(const JsonText& element) {
  const char end = open();
  text_.append(element.text_).append(1, end);
  return *this;
}

}  // namespace ticketd
