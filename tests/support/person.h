// Someone who uses the API: an account, its tokens, and requests in its name.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "support/http_client.h"

namespace ticketd::e2e {

struct Person {
  std::string id;
  std::string email;
  std::string password;
  std::string access_token;
  std::string refresh_token;  // empty for people who were not registered over HTTP

  [[nodiscard]] std::string authorization() const { return "Authorization: Bearer " + access_token; }

  // The request as it would be sent, for send_at_once().
  [[nodiscard]] Request request(std::string method, std::string path, std::optional<Json> body = {},
                                std::vector<std::string> headers = {}) const;

  Response get(std::string path, std::vector<std::string> headers = {}) const;
  Response head(std::string path) const;
  Response post(std::string path, Json body, std::vector<std::string> headers = {}) const;
  Response put(std::string path, Json body) const;
  Response patch(std::string path, Json body, std::vector<std::string> headers = {}) const;
  Response del(std::string path, std::optional<Json> body = {}, std::vector<std::string> headers = {}) const;
};

// An address that no test has used.
std::string fresh_email();

// Someone without an account: requests go out without a token.
Response post_as_nobody(std::string path, Json body);

// A client address that no test used before, in a network of this host's own: for what is counted by network.
std::string fresh_address();

// POST /v1/auth/register, from that address or this host's. Fails the test unless it says 201.
Person register_person(const std::string& from = "");

// Accounts straight into the database, with access tokens signed by the test: no password is hashed, so thousands take
// a second. They have the password of the first registered user.
std::vector<Person> make_people(std::size_t count);
Person make_person();

}  // namespace ticketd::e2e
