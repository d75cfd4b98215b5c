#include "base/base64.h"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>

namespace ticketd {
namespace {

std::optional<std::string> decoded(std::string_view text, int variant) {
  std::string bytes(text.size() / 4 * 3 + 2, '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(), text.size(), nullptr,
                        &size, nullptr, variant) != 0)
    return std::nullopt;
  bytes.resize(size);
  return bytes;
}

std::string encoded(std::string_view bytes, int variant) {
  std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    variant);
  text.pop_back();  // libsodium ends it with a NUL of its own
  return text;
}

bool is_base64url(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

}  // namespace

std::string base64_of(std::string_view bytes) { return encoded(bytes, sodium_base64_VARIANT_ORIGINAL); }

std::string base64url_of(std::string_view bytes) { return encoded(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING); }

// By OpenSSL, with branches: libsodium's constant time takes 20,000 instructions for the claims of a token, a tenth of
// all that a request costs.
std::optional<std::string> bytes_of_base64url(std::string_view text) {
  const std::size_t padding = (4 - text.size() % 4) % 4;
  if (padding == 3 || !std::ranges::all_of(text, is_base64url)) return std::nullopt;
  std::string bytes(text);
  std::ranges::replace(bytes, '-', '+');
  std::ranges::replace(bytes, '_', '/');
  bytes.append(padding, 'A');  // for '=': its bits are zero, and so are to be the last ones of the text
  auto* inout = reinterpret_cast<unsigned char*>(bytes.data());
  const int size = EVP_DecodeBlock(inout, inout, static_cast<int>(bytes.size()));
  if (size < 0) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(size));
  const auto rest = std::string_view(bytes).substr(bytes.size() - padding);
  if (rest.find_first_not_of('\0') != std::string_view::npos) return std::nullopt;
  bytes.resize(bytes.size() - padding);
  return bytes;
}

std::optional<std::string> bytes_of_base64(std::string_view text) {
  return decoded(text, text.find_first_of("-_") == std::string_view::npos ? sodium_base64_VARIANT_ORIGINAL
                                                                          : sodium_base64_VARIANT_URLSAFE);
}

}  // namespace ticketd
