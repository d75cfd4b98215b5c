#pragma once

namespace ticketd {

constexpr const char* kVersion = "0.1.0";

}  // namespace ticketd
