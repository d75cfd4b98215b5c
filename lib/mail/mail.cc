#include "mail/mail.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <stdexcept>

#include "base/base64.h"
#include "base/text.h"

namespace ticketd::mail {
namespace {

// 75 characters less "=?UTF-8?B?" and "?=" hold 63 of base64, and so 45 bytes.
constexpr std::size_t kBytesOfWord = 45;

bool is_plain(std::string_view text) {
  return text.find("=?") == std::string_view::npos &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

// The longest beginning of at most kBytesOfWord bytes that cuts no character.
std::string_view first_word(std::string_view text) {
  auto end = std::min(text.size(), kBytesOfWord);
  while (end < text.size() && end > 0 && !begins_character(text[end])) --end;
  return text.substr(0, end == 0 ? kBytesOfWord : end);  // 45 bytes that begin no character are no text
}

// "Sat, 05 Dec 2026 19:00:00 +0000", in English whatever the locale (RFC 5322, 3.3).
std::string date_text(Time at) {
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = epoch_ms(at) / 1000;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 64> text{};
  const auto size = std::snprintf(text.data(), text.size(), "%s, %02d %s %d %02d:%02d:%02d +0000",
                                  kDays.at(static_cast<std::size_t>(utc.tm_wday)), utc.tm_mday,
                                  kMonths.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900, utc.tm_hour,
                                  utc.tm_min, utc.tm_sec);
  return {text.data(), static_cast<std::size_t>(size)};
}

// A name before an address: in quotes, unless it is encoded, for a comma in it would begin the next address.
std::string name_text(const std::string& name) {
  if (!is_plain(name)) return header_text(name);
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string in_brackets(const std::string& address) {
  if (!is_address(address)) throw std::invalid_argument("that is no address");
  return '<' + address + '>';
}

}  // namespace

bool is_address(std::string_view text) {
  const auto at = text.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
         text.find('@', at + 1) == std::string_view::npos && text.size() <= 254 && !has_invisible(text) &&
         text.find_first_of("<>()[]\\,;:\"") == std::string_view::npos;
}

std::string header_text(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(line, [](char c) { return c == '\r' || c == '\n'; }, ' ');
  if (is_plain(line)) return line;
  std::string words;
  for (std::string_view rest = line; !rest.empty();) {
    const auto word = first_word(rest);
    rest.remove_prefix(word.size());
    words += (words.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + base64_of(word) + "?=";
  }
  return words;
}

std::vector<std::string> header_lines(const Mail& mail, const Sender& sender) {
  const auto from = in_brackets(sender.address);
  const auto domain = sender.address.substr(sender.address.find('@') + 1);
  std::vector<std::string> lines = {"From: " + (sender.name.empty() ? "" : name_text(sender.name) + ' ') + from,
                                    "To: " + in_brackets(mail.address),
                                    "Subject: " + header_text(mail.subject),
                                    "Date: " + date_text(mail.at),
                                    "Message-ID: " + in_brackets(mail.id + '@' + domain),
                                    "Auto-Submitted: auto-generated"};
  if (!mail.unsubscribe.empty()) lines.push_back("List-Unsubscribe: <" + mail.unsubscribe + '>');
  if (mail.unsubscribe.starts_with("https://")) lines.emplace_back("List-Unsubscribe-Post: List-Unsubscribe=One-Click");
  return lines;
}

}  // namespace ticketd::mail
