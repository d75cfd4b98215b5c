// What can go wrong in the database, by what the caller can do about it.
#pragma once
#include <exception>
#include <stdexcept>
#include <string>

namespace ticketd::postgres {

// PostgreSQL cannot be reached, is shutting down, is out of connections, space or time, or went away during COMMIT.
// Later the same call may work. Whether a transaction that broke off in COMMIT took effect is unknown.
class DatabaseUnavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

enum class FaultKind {
  conflict,     // deadlock or serialization failure: run the transaction again at once
  unavailable,  // not this transaction's fault, and nothing was committed
  in_doubt,     // the connection broke during COMMIT: it may have been committed
  timed_out,    // the statement took longer than it may; nothing was committed
  refused,      // the statement itself: a constraint, bad SQL; trying again changes nothing
};

struct Fault {
  FaultKind kind;
  std::string sqlstate;  // five characters, empty if there is none
  std::string what;      // for the log, never for a client
};

// The SQLSTATE of a statement that got no lock within its lock_timeout.
inline constexpr const char* kLockNotAvailable = "55P03";

// Sorts an exception thrown by libpqxx by its type and SQLSTATE (PostgreSQL manual, appendix A). Anything else that is
// thrown counts as refused.
Fault fault_of(const std::exception_ptr& error);

}  // namespace ticketd::postgres
