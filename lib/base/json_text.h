// Any bytes as text, and as a JSON string, without building a Json first. U+FFFD stands for each byte that is no UTF-8,
// and for NUL, which neither we nor PostgreSQL take.
#pragma once
#include <string>
#include <string_view>

namespace ticketd {

std::string valid_text(std::string_view bytes);

// Appends `text` in quotes, escaped as RFC 8259 section 7 asks.
void append_json_string(std::string& out, std::string_view text);

}  // namespace ticketd
