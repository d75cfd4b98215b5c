#include "base/base64.h"

#include <sodium.h>

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

}  // namespace

std::string base64url_of(std::string_view bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    kVariant);
  text.pop_back();  // libsodium ends it with a NUL of its own
  return text;
}

std::optional<std::string> bytes_of_base64url(std::string_view text) {
  return decoded(text, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

std::optional<std::string> bytes_of_base64(std::string_view text) {
  return decoded(text, text.find_first_of("-_") == std::string_view::npos ? sodium_base64_VARIANT_ORIGINAL
                                                                          : sodium_base64_VARIANT_URLSAFE);
}

}  // namespace ticketd
