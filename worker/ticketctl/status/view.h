// `ticketctl status` in lines, and as JSON.
#pragma once
#include <string>
#include <vector>

#include "base/json_text.h"
#include "ticketctl/status/sampler.h"

namespace ticketd::ctl {

struct StatusView {
  const StatusSample& now;
  const StatusSample& before;  // rates are what happened since then
  bool recent_times;           // p50 and p99 of that time, and not of all since the counting began

  // `colours`: escape codes for a terminal.
  [[nodiscard]] std::vector<std::string> lines(bool colours) const;
  [[nodiscard]] JsonText json() const;
};

}  // namespace ticketd::ctl
