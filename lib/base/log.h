// One JSON line per event to stderr, which is the journal under systemd. Never give it a password, a token or a whole
// e-mail address.
//
// There is a line for each booking, so a line costs no allocation of its own: it is put together in a buffer that its
// thread keeps, and the worker's lines of a batch leave in one write(2).
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/json_text.h"

namespace ticketd {

// The values are sd-daemon(3)'s priorities: journald stores them, and `journalctl -p` filters by them.
enum class Level { debug = 7, info = 6, warning = 4, error = 3 };

using LogFields = std::initializer_list<JsonField>;

class Log {
 public:
  // `part` names the process in every line: an endpoint's name, worker-1, ticketctl. Called once, before any thread.
  static void open(std::string_view part, Level least);

  // Writes {"ts","level","part","event", fields…} in one write(2), so that lines of several processes never mix.
  // Lines below `least` cost nothing but the call. Thread-safe; a line that cannot be written is lost.
  static void line(Level level, std::string_view event, LogFields fields = {});

  static void info(std::string_view event, LogFields fields = {}) { line(Level::info, event, fields); }
  static void warning(std::string_view event, LogFields fields = {}) { line(Level::warning, event, fields); }
  static void error(std::string_view event, LogFields fields = {}) { line(Level::error, event, fields); }

  // What stands before a line of this level: `<3>` where stderr is the journal (sd-daemon(3)), else nothing.
  static std::string prefix(Level level);
};

// Lines that belong together, written at once when it ends, or by 64 KiB. For one thread.
class LogBatch {
 public:
  LogBatch() = default;
  ~LogBatch() { write(); }
  LogBatch(const LogBatch&) = delete;
  LogBatch& operator=(const LogBatch&) = delete;
  void info(std::string_view event, LogFields fields);

 private:
  void write();
  std::string text_;
};

}  // namespace ticketd
