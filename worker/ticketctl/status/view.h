// `ticketctl status` in lines, and as JSON.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/json_text.h"
#include "ticketctl/status/sampler.h"

namespace ticketd::ctl {

struct StatusView {
  const StatusSample& now;
  const StatusSample& before;  // rates, and the p50 and p99 beside them, are of what happened since then

  // At most 80 columns wide, but for versions and names of sessions; what tells whether all is well comes first.
  // `colours`: escape codes for a terminal. `rows`: of a screen that has no more; the busiest routes are shown then.
  [[nodiscard]] std::vector<std::string> lines(bool colours, std::optional<std::size_t> rows = std::nullopt) const;
  [[nodiscard]] JsonText json() const;
};

}  // namespace ticketd::ctl
