#include "signin/password_try.h"

#include "auth/network.h"
#include "auth/opaque_token.h"

namespace ticketd {
namespace {

struct Names {
  std::string account, network, pair;
};

Names names_of(const std::string& email, const std::string& remote_addr) {
  const auto account = auth::hex_hash_of(email);
  const auto network = auth::hex_hash_of(auth::network_of(remote_addr));
  return {account, network, auth::hex_hash_of(account + network)};
}

void add(std::vector<auth::Counter>& counters, const std::string& what, const std::optional<RateRule>& rule) {
  if (rule) counters.push_back({what, *rule});
}

}  // namespace

PasswordTry PasswordTry::of_account(App& app, const std::string& email, const std::string& remote_addr) {
  const auto [account, network, pair] = names_of(email, remote_addr);
  std::vector<auth::Counter> counters;
  add(counters, "pair:" + pair, app.config.login_pair);
  add(counters, "network:" + network, app.config.login_network);
  if (!app.attempts.is_known(pair)) add(counters, "account:" + account, app.config.login_account);
  return {app, std::move(counters), pair};
}

void PasswordTry::remember(App& app, const std::string& email, const std::string& remote_addr) {
  app.attempts.remember_known(names_of(email, remote_addr).pair);
}

PasswordTry::PasswordTry(App& app, std::vector<auth::Counter> counters, std::string known_as)
    : app_(app),
      counters_(std::move(counters)),
      known_as_(std::move(known_as)),
      wait_s_(counters_.empty() ? 0 : app.attempts.begin(counters_)),
      counted_(!counters_.empty() && wait_s_ == 0) {}

PasswordTry::~PasswordTry() {
  if (counted_) app_.attempts.take_back(counters_);
}

void PasswordTry::right() {
  if (counted_ && app_.config.login_pair) app_.attempts.forget(counters_.front());
  app_.attempts.remember_known(known_as_);
}

}  // namespace ticketd
