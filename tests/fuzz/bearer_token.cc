// Covers: lib/auth/access_token.cc
// The token of an Authorization header. Two lines that begin with a brace are a header and a payload: they are signed
// with our own key, so that the claims are looked at and not only the signature.
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "auth/access_token.h"
#include "base/base64.h"
#include "fuzz/properties.h"

using namespace ticketd;
using fuzz::require;

namespace {

constexpr Time kNow = Time(milliseconds(1'800'000'000'000));
const std::string kSecret = "0123456789abcdef0123456789abcdef";

const Config& config() {
  static const Config config = [] {
    Config c;
    c.jwt_keys = {{"new", kSecret}, {"old", "fedcba9876543210fedcba9876543210"}};
    c.jwt_issuer = c.jwt_audience = "ticketd";
    c.access_ttl_s = 900;
    return c;
  }();
  return config;
}

std::string signature(const std::string& signed_part, const std::string& secret) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(signed_part.data()), signed_part.size(), mac.data(), &size);
  return base64url_of({reinterpret_cast<const char*>(mac.data()), size});
}

bool is_ours(const std::string& token) {
  const auto dot = token.rfind('.');
  if (dot == std::string::npos) return false;
  const auto body = token.substr(0, dot);
  for (const auto& key : config().jwt_keys)
    if (token.substr(dot + 1) == signature(body, key.secret)) return true;
  return false;
}

void require_right_claims(const auth::AccessClaims& claims, std::string_view header, std::string_view payload) {
  const auto head = Json::parse(header);
  const auto body = Json::parse(payload);
  if (!head || !body) return;  // a claim that comes twice: libjwt takes the last one
  require((*head)["alg"].text() == "HS256" && (*head)["kid"].text() == "new", "the header is one of ours");
  require((*body)["iss"].text() == "ticketd" && (*body)["aud"].text() == "ticketd", "the token is from us, for us");
  require((*body)["typ"].text() == "access", "the token is an access token");
  require((*body)["exp"].integer() > epoch_s(kNow), "the token has not expired");
  require((*body)["nbf"].integer() <= epoch_s(kNow), "the token is valid already");
  require(UserId::parse((*body)["sub"].text()) == claims.user, "the token is the user's");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static auth::AccessTokens tokens(config());
  auto rest = fuzz::text_of(data, size);
  std::string token(rest);
  std::string header;
  if (rest.starts_with('{')) {
    header = fuzz::take_until(rest, '\n');
    token = base64url_of(header) + '.' + base64url_of(rest);
    token += '.' + signature(token, kSecret);
  }
  const auto claims = tokens.verify(token, kNow);
  if (!claims.ok()) {
    require(fuzz::require_problem(claims.refusal()).status == 401, "a token that is refused is a 401");
    return 0;
  }
  require(is_ours(token), "only what we signed is accepted");
  if (!header.empty()) require_right_claims(*claims, header, rest);
  return 0;
}
