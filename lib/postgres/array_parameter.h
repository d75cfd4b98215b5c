// Array parameters, for unnest($1::uuid[]) and = ANY ($1::uuid[]), in PostgreSQL's binary form: it reads an id or a
// date of a batch in a third of the time that their text takes.
#pragma once
#include <endian.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "base/uuid.h"
#include "postgres/libpqxx.h"

namespace ticketd::postgres {

template <class Number>
std::string bytes_of(Number number) {
  return {reinterpret_cast<const char*>(&number), sizeof number};
}

// How PostgreSQL takes an element: the oid of its type (pg_type.dat) and its bytes, as the type's _recv function reads
// them.
template <class T>
struct Element;

template <class Tag>
struct Element<Id<Tag>> {
  static constexpr std::uint32_t kOid = 2950;  // uuid
  static std::string bytes(const Id<Tag>& id) { return {id.uuid.bytes.begin(), id.uuid.bytes.end()}; }
};
template <>
struct Element<std::string_view> {
  static constexpr std::uint32_t kOid = 25;  // text
  static std::string_view bytes(std::string_view text) { return text; }
};
template <>
struct Element<bool> {
  static constexpr std::uint32_t kOid = 16;  // bool
  static std::string bytes(bool value) { return std::string(1, value ? '\1' : '\0'); }
};
template <>
struct Element<std::int16_t> {
  static constexpr std::uint32_t kOid = 21;  // smallint
  static std::string bytes(std::int16_t value) { return bytes_of(htobe16(static_cast<std::uint16_t>(value))); }
};
template <>
struct Element<int> {
  static constexpr std::uint32_t kOid = 23;  // integer
  static std::string bytes(int value) { return bytes_of(htobe32(static_cast<std::uint32_t>(value))); }
};
template <>
struct Element<std::int64_t> {
  static constexpr std::uint32_t kOid = 20;  // bigint
  static std::string bytes(std::int64_t value) { return bytes_of(htobe64(static_cast<std::uint64_t>(value))); }
};
template <>
struct Element<Time> {
  static constexpr std::uint32_t kOid = 1184;  // timestamptz: microseconds since 2000
  static std::string bytes(Time time) {
    constexpr Time kBegin = std::chrono::sys_days(std::chrono::year(2000) / 1 / 1);
    return Element<std::int64_t>::bytes(std::chrono::microseconds(time - kBegin).count());
  }
};

template <class T>
class ArrayParameter {
 public:
  // NULL for empty.
  void add(const std::optional<T>& element) {
    ++count_;
    if (!element) return append(-1);
    const auto bytes = Element<T>::bytes(*element);
    append(static_cast<int>(bytes.size()));
    elements_ += bytes;
  }
  void add_null() { add(std::nullopt); }
  [[nodiscard]] bool empty() const { return count_ == 0; }

  // For a statement's argument; its type there must be an array of just this one.
  [[nodiscard]] Bytes binary() const {
    constexpr int kDimensions = 1, kHasNulls = 1, kFirstIndex = 1;
    std::string text;
    for (const int part : {kDimensions, kHasNulls, static_cast<int>(Element<T>::kOid), count_, kFirstIndex})
      text += Element<int>::bytes(part);
    return bytes_parameter(text + elements_);
  }

 private:
  void append(int number) { elements_ += Element<int>::bytes(number); }

  int count_ = 0;
  std::string elements_;
};

// Of all that a container has.
template <class Container>
Bytes array_of(const Container& container) {
  ArrayParameter<typename Container::value_type> all;
  for (const auto& element : container) all.add(element);
  return all.binary();
}

}  // namespace ticketd::postgres
