#include "ticketctl/doctor/findings.h"

#include <iomanip>
#include <iostream>

#include "ticketctl/print.h"

namespace ticketd::ctl {
namespace {

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok: return "ok";
    case Verdict::warning: return "warning";
    case Verdict::fault: return "FAULT";
    case Verdict::unknown: return "unknown";
  }
  return "";
}

// One line, whatever a server or a program put into its words.
std::string one_line(const std::string& text) {
  auto line = harmless(text);
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

std::string number_of(int count, const char* singular) {
  return std::to_string(count) + ' ' + singular + (count == 1 ? "" : "s");
}

}  // namespace

void Findings::add(Verdict verdict, const std::string& check, const std::string& found, const std::string& remedy) {
  ++counts_[static_cast<int>(verdict)];
  if (json_) {
    rows_.push(JsonText::object({{"check", check},
                                 {"verdict", verdict == Verdict::fault ? "fault" : name_of(verdict)},
                                 {"found", one_line(found)},
                                 {"remedy", remedy.empty() ? std::nullopt : std::optional(one_line(remedy))}}));
    return;
  }
  std::cout << std::left << std::setw(8) << name_of(verdict) << std::setw(38) << check << ' ' << one_line(found);
  if (!remedy.empty()) std::cout << ". Remedy: " << one_line(remedy);
  std::cout << std::endl;
}

int Findings::close() {
  const auto count = [&](Verdict verdict) { return counts_[static_cast<int>(verdict)]; };
  const int faults = count(Verdict::fault);
  if (json_) {
    std::cout << JsonText::object({{"ok", faults == 0},
                                   {"faults", faults},
                                   {"warnings", count(Verdict::warning)},
                                   {"unknown", count(Verdict::unknown)},
                                   {"checks", rows_}})
                     .str()
              << '\n';
  } else {
    std::cout << '\n'
              << number_of(faults, "fault") << ", " << number_of(count(Verdict::warning), "warning") << ", "
              << count(Verdict::ok) << " ok, " << count(Verdict::unknown) << " could not be checked from here\n";
  }
  return faults == 0 ? 0 : 1;
}

}  // namespace ticketd::ctl
