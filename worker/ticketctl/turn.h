// Turning something on or off for all hosts, in the database.
#pragma once
#include <functional>
#include <string>

#include "postgres/libpqxx.h"

namespace ticketd::ctl {

struct Switch {
  bool (*is_on)(pqxx::transaction_base&);
  void (*update)(pqxx::connection&, bool, const std::function<void(const std::string&)>&);
  const char* said_on;  // what is true from now on
  const char* said_off;
};

// Nothing is done if it is so already. Gives back the exit status; throws as `update` does.
int turn(const std::string& database_url, const Switch& what, bool on, bool json);

}  // namespace ticketd::ctl
