#pragma once

namespace ticketd {

// One visitor for std::visit out of a function for each alternative; one that is missing does not compile.
template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace ticketd
