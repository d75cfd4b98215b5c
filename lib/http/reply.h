// One HTTP reply, and the envelope that every JSON reply of ours has.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "base/json_text.h"
#include "base/time.h"
#include "http/request.h"
#include "refusal/result.h"

namespace ticketd::http {

struct Reply {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  std::string code = {};     // of a refusal, for the log
  std::string command = {};  // the id of the one that was queued, for the log
  std::string user = {};     // who signed in, for the log
  bool is_shared = false;    // see shared()

  Reply& header(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
  }
};

// {"success": true, "message": …, "data": …}
Reply success(int status, std::string_view message, const JsonText& data);

// RFC 9457 with the envelope; `type` leads to what nginx/www/docs/errors.html says about the code. A message of the
// refusal's own replaces the code's text.
Reply problem(const Refusal& refusal, const std::string& request_id);

// A strong tag (RFC 9110, section 8.8): another one for every other body.
std::string etag_of(std::string_view body);

// Does If-Match or If-None-Match, a list of tags or *, have this one? Also behind W/, as a proxy writes it that
// compresses: the body is the same all the same.
bool lists_tag(std::string_view header, std::string_view tag);

// The reply with its ETag, or 304 without a body where If-None-Match has it.
Reply with_etag(Reply reply, const Request& request);

// A 200 that is the same for everybody, so that nginx may give it to others (server.conf): until this second is over,
// and during the next one while it asks for another. Nothing else is ever kept: not without these headers. Clients see
// other ones. Any other reply stays as it is.
Reply shared(Reply reply, Time now);

// What RFC 9110 calls a status: 200 is OK. Of those that our replies have.
std::string_view phrase_of(int status);

// The status of a code; for tests and documents.
int status_of(Code code);
std::string_view name_of(Code code);
const std::vector<Code>& all_codes();

}  // namespace ticketd::http
