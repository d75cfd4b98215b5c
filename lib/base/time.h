// Points in time: milliseconds, UTC, as on the wire.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ticketd {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;
using std::chrono::milliseconds;
using std::chrono::seconds;

// From there on no date has a text: its year would have five digits.
constexpr Time kYear10000 = std::chrono::sys_days(std::chrono::year(10'000) / 1 / 1);

// Is it, in milliseconds since 1970, a time that the API takes, and PostgreSQL: from 1970 to 9999?
constexpr bool is_date(std::int64_t ms) { return ms >= 0 && ms < kYear10000.time_since_epoch().count(); }

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Time now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override;
};

// ISO 8601 / RFC 3339 with a zone: `2027-05-01T19:30Z`, `2027-05-01T19:30:00.250+02:00`. Seconds and fraction may be
// missing, digits past the millisecond are cut. Empty for anything else: no zone, a day that the month does not have,
// a leap second, a year outside 1970 to 9999.
std::optional<Time> parse_time(std::string_view text);

// `2027-05-01T17:30:00.250Z`
std::string format_time(Time time);
std::optional<std::string> format_time(const std::optional<Time>& time);

// Microseconds since 1970, for a metric that tells a time.
std::int64_t now_us();

inline Time from_epoch_ms(std::int64_t ms) { return Time(milliseconds(ms)); }
inline std::int64_t epoch_ms(Time time) { return time.time_since_epoch().count(); }
inline std::int64_t epoch_s(Time time) { return std::chrono::floor<seconds>(time).time_since_epoch().count(); }

}  // namespace ticketd
