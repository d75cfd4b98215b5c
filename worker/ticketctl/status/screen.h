// A terminal's whole screen, for something that is drawn again and again.
#pragma once
#include <termios.h>

#include <chrono>
#include <string>
#include <vector>

namespace ticketd::ctl {

class Screen {
 public:
  // Takes the alternate screen, hides the cursor, takes keys one by one. Standard output and input are a terminal.
  Screen();
  // Gives all of it back.
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // That the terminal has now.
  [[nodiscard]] std::size_t rows() const;

  // Draws over what is there, in one write, cut to the size that the terminal has now.
  void draw(const std::vector<std::string>& lines) const;

 private:
  termios before_{};
};

// SIGINT, SIGTERM, SIGHUP and SIGWINCH, as something to wait for. Blocked as long as this lives.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  enum class Woken { time, resized, ended };
  // Until the time is over, the terminal has another size, or an end was asked for: by a signal, or, `with_keys`, by q,
  // Ctrl-C, or the end of standard input.
  [[nodiscard]] Woken wait(std::chrono::milliseconds time, bool with_keys) const;

 private:
  int fd_ = -1;
};

}  // namespace ticketd::ctl
