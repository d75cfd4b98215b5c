#include "base/log.h"

#include <unistd.h>

#include <cstdlib>
#include <string>

#include "base/time.h"

namespace ticketd {
namespace {

// The one piece of process-wide state: stderr is process-wide too.
struct {
  std::string part = "ticketd";
  Level least = Level::info;
  bool to_journal = false;
} sink;

const char* name_of(Level level) {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warning: return "warning";
    case Level::error: return "error";
  }
  return "error";
}

}  // namespace

void Log::open(std::string_view part, Level least) {
  sink.part = part;
  sink.least = least;
  sink.to_journal = std::getenv("JOURNAL_STREAM") != nullptr;  // set by systemd, systemd.exec(5)
}

void Log::line(Level level, std::string_view event, std::initializer_list<Json::Field> fields) {
  if (level > sink.least) return;
  auto object = Json::object(
      {{"ts", format_time(SystemClock().now())}, {"level", name_of(level)}, {"part", sink.part}, {"event", event}});
  for (const auto& [key, value] : fields) object.set(key, value);
  std::string text;
  if (sink.to_journal) text = "<" + std::to_string(static_cast<int>(level)) + ">";
  text += object.dump();
  text += '\n';
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace ticketd
