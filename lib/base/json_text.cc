#include "base/json_text.h"

#include <algorithm>
#include <cstdint>

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

void append_control(std::string& out, char c) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out.append("\\u00").append(1, kDigits[c >> 4]).append(1, kDigits[c & 15]);
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
    } else if (size == 1 && text[0] < 0x20) {
      append_control(out, text[0]);
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
