// One try of a password, and how often it may be tried.
//
// A login, or a change of the password (a stolen access token is no licence to guess it), counts against three limits:
// the account from this network; this network whatever the account, so that one password cannot be tried on many
// accounts; and the account from everywhere, so that many networks together get no further. Only strangers are counted
// by the last one and held up by it: a network from which the user has logged in before is not, or anyone could lock
// the owner out. Accounts that do not exist are counted all the same.
#pragma once
#include <string>
#include <vector>

#include "endpoint/app.h"

namespace ticketd {

class PasswordTry {
 public:
  // `email` as storage::fold_email() has it, or each spelling of it would have tries of its own; `remote_addr`: of the
  // client. Nothing is stored in the clear.
  static PasswordTry of_account(App& app, const std::string& email, const std::string& remote_addr);
  // Registering from there counts as having logged in.
  static void remember(App& app, const std::string& email, const std::string& remote_addr);

  ~PasswordTry();
  PasswordTry(const PasswordTry&) = delete;
  PasswordTry& operator=(const PasswordTry&) = delete;

  // Seconds until another try is allowed; 0: go ahead. One that is neither wrong() nor right() in the end, because the
  // service was busy or a store away, does not count.
  [[nodiscard]] int wait_s() const { return wait_s_; }
  void wrong() { counted_ = false; }
  void right();

 private:
  PasswordTry(App& app, std::vector<auth::Counter> counters, std::string known_as);

  App& app_;
  const std::vector<auth::Counter> counters_;  // the first one is forgotten after a right password
  const std::string known_as_;
  const int wait_s_;
  bool counted_;
};

}  // namespace ticketd
