// Where a check stands, for its message. std::source_location, which clang 14 cannot read in libstdc++.
#pragma once
#include <cstddef>

namespace ticketd::tests {

class Where {
 public:
  static constexpr Where current(const char* file = __builtin_FILE(), std::size_t line = __builtin_LINE()) {
    return Where(file, line);
  }
  [[nodiscard]] constexpr const char* file_name() const { return file_; }
  [[nodiscard]] constexpr std::size_t line() const { return line_; }

 private:
  constexpr Where(const char* file, std::size_t line) : file_(file), line_(line) {}
  const char* file_;
  std::size_t line_;
};

}  // namespace ticketd::tests
