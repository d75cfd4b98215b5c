// A program on a terminal of its own.
#pragma once
#include <sys/types.h>
#include <termios.h>

#include <chrono>
#include <string>
#include <vector>

namespace ticketd::tests {

class Terminal {
 public:
  // Throws std::runtime_error.
  explicit Terminal(std::vector<std::string> command, unsigned short rows = 40, unsigned short columns = 120);
  // Ends the program if it still runs.
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // Until the program has written `text` since the last call, at most 15 s.
  bool await(const std::string& text);
  void type(const std::string& keys) const;
  // Waits for its end, at most 15 s; the exit status, -1 if it was killed or does not end.
  int wait();
  // Does it take lines, echo and Ctrl-C, as a shell wants it?
  [[nodiscard]] bool is_as_before() const;
  [[nodiscard]] const std::string& written() const { return written_; }

 private:
  bool read_some();

  int fd_ = -1;
  int own_side_ = -1;  // keeps the terminal there after the program's end
  pid_t pid_ = 0;
  termios before_{};
  std::string written_;
  std::size_t seen_ = 0;
};

}  // namespace ticketd::tests
