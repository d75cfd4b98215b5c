// An expected "no" is a value: Result<T> holds a T or a Refusal. A fault (database, Redis, socket) is an exception.
#pragma once
#include <utility>
#include <variant>

#include "refusal/refusal.h"

namespace ticketd {

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::move(value)) {}
  Result(Refusal refusal) : held_(std::move(refusal)) {}

  [[nodiscard]] bool ok() const { return std::holds_alternative<T>(held_); }

  // Only when ok(): std::bad_variant_access otherwise, which is a bug of the caller.
  const T& operator*() const { return std::get<T>(held_); }
  T& operator*() { return std::get<T>(held_); }
  const T* operator->() const { return &std::get<T>(held_); }
  T* operator->() { return &std::get<T>(held_); }

  // Only when not ok().
  [[nodiscard]] const Refusal& refusal() const { return std::get<Refusal>(held_); }

 private:
  std::variant<T, Refusal> held_;
};

}  // namespace ticketd
