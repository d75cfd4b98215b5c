#include "base/timezone.h"

#include <fstream>
#include <stdexcept>
#include <string>

namespace ticketd {
namespace {

// All zones as text, for zic(8): `Z NAME …` begins a zone, `L ZONE NAME` gives it another name. The compiled files
// beside it are more than the names: right/, posixrules, and what an administrator links there. C++20's own database of
// zones reads this file as well, but libstdc++ has it from GCC 13 on.
constexpr const char* kZones = "/usr/share/zoneinfo/tzdata.zi";

// What zones are called before somebody has set one.
constexpr std::string_view kNoZone = "Factory";

// The name that the line gives; empty if none.
std::string_view name_in(std::string_view line) {
  if (line.starts_with("L ")) {
    const auto space = line.find(' ', 2);
    return space == std::string_view::npos ? "" : line.substr(space + 1);
  }
  if (!line.starts_with("Z ")) return "";
  line.remove_prefix(2);
  return line.substr(0, line.find(' '));
}

}  // namespace

bool is_timezone(std::string_view name) {
  if (name.empty() || name == kNoZone) return false;
  std::ifstream zones(kZones);
  if (!zones) throw std::runtime_error(std::string("cannot read ") + kZones + ": is tzdata installed?");
  for (std::string line; std::getline(zones, line);) {
    if (name_in(line) == name) return true;
  }
  return false;
}

}  // namespace ticketd
