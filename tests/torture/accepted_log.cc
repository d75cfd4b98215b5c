#include "accepted_log.h"

#include <charconv>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>

#include "queue/wire.h"
#include "support/stack.h"

namespace ticketd::torture {
namespace {

std::string contents_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path + " cannot be read");
  return {std::istreambuf_iterator<char>(file), {}};
}

// The text form of Redis's protocol: *2\r\n$3\r\nGET\r\n$1\r\nx\r\n
class LogReader {
 public:
  explicit LogReader(std::string text) : text_(std::move(text)) {}

  // The next command's words; empty at the end.
  std::vector<std::string> next() {
    std::vector<std::string> words;
    if (at_ >= text_.size()) return words;
    const auto count = number('*');
    for (std::size_t i = 0; i < count; ++i) {
      const auto size = number('$');
      words.push_back(text_.substr(at_, size));
      at_ += size + 2;
    }
    return words;
  }

 private:
  std::size_t number(char sign) {
    const auto end = text_.find("\r\n", at_);
    std::size_t value = 0;
    if (end == std::string::npos || text_[at_] != sign ||
        std::from_chars(text_.data() + at_ + 1, text_.data() + end, value).ec != std::errc{})
      throw std::runtime_error("the log of Redis is broken at byte " + std::to_string(at_));
    at_ = end + 2;
    return value;
  }

  const std::string text_;
  std::size_t at_ = 0;
};

void read_log(const std::string& path, std::vector<domain::Command>& commands) {
  LogReader log(contents_of(path));
  for (auto words = log.next(); !words.empty(); words = log.next()) {
    if (words[0] != "XADD") continue;
    queue::Fields fields;
    for (std::size_t i = 3; i + 1 < words.size(); i += 2) fields.emplace_back(words[i], words[i + 1]);
    const auto command = queue::from_fields(fields);
    if (!command) throw std::runtime_error("an entry of " + words[1] + " cannot be read");
    commands.push_back(*command);
  }
}

}  // namespace

std::vector<domain::Command> read_accepted_log() {
  const std::string folder = e2e::setting("RUN_DIR") + "/redis-queue/appendonlydir/";
  std::istringstream manifest(contents_of(folder + "appendonly.aof.manifest"));
  std::vector<domain::Command> commands;
  for (std::string word, name, skip, type; manifest >> word >> name >> skip >> skip >> word >> type;) {
    if (type == "i") read_log(folder + name, commands);
  }
  return commands;
}

}  // namespace ticketd::torture
