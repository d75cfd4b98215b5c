#include "base/text.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <span>

namespace ticketd {
namespace {

struct CodePoint {
  utf8proc_int32_t code;  // negative: a byte that is no UTF-8
  std::string_view bytes;

  [[nodiscard]] const utf8proc_property_t& property() const { return *utf8proc_get_property(code); }
  [[nodiscard]] bool is_space() const {
    const auto category = property().category;
    return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP ||
           (code >= '\t' && code <= '\r') || code == 0x85;
  }
  [[nodiscard]] bool is_mark() const {
    const auto category = property().category;
    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC || category == UTF8PROC_CATEGORY_ME;
  }
  // Beside what Unicode calls ignorable: a Braille sign without dots, annotations, and the end of what is allocated.
  [[nodiscard]] bool is_unseen() const {
    return is_space() || property().ignorable || property().category == UTF8PROC_CATEGORY_CC || code == 0x2800 ||
           (code >= 0xfff0 && code <= 0xfffb) || (code >= 0xe0000 && code <= 0xe0fff);
  }
};

// The first one of a text that is not empty.
CodePoint first_of(std::string_view text) {
  CodePoint first{0, {}};
  const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                     static_cast<utf8proc_ssize_t>(text.size()), &first.code);
  first.bytes = text.substr(0, size > 0 ? static_cast<std::size_t>(size) : 1);
  return first;
}

template <class Predicate>
bool any_of(std::string_view text, Predicate predicate) {
  while (!text.empty()) {
    const auto next = first_of(text);
    if (predicate(next)) return true;
    text.remove_prefix(next.bytes.size());
  }
  return false;
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool turns(const CodePoint& one) {
  switch (one.property().bidi_class) {
    case UTF8PROC_BIDI_CLASS_R:
    case UTF8PROC_BIDI_CLASS_AL:
    case UTF8PROC_BIDI_CLASS_AN:
    case UTF8PROC_BIDI_CLASS_LRE:
    case UTF8PROC_BIDI_CLASS_LRO:
    case UTF8PROC_BIDI_CLASS_RLE:
    case UTF8PROC_BIDI_CLASS_RLO:
    case UTF8PROC_BIDI_CLASS_PDF:
    case UTF8PROC_BIDI_CLASS_LRI:
    case UTF8PROC_BIDI_CLASS_RLI:
    case UTF8PROC_BIDI_CLASS_FSI:
    case UTF8PROC_BIDI_CLASS_PDI: return true;
    default: return false;
  }
}

}  // namespace

std::string normalized(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  utf8proc_uint8_t* composed = nullptr;
  const auto size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                   &composed, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(composed, &std::free);
  if (size < 0) return std::string(text);
  return {reinterpret_cast<const char*>(composed), static_cast<std::size_t>(size)};
}

std::string_view trimmed(std::string_view text) {
  const auto goes = [](const CodePoint& one) { return one.is_space() || one.code == 0xfeff; };
  while (!text.empty() && goes(first_of(text))) text.remove_prefix(first_of(text).bytes.size());
  std::size_t kept = 0;
  for (auto rest = text; !rest.empty();) {
    const auto next = first_of(rest);
    rest.remove_prefix(next.bytes.size());
    if (!goes(next)) kept = text.size() - rest.size();
  }
  return text.substr(0, kept);
}

bool has_control(std::string_view text) {
  return any_of(text, [](const CodePoint& one) {
    return one.property().category == UTF8PROC_CATEGORY_CC && one.code != '\t' && one.code != '\n' && one.code != '\r';
  });
}

bool is_visible(std::string_view text) {
  return any_of(text, [](const CodePoint& one) { return !one.is_unseen() && !one.is_mark(); });
}

bool has_invisible(std::string_view text) {
  return any_of(text, [](const CodePoint& one) { return one.is_unseen(); });
}

std::string opaque_string(std::string_view password) {
  if (is_ascii(password)) return std::string(password);
  std::string mapped;
  for (auto rest = password; !rest.empty();) {
    const auto next = first_of(rest);
    mapped += next.property().category == UTF8PROC_CATEGORY_ZS ? " " : next.bytes;
    rest.remove_prefix(next.bytes.size());
  }
  return normalized(mapped);
}

std::string excerpt(std::string_view text, std::size_t most) {
  constexpr std::string_view kEllipsis = "\u2026";
  std::size_t between = 0;   // the last place between two graphemes that leaves room for the ellipsis
  std::size_t anywhere = 0;  // the last one between two characters
  utf8proc_int32_t before = 0;
  utf8proc_int32_t state = 0;
  auto rest = text;
  for (std::size_t characters = 0; !rest.empty(); ++characters) {
    if (characters == most)
      return std::string(trimmed(text.substr(0, between > 0 ? between : anywhere))).append(kEllipsis);
    const auto next = first_of(rest);
    const auto here = text.size() - rest.size();
    const bool is_between = characters > 0 && utf8proc_grapheme_break_stateful(before, next.code, &state);
    anywhere = here;
    if (is_between) between = here;
    before = next.code;
    rest.remove_prefix(next.bytes.size());
  }
  return std::string(text);
}

std::string isolated(std::string_view text) {
  if (!any_of(text, turns)) return std::string(text);
  constexpr std::string_view kFirstStrong = "\u2068", kEnd = "\u2069";
  std::string line(kFirstStrong);
  int open = 0;  // of its own
  while (!text.empty()) {
    const auto next = first_of(text);
    text.remove_prefix(next.bytes.size());
    const auto bidi = next.property().bidi_class;
    if (bidi == UTF8PROC_BIDI_CLASS_B) {
      line += ' ';
      continue;
    }
    if (bidi == UTF8PROC_BIDI_CLASS_PDI && open-- == 0) {
      open = 0;
      continue;
    }
    if (bidi == UTF8PROC_BIDI_CLASS_LRI || bidi == UTF8PROC_BIDI_CLASS_RLI || bidi == UTF8PROC_BIDI_CLASS_FSI) ++open;
    line += next.bytes;
  }
  for (; open >= 0; --open) line += kEnd;
  return line;
}

std::string printable(std::string_view text) {
  std::string line;
  while (!text.empty()) {
    const auto next = first_of(text);
    text.remove_prefix(next.bytes.size());
    const auto category = next.property().category;
    if (next.code < 0 || (next.code & 0xfffe) == 0xfffe) {
      line += "\ufffd";
    } else if (category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_ZL ||
               category == UTF8PROC_CATEGORY_ZP) {
      line += ' ';
    } else {
      line += next.bytes;
    }
  }
  return line;
}

bool is_language(std::string_view text) {
  return text.size() == 2 && std::ranges::all_of(text, [](char c) { return c >= 'a' && c <= 'z'; });
}

}  // namespace ticketd
