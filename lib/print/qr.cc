#include "print/qr.h"

#include <qrencode.h>

#include <cerrno>
#include <memory>
#include <new>
#include <stdexcept>

#include "base/text.h"

namespace ticketd::print {
namespace {

constexpr std::size_t kGroup = 4;

constexpr std::size_t kGroupsInLine = 4;
// Of the picture, in hundredths of a module.
constexpr int kModule = 100;
constexpr int kLetterSize = 320, kLetterWidth = kLetterSize * 6 / 10;  // as wide as most monospaced letters are
constexpr int kLineHeight = 450;
// In pixels, where nobody asks for another size: what a phone shows as wide as it is.
constexpr int kModulePixels = 10;

struct FreeInput {
  void operator()(QRinput* input) const { QRinput_free(input); }
};
struct FreeCode {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

[[noreturn]] void fail() {
  if (errno == ENOMEM) throw std::bad_alloc();
  throw std::invalid_argument("this text has no QR code");
}

// Text between tags and in attributes.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      default: out += c;
    }
  }
  return out;
}

// "56.25", "33": hundredths as a decimal.
std::string number(int hundredths) {
  auto text = std::to_string(hundredths / 100);
  if (hundredths % 100 == 0) return text;
  const auto rest = std::to_string(100 + hundredths % 100);
  return text.append(".").append(rest, 1, rest.back() == '0' ? 1 : 2);
}

std::string path_of(const QrCode& code) {
  std::string path;
  for (const auto& run : code.runs) {
    const auto width = std::to_string(run.width);
    path.append("M").append(std::to_string(run.x + kQuietZone)).append(" ").append(std::to_string(run.y + kQuietZone));
    path.append("h").append(width).append("v1h-").append(width).append("z");
  }
  return path;
}

// `width`: of the whole picture, in whose middle the line stands.
std::string line_at(int y, int width, const std::string& line) {
  const auto length = static_cast<int>(line.size()) * kLetterWidth;
  return "<text x=\"" + number((width - length) / 2) + "\" y=\"" + number(y) + "\" textLength=\"" + number(length) +
         "\" lengthAdjust=\"spacingAndGlyphs\">" + escaped(line) + "</text>\n";
}

}  // namespace

QrCode qr_code_of(std::string_view text) {
  // Version 0: the smallest one that holds it.
  const std::unique_ptr<QRinput, FreeInput> input(QRinput_new2(0, QR_ECLEVEL_H));
  if (!input) fail();
  // More than any code holds is not copied to find that out.
  if (text.size() > QRSPEC_VERSION_MAX * 177U) throw std::invalid_argument("this text has no QR code");
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  if (QRinput_append(input.get(), QR_MODE_AN, static_cast<int>(text.size()), bytes) != 0) fail();
  const std::unique_ptr<QRcode, FreeCode> made(QRcode_encodeInput(input.get()));
  if (!made) fail();
  QrCode code{made->width, {}};
  const auto is_dark = [&](int x, int y) { return (made->data[y * made->width + x] & 1U) != 0; };
  for (int y = 0; y < code.size; ++y) {
    for (int x = 0; x < code.size; ++x) {
      if (!is_dark(x, y)) continue;
      if (x > 0 && is_dark(x - 1, y)) {
        ++code.runs.back().width;
      } else {
        code.runs.push_back({x, y, 1});
      }
    }
  }
  return code;
}

std::vector<std::string> readable_lines(std::string_view code, std::size_t groups) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < code.size(); at += kGroup) {
    if (at % (kGroup * groups) == 0) {
      lines.emplace_back();
    } else {
      lines.back() += ' ';
    }
    lines.back() += code.substr(at, kGroup);
  }
  return lines;
}

std::string ticket_svg(std::string_view code, std::string_view title) {
  const auto qr = qr_code_of(code);
  const auto lines = readable_lines(code, kGroupsInLine);
  const int width = (qr.size + 2 * kQuietZone) * kModule;
  // The last line has room below it as the code has around it.
  const int height = width + static_cast<int>(lines.size()) * kLineHeight + kQuietZone * kModule - kLineHeight / 2;
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + number(width) + ' ' + number(height) +
                    "\" width=\"" + number(width * kModulePixels) + "\" height=\"" + number(height * kModulePixels) +
                    "\" role=\"img\">\n<title>" + escaped(printable(title)) +
                    "</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n" +
                    "<path fill=\"#000\" shape-rendering=\"crispEdges\" d=\"" + path_of(qr) + "\"/>\n" +
                    "<g fill=\"#000\" font-family=\"monospace\" font-size=\"" + number(kLetterSize) + "\">\n";
  int y = width + kLineHeight / 2;
  for (const auto& line : lines) {
    svg += line_at(y, width, line);
    y += kLineHeight;
  }
  return svg + "</g>\n</svg>\n";
}

}  // namespace ticketd::print
