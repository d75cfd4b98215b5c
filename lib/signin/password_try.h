// One try of a password, and how often it may be tried.
//
// Tries of a login, or of a change of the password (a stolen access token is no licence to guess it), are counted
// before the password is looked at. A known device, which shows a device token of the account, has ten tries in a
// quarter of an hour that count nowhere else: no stranger can use them up, and they are hashed first. More of them are
// those of a stranger.
//
// Strangers count against three limits: the account from this network; this network whatever the account, so that one
// password cannot be tried on many accounts; and the account from everywhere, so that many networks together get no
// further. Where the last one is used up, only who knows the password and has logged in from this network before gets
// in: else anyone could lock out an owner whose client keeps no device token. Everybody else is told the same thing in
// the same time, wrong password or right, or it would show who signs in from an address that many share. For the same
// reason a right password only takes its own try back. Accounts that do not exist are counted all the same.
#pragma once
#include <optional>
#include <string>

#include "auth/hashing_slots.h"
#include "endpoint/app.h"
#include "refusal/result.h"
#include "storage/users.h"

namespace ticketd {

struct PasswordTry {
  std::string email;  // as storage::fold_email() has it, or each spelling of it would have tries of its own
  const std::optional<storage::Account>& account;  // of that address; empty: there is none
  std::string password;
  std::string device_token;  // empty without one
  std::string remote_addr;   // of the client
};

struct Tried {
  bool is_right = false;
  bool is_as_sent = false;                 // right by its very bytes alone: auth::Passwords::Verdict::right_as_sent
  auth::Turn turn = auth::Turn::stranger;  // for what is hashed next for the same person
};

// Refuses: rate_limited, with the seconds until another try is allowed; busy. Such a try does not count. Throws
// std::bad_alloc.
Result<Tried> try_password(App& app, const PasswordTry& attempt);

// The password of whoever is signed in, once more.
struct OwnPassword {
  std::string password;
  std::string device_token;  // empty without one
  std::string remote_addr;
};
struct OwnAccount {
  storage::Account account;
  auth::Turn turn;  // for what is hashed next
};
// Refuses: token_invalid (the account is gone), wrong_password, and as try_password() does.
Result<OwnAccount> try_own_password(App& app, UserId user, const OwnPassword& attempt);

// Registering from there counts as having logged in. Nothing is stored in the clear.
void remember_network(App& app, const std::string& email, const std::string& remote_addr);

}  // namespace ticketd
