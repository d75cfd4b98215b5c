#include "base/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "base/json_text.h"
#include "base/time.h"

namespace ticketd {
namespace {

constexpr std::size_t kWriteAt = std::size_t{64} * 1024;

const char* name_of(Level level) {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warning: return "warning";
    case Level::error: return "error";
  }
  return "error";
}

// systemd.exec(5): JOURNAL_STREAM holds device and inode of the journal's end, for comparing: a process started with
// its stderr sent elsewhere inherits the variable too.
bool stderr_is_journal() {
  const char* journal = std::getenv("JOURNAL_STREAM");
  struct stat err{};
  if (journal == nullptr || ::fstat(STDERR_FILENO, &err) != 0) return false;
  return journal == std::to_string(err.st_dev) + ':' + std::to_string(err.st_ino);
}

// The one piece of process-wide state: stderr is process-wide too.
struct {
  std::string part = "ticketd";
  Level least = Level::info;
  bool to_journal = stderr_is_journal();
} sink;

void append_line(std::string& text, Level level, std::string_view event, LogFields fields) {
  text.append(Log::prefix(level)).append(R"({"ts":")").append(format_time(SystemClock().now()));
  text.append(R"(","level":")").append(name_of(level)).append(R"(","part":)");
  append_json_string(text, sink.part);
  text += R"(,"event":)";
  append_json_string(text, event);
  for (const auto& field : fields) {
    text += ',';
    field.append_to(text);
  }
  text += "}\n";
}

void write_text(const std::string& text) {
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

void Log::open(std::string_view part, Level least) {
  sink.part = part;
  sink.least = least;
  sink.to_journal = stderr_is_journal();
}

std::string Log::prefix(Level level) {
  return sink.to_journal ? '<' + std::to_string(static_cast<int>(level)) + '>' : "";
}

void Log::line(Level level, std::string_view event, LogFields fields) {
  if (level > sink.least) return;
  static thread_local std::string text;
  text.clear();
  append_line(text, level, event, fields);
  write_text(text);
}

void LogBatch::info(std::string_view event, LogFields fields) {
  if (Level::info > sink.least) return;
  append_line(text_, Level::info, event, fields);
  if (text_.size() >= kWriteAt) write();
}

void LogBatch::write() {
  if (!text_.empty()) write_text(text_);
  text_.clear();
}

}  // namespace ticketd
