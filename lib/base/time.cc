#include "base/time.h"

#include <array>
#include <cstdio>

#include "base/clock_error.h"

namespace ticketd {
namespace {

// Reads the text from left to right; every read fails for good once one has failed.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  int digits(std::size_t count) {
    if (rest_.size() < count) return fail();
    int value = 0;
    for (const char c : rest_.substr(0, count)) {
      if (c < '0' || c > '9') return fail();
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  bool take(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return false;
    taken_ = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }
  void expect(std::string_view any_of) {
    if (!take(any_of)) fail();
  }
  // Fraction digits after the point, as milliseconds.
  int fraction_ms() {
    int ms = 0;
    int read = 0;
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; rest_.remove_prefix(1)) {
      if (read++ < 3) ms = ms * 10 + (rest_.front() - '0');
    }
    if (read == 0) return fail();
    for (; read < 3; ++read) ms *= 10;
    return ms;
  }
  [[nodiscard]] char taken() const { return taken_; }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  int fail() {
    ok_ = false;
    return 0;
  }

 private:
  std::string_view rest_;
  char taken_ = 0;
  bool ok_ = true;
};

}  // namespace

Time SystemClock::now() const {
  const auto right_now = std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
  return right_now + CLOCK_ERROR(right_now);
}

std::int64_t now_us() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()).time_since_epoch().count();
}

std::optional<Time> parse_time(std::string_view text) {
  using namespace std::chrono;
  Scanner scan(text);
  const int y = scan.digits(4);
  scan.expect("-");
  const int mo = scan.digits(2);
  scan.expect("-");
  const int d = scan.digits(2);
  scan.expect("Tt ");
  const int h = scan.digits(2);
  scan.expect(":");
  const int mi = scan.digits(2);
  int s = 0;
  int ms = 0;
  if (scan.take(":")) {
    s = scan.digits(2);
    if (scan.take(".,")) ms = scan.fraction_ms();
  }
  minutes offset{0};
  scan.expect("Zz+-");
  if (scan.taken() == '+' || scan.taken() == '-') {
    const int sign = scan.taken() == '+' ? 1 : -1;
    const int oh = scan.digits(2);
    scan.take(":");
    const int om = scan.digits(2);
    if (oh > 14 || om > 59) return std::nullopt;
    offset = minutes(sign * (oh * 60 + om));
  }
  if (!scan.ok() || !scan.at_end()) return std::nullopt;
  const year_month_day date{year(y), month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d))};
  if (!date.ok() || h > 23 || mi > 59 || s > 59) return std::nullopt;
  const auto time = Time(sys_days(date)) + hours(h) + minutes(mi) + seconds(s) + milliseconds(ms) - offset;
  if (!is_date(epoch_ms(time))) return std::nullopt;  // the zone may have moved it across either end
  return time;
}

std::string format_time(Time time) {
  using namespace std::chrono;
  const auto midnight = floor<days>(time);
  const year_month_day date{midnight};
  const hh_mm_ss clock{time - midnight};
  std::array<char, 40> text{};
  const int length =
      std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                    static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

std::optional<std::string> format_time(const std::optional<Time>& time) {
  return time ? std::optional(format_time(*time)) : std::nullopt;
}

}  // namespace ticketd
