// Text as a JSON string, for lines that are written without building a Json first.
#pragma once
#include <string>
#include <string_view>

namespace ticketd {

// Appends `text` in quotes, escaped as RFC 8259 section 7 asks. Each byte that is no UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

}  // namespace ticketd
