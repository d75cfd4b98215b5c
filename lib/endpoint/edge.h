// One request from its arrival to its reply; serve() runs one Edge over FastCGI.
#pragma once
#include <optional>

#include "endpoint/revocation_check.h"
#include "endpoint/serve.h"

namespace ticketd {

class Edge {
 public:
  Edge(App& app, std::string name, RateClass rate_class, Handler handler);

  // Never throws. Thread-safe.
  Reply handle(const Request& request);

 private:
  struct Caller {
    std::optional<auth::AccessClaims> token;  // a valid access token's
    std::optional<Refusal> refusal;           // why there is none
  };
  [[nodiscard]] Caller caller_of(const Request& request) const;
  // The answer to whom the token, if one is needed or was sent, lets in.
  Answer answer_to(const Request& request, const Caller& caller, const auth::Passage& passage);
  Answer answer(const Request& request, const Caller& caller, std::optional<auth::RateState>& rate);
  void count(const auth::Passage& passage);
  void finish(const Request& request, const Caller& caller, const Reply& reply, std::int64_t us);

  App& app_;
  RevocationCheck revocations_;
  const std::string name_;
  const RateClass rate_class_;
  const Handler handler_;
  Histogram latency_;
  Cell& in_flight_;
  Cells<500> answered_;  // by status less 100
  struct Decisions {
    Cell& allowed;
    Cell& refused;
    Cell& unchecked;
  } decisions_;
};

}  // namespace ticketd
