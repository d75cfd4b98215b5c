// One JSON line per event to stderr, which is the journal under systemd. Never give it a password, a token or a whole
// e-mail address.
#pragma once
#include <string_view>

#include "base/json.h"

namespace ticketd {

// The values are sd-daemon(3)'s priorities: journald stores them, and `journalctl -p` filters by them.
enum class Level { debug = 7, info = 6, warning = 4, error = 3 };

class Log {
 public:
  // `part` names the process in every line: an endpoint's name, worker-1, ticketctl. Called once, before any thread.
  static void open(std::string_view part, Level least);

  // Writes {"ts","level","part","event", fields…} in one write(2), so that lines of several processes never mix.
  // Lines below `least` cost nothing but the call. Thread-safe; a line that cannot be written is lost.
  static void line(Level level, std::string_view event, std::initializer_list<Json::Field> fields = {});

  static void info(std::string_view event, std::initializer_list<Json::Field> fields = {}) {
    line(Level::info, event, fields);
  }
  static void warning(std::string_view event, std::initializer_list<Json::Field> fields = {}) {
    line(Level::warning, event, fields);
  }
  static void error(std::string_view event, std::initializer_list<Json::Field> fields = {}) {
    line(Level::error, event, fields);
  }
};

}  // namespace ticketd
