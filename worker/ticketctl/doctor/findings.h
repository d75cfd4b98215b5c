// What the doctor found: one line each, printed as soon as it is known.
#pragma once
#include <string>

#include "base/json_text.h"

namespace ticketd::ctl {

enum class Verdict { ok, warning, fault, unknown };

class Findings {
 public:
  explicit Findings(bool json) : json_(json) {}

  // `check` names what was looked at; `remedy` is a command, or a setting and where it stands.
  void ok(const std::string& check, const std::string& found) { add(Verdict::ok, check, found, ""); }
  void warning(const std::string& check, const std::string& found, const std::string& remedy) {
    add(Verdict::warning, check, found, remedy);
  }
  void fault(const std::string& check, const std::string& found, const std::string& remedy) {
    add(Verdict::fault, check, found, remedy);
  }
  // It could not be looked at, which says nothing about it.
  void unknown(const std::string& check, const std::string& why) { add(Verdict::unknown, check, why, ""); }

  // Prints the sum; gives back the exit status.
  int close();

 private:
  void add(Verdict verdict, const std::string& check, const std::string& found, const std::string& remedy);

  const bool json_;
  JsonText rows_ = JsonText::array();
  int counts_[4] = {};
};

}  // namespace ticketd::ctl
