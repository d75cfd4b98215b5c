// POST /v1/auth/refresh-tokens: the next pair of tokens for a refresh token, which is used up by that.
#include "endpoint/serve.h"
#include "http/fields.h"
#include "signin/sessions.h"

using namespace ticketd;

static Answer refresh_tokens(App& app, const Request& request) {
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const auto token = in.secret("refresh_token");
  if (!in.ok()) return in.refusal();

  const auto pair = refresh_session(app, token);
  if (!pair.ok()) return pair.refusal();
  return http::success(200, "token refreshed", *pair);
}

int main() { return serve("auth-refresh-tokens", RateClass::auth, refresh_tokens); }
