// The text policy: what becomes of text that comes in, and of text that is put into other text. By utf8proc, which is
// 350 KB that all processes share; ICU is 30 MB.
//
// All of it takes UTF-8; what is none comes back as it is.
#pragma once
#include <string>
#include <string_view>

namespace ticketd {

// One form for all that look and mean the same: Unicode's NFC.
std::string normalized(std::string_view text);

// Without Unicode's white space and byte order marks at both ends.
std::string_view trimmed(std::string_view text);

// A control character (C0, DEL, C1) that is no tab, line feed or carriage return: no text has any use for it, and JSON
// writes each as six bytes.
bool has_control(std::string_view text);

// Is there something to see: a letter, digit, sign or picture? Spaces, fillers, joiners and bare accents are none.
bool is_visible(std::string_view text);

// Is something in it that cannot be seen, white space included? With it, two addresses look the same.
bool has_invisible(std::string_view text);

// A password as it is hashed: RFC 8265, OpaqueString, section 4.2.2. Every space is U+0020; NFC. What the RFC refuses
// stays: there are accounts with such passwords.
std::string opaque_string(std::string_view password);

// The beginning of a text that is longer than `most` characters (code points), with an ellipsis as the last of them. It
// ends between two that a reader sees as such (UAX #29), unless one is as long as that.
std::string excerpt(std::string_view text, std::size_t most);

// For a text of somebody's within a line of ours: as it is, unless the line could run from right to left by it. Then it
// is in Unicode's isolates, which it does not end, and on one line: what follows runs as it did (UAX #9).
std::string isolated(std::string_view text);

// For a page or a picture, which any character but these can stand in: on one line, spaces in place of control
// characters, and U+FFFD in place of each byte that is no UTF-8 and of what Unicode says is no character
// (XML 1.0, 2.2).
std::string printable(std::string_view text);

// Is it written like the name of a language: two letters from a to z (ISO 639-1)?
bool is_language(std::string_view text);

}  // namespace ticketd
