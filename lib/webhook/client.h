// Posts webhooks, many at once. By libcurl.
#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "webhook/address.h"

namespace ticketd::webhook {

struct Post {
  DeliveryId id;
  std::string url;
  std::vector<std::string> header;  // lines, "webhook-id: …"
  std::string body;
};

enum class Verdict {
  delivered,  // a 2xx
  refused,    // another status; a redirect is not followed
  gone,       // 410: it wants no more of them, ever
  failed,     // no answer within kAnswerWithin, or none in HTTP
  forbidden   // its address is not to be asked
};
std::string_view name_of(Verdict verdict);

struct Answer {
  DeliveryId id;
  Verdict verdict = Verdict::failed;
  int status = 0;    // 0: there was none
  std::string text;  // "HTTP 503", or what libcurl says: one line of ASCII
};

// For all of it, from the name to the end of the answer.
constexpr std::chrono::seconds kAnswerWithin{15};

// Not thread-safe.
class Client {
 public:
  explicit Client(Networks allowed);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void start(Post post);
  // Those that ended, after at most so long; returns as soon as there are any.
  std::vector<Answer> wait(std::chrono::milliseconds most);
  [[nodiscard]] std::size_t in_flight() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ticketd::webhook
