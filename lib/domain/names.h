// Enums and their names, which stand in a table in the order of the values.
#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

namespace ticketd::domain {

// The value that is called so; empty if none is.
template <class Enum>
std::optional<Enum> value_of(const auto& names, std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names.at(i) == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace ticketd::domain
