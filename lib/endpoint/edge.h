// One request from its arrival to its reply; serve() runs one Edge over FastCGI.
#pragma once
#include <mutex>
#include <optional>

#include "endpoint/serve.h"

namespace ticketd {

class Edge {
 public:
  Edge(App& app, std::string name, Limit limit, OpenHandler open, SignedInHandler signed_in);

  // Never throws. Thread-safe.
  Reply handle(const Request& request);

 private:
  struct Caller {
    std::optional<auth::AccessClaims> token;  // a valid access token's
    std::optional<Refusal> refusal;           // why there is none
  };
  [[nodiscard]] Caller caller_of(const Request& request) const;
  Answer answer(const Request& request, const Caller& caller, std::optional<auth::RateState>& rate);
  // Has the session ended, was the password changed, or the account deleted, since the token was issued?
  bool is_refused(const auth::Passage& passage, const auth::AccessClaims& token);
  bool is_refused_by_list(auth::TokenState state, const auth::AccessClaims& token);
  bool is_refused_by_news(const std::optional<Time>& read_at, const auth::AccessClaims& token);
  void count(const auth::Passage& passage);
  void finish(const Request& request, const Caller& caller, const Reply& reply, std::int64_t us);

  App& app_;
  const std::string name_;
  const Limit limit_;
  const OpenHandler open_;
  const SignedInHandler signed_in_;
  Histogram latency_;
  Cell& in_flight_;
  Cells<500> answered_;  // by status less 100
  std::mutex reading_;   // held by who compares the list of refused tokens with PostgreSQL
  struct Decisions {
    Cell& allowed;
    Cell& refused;
    Cell& unchecked;
  } decisions_;
};

}  // namespace ticketd
