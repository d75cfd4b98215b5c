// Where a Redis is and who asks there: the one parser of Redis URLs.
//
//   redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]    HOST: a name, an IPv4 address, [an IPv6 address], or empty
//   unix://[[USER]:PASSWORD@]/PATH[?db=DATABASE]
//
// In a user, a password and a path %XX stands for a byte (RFC 3986 section 2.1). A password may have a bare @, as
// earlier versions took it. What is not understood is refused: a query that is passed over would be a setting that does
// not count.
#pragma once
#include <string>

namespace ticketd::redis {

struct Address {
  std::string path;  // of the Unix socket; empty: TCP
  std::string host = "127.0.0.1";
  int port = 6379;
  std::string user;      // empty: Redis' default user
  std::string password;  // empty: nobody signs in
  int database = 0;

  // Throws std::invalid_argument: what() says what is wrong, as the end of a sentence that begins with the setting's
  // name, and holds nothing of the URL, for that may be a password.
  static Address parse(const std::string& url);

  // Without secrets, for people: unix:/run/redis.sock, 127.0.0.1:6379, [::1]:6379.
  [[nodiscard]] std::string text() const;
};

}  // namespace ticketd::redis
