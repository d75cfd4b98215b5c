// Covers: lib/http/request.cc
#include "fuzz/properties.h"

using namespace ticketd;
using fuzz::require;

static Result<std::optional<std::string>> key_in(const std::string& header) {
  http::Request request;
  request.headers["idempotency-key"] = header;
  return request.idempotency_key();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string header(fuzz::text_of(data, size));
  const auto key = key_in(header);
  if (!key.ok()) {
    fuzz::require_problem(key.refusal());
    return 0;
  }
  require(key->has_value(), "a key that was sent is not overlooked");
  require(!(*key)->empty() && (*key)->size() <= 255, "a key has 1 to 255 characters");
  for (const char c : **key) require(c > ' ' && c <= '~', "a key is visible ASCII");
  const auto quoted = key_in('"' + **key + '"');
  require(quoted.ok() && *quoted == *key, "a key is the same quoted or bare");
  return 0;
}
