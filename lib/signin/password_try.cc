#include "signin/password_try.h"

#include <algorithm>

#include "auth/device_token.h"
#include "auth/network.h"
#include "auth/opaque_token.h"

namespace ticketd {
namespace {

using auth::Turn;
using Verdict = auth::Passwords::Verdict;

std::string pair_of(const std::string& account, const std::string& network) {
  return auth::hex_hash_of(account + auth::hex_hash_of(network));
}

// One try, counted: taken back when this goes, unless it counts().
class CountedTry {
 public:
  CountedTry(App& app, std::vector<auth::Counter> counters)
      : app_(app), counters_(std::move(counters)), attempt_(begin(app, counters_)) {}
  ~CountedTry() {
    if (!counts_) app_.attempts.take_back(counters_, attempt_);
  }
  CountedTry(const CountedTry&) = delete;
  CountedTry& operator=(const CountedTry&) = delete;

  [[nodiscard]] int wait_s() const { return attempt_.wait_s; }
  void counts() { counts_ = true; }

 private:
  static auth::Attempt begin(App& app, const std::vector<auth::Counter>& counters) {
    return counters.empty() ? auth::Attempt{} : app.attempts.begin(counters);
  }

  App& app_;
  const std::vector<auth::Counter> counters_;
  const auth::Attempt attempt_;
  bool counts_ = false;
};

std::vector<auth::Counter> counters_of_networks(const Config& config, const std::string& account,
                                                const std::string& remote_addr) {
  std::vector<auth::Counter> counters;
  for (const auto& network : auth::networks_of(remote_addr)) {
    if (config.login_pair)
      counters.push_back({"pair:" + pair_of(account, network.name), auth::rule_for(*config.login_pair, network)});
    if (config.login_network)
      counters.push_back(
          {"network:" + auth::hex_hash_of(network.name), auth::rule_for(*config.login_network, network)});
  }
  return counters;
}

std::vector<auth::Counter> counters_of(const char* kind, const std::string& account,
                                       const std::optional<RateRule>& rule) {
  return rule ? std::vector<auth::Counter>{{kind + account, *rule}} : std::vector<auth::Counter>{};
}

Refusal held_up(App& app, int wait_s) {
  app.metrics.series("ticketd_login_throttled_total").fetch_add(1);
  return {Code::rate_limited, "Too many wrong passwords; wait and try again", {}, wait_s};
}

Verdict verify(App& app, const PasswordTry& attempt, Turn turn) {
  return app.passwords.verify(attempt.account ? attempt.account->password_hash : "", attempt.password, turn);
}

Result<Tried> try_as_stranger(App& app, const PasswordTry& attempt, const std::string& account) {
  CountedTry by_network(app, counters_of_networks(app.config, account, attempt.remote_addr));
  if (by_network.wait_s() > 0) return held_up(app, by_network.wait_s());
  CountedTry by_account(app, counters_of("account:", account, app.config.login_account));
  const auto verdict = verify(app, attempt, Turn::stranger);
  if (verdict == Verdict::busy) return Refusal{Code::busy};
  const bool is_right = verdict != Verdict::wrong;
  const auto here = pair_of(account, auth::networks_of(attempt.remote_addr).front().name);
  if (!is_right) {
    by_network.counts();
    by_account.counts();
  }
  if (by_account.wait_s() > 0 && !(is_right && app.attempts.is_known(here))) return held_up(app, by_account.wait_s());
  if (is_right) app.attempts.remember_known(here);
  return Tried{is_right, verdict == Verdict::right_as_sent, Turn::stranger};
}

}  // namespace

Result<Tried> try_password(App& app, const PasswordTry& attempt) {
  const auto account = auth::hex_hash_of(attempt.email);
  if (attempt.account &&
      auth::is_device_token_of(attempt.account->user.id, attempt.device_token, app.config.session_keys)) {
    CountedTry by_device(app, counters_of("device:", account, app.config.login_pair));
    if (by_device.wait_s() == 0) {
      const auto verdict = verify(app, attempt, Turn::known);
      if (verdict == Verdict::busy) return Refusal{Code::busy};
      by_device.counts();  // also if it is right: nobody is hashed first more often
      return Tried{verdict != Verdict::wrong, verdict == Verdict::right_as_sent, Turn::known};
    }
  }
  return try_as_stranger(app, attempt, account);
}

Result<OwnAccount> try_own_password(App& app, UserId user, const OwnPassword& attempt) {
  const auto [account, email] = postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) {
    auto found = storage::find_account(tx, user);
    auto folded = found ? storage::fold_email(tx, found->user.email) : "";
    return std::pair(std::move(found), std::move(folded));
  });
  if (!account || account->password_hash.empty()) return Refusal{Code::token_invalid};  // erased just now
  const auto tried = try_password(app, {email, account, attempt.password, attempt.device_token, attempt.remote_addr});
  if (!tried.ok()) return tried.refusal();
  if (!tried->is_right) return Refusal{Code::wrong_password};
  return OwnAccount{*account, tried->turn};
}

void remember_network(App& app, const std::string& email, const std::string& remote_addr) {
  app.attempts.remember_known(pair_of(auth::hex_hash_of(email), auth::networks_of(remote_addr).front().name));
}

}  // namespace ticketd
