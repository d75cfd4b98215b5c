// The words behind a subcommand, taken out one by one: options first, then what stands by itself.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace ticketd::ctl {

class Arguments {
 public:
  explicit Arguments(std::vector<std::string> words) : words_(std::move(words)) {}

  // Was `name` there?
  bool flag(const std::string& name);
  // The word behind `name`; empty if it is not there.
  std::optional<std::string> value(const std::string& name);
  // The number behind `name`, `fallback` if it is not there. Sets wrong() if it is none from `least` to `most`.
  int number(const std::string& name, int fallback, int least, int most);
  // The next one that stands by itself; empty if there is none.
  std::optional<std::string> next();

  // Is there a word that nobody took, or one that could not be taken?
  [[nodiscard]] bool wrong() const { return wrong_ || !words_.empty(); }

 private:
  std::vector<std::string> words_;
  bool wrong_ = false;
};

}  // namespace ticketd::ctl
