// QR codes (ISO/IEC 18004) of tickets' codes, and one as a picture. By libqrencode.
//
// Error correction is the highest, H: a code of which a quarter is torn, wet or under a thumb is still read. Only the
// alphanumeric mode is used: auth/ticket_code.h has its letters from there, and they fill two thirds of what bytes
// would.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace ticketd::print {

// Modules that stay white around a code (ISO/IEC 18004, 6.3.8), or readers take what is beside it for a part of it.
constexpr int kQuietZone = 4;

// Dark modules side by side. The first row and column is 0; the quiet zone is not counted.
struct Run {
  int x;
  int y;
  int width;
};

struct QrCode {
  int size;  // modules in a row, and as many rows
  std::vector<Run> runs;
};

// The smallest code of that text. Throws std::invalid_argument if the text is empty, has a character that is none of
// the mode's (digits, capitals, space and $%*+-./:), or is longer than the largest code holds, 1,852 of them.
QrCode qr_code_of(std::string_view text);

// What people read out and type in: in groups of four, so many groups in a line but for the last one.
std::vector<std::string> readable_lines(std::string_view code, std::size_t groups);

// A picture of the code, SVG 1.1: black on white, the code itself in letters below. `title`: what it is called by
// whoever cannot see it; any UTF-8. It has neither scripts nor references to anything else. Throws as qr_code_of().
std::string ticket_svg(std::string_view code, std::string_view title);

}  // namespace ticketd::print
