#include "ticketctl/status/screen.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>

namespace ticketd::ctl {
namespace {

constexpr char kCtrlC = 3;

sigset_t watched() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGWINCH}) sigaddset(&signals, signal);
  return signals;
}

void put(const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const auto written = ::write(STDOUT_FILENO, text.data() + done, text.size() - done);
    if (written <= 0) return;  // the terminal is gone; the next wait ends
    done += static_cast<std::size_t>(written);
  }
}

winsize size_now() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) size = {24, 80, 0, 0};
  return size;
}

// The first `width` places of a line; escape sequences take none, and all of them stay.
std::string cut(const std::string& line, std::size_t width) {
  std::string text;
  std::size_t used = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\033') {
      const auto end = std::min(line.find('m', i), line.size() - 1);
      text += line.substr(i, end - i + 1);
      i = end;
      continue;
    }
    const bool continues = (static_cast<unsigned char>(line[i]) & 0xc0) == 0x80;  // of a UTF-8 character
    if (!continues) ++used;
    if (used <= width) text += line[i];
  }
  return text;
}

}  // namespace

Screen::Screen() {
  ::tcgetattr(STDIN_FILENO, &before_);
  auto keys = before_;
  // No echo, no line to be ended; Ctrl-C comes as a key, and Ctrl-Z must not leave the terminal like this.
  keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &keys);
  put("\033[?1049h\033[?25l\033[H");
}

Screen::~Screen() {
  put("\033[?25h\033[?1049l");
  ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

std::size_t Screen::rows() const { return size_now().ws_row; }

void Screen::draw(const std::vector<std::string>& lines) const {
  const auto size = size_now();
  const auto rows = std::min<std::size_t>(lines.size(), size.ws_row);
  // Each line is overwritten and its rest erased, so that nothing is ever blank in between.
  std::string text = "\033[H";
  for (std::size_t i = 0; i < rows; ++i) text += (i == 0 ? "" : "\r\n") + cut(lines[i], size.ws_col) + "\033[K";
  put(text + "\033[J");
}

Signals::Signals() {
  const auto signals = watched();
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
  fd_ = ::signalfd(-1, &signals, SFD_CLOEXEC);
}

Signals::~Signals() {
  ::close(fd_);
  const auto signals = watched();
  ::sigprocmask(SIG_UNBLOCK, &signals, nullptr);
}

Signals::Woken Signals::wait(std::chrono::milliseconds time, bool with_keys) const {
  const auto end = std::chrono::steady_clock::now() + time;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    if (left <= 0) return Woken::time;
    pollfd sources[] = {{fd_, POLLIN, 0}, {with_keys ? STDIN_FILENO : -1, POLLIN, 0}};
    if (::poll(sources, 2, static_cast<int>(left)) <= 0) continue;
    if (sources[0].revents != 0) {
      signalfd_siginfo signal{};
      if (::read(fd_, &signal, sizeof signal) != sizeof signal) return Woken::ended;
      return signal.ssi_signo == SIGWINCH ? Woken::resized : Woken::ended;
    }
    char key = 0;
    if (::read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q' || key == kCtrlC) return Woken::ended;
  }
}

}  // namespace ticketd::ctl
