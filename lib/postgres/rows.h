// Between C++ values and the text that PostgreSQL speaks.
#pragma once
#include <algorithm>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/hex.h"
#include "base/time.h"
#include "base/uuid.h"

namespace ticketd::postgres {

inline std::string text_of(const pqxx::field& field) { return {field.c_str(), field.size()}; }
inline int int_of(const pqxx::field& field) { return field.as<int>(); }
// Of a column selected through epoch_ms().
inline Time time_of(const pqxx::field& field) { return from_epoch_ms(field.as<std::int64_t>()); }

template <class IdType>
IdType id_of(const pqxx::field& field) {
  return *IdType::parse({field.c_str(), field.size()});
}

inline std::optional<std::string> optional_text(const pqxx::field& field) {
  return field.is_null() ? std::nullopt : std::optional(text_of(field));
}
inline std::optional<int> optional_int(const pqxx::field& field) {
  return field.is_null() ? std::nullopt : std::optional(int_of(field));
}
inline std::optional<Time> optional_time(const pqxx::field& field) {
  return field.is_null() ? std::nullopt : std::optional(time_of(field));
}
template <class IdType>
std::optional<IdType> optional_id(const pqxx::field& field) {
  return field.is_null() ? std::nullopt : std::optional(id_of<IdType>(field));
}

// Of a column array_to_string(…, ','), whose elements have no comma.
inline std::vector<std::string> words_of(const pqxx::field& field) {
  std::vector<std::string> words;
  const auto text = text_of(field);
  for (std::size_t from = 0; from < text.size();) {
    const auto comma = std::min(text.find(',', from), text.size());
    words.push_back(text.substr(from, comma - from));
    from = comma + 1;
  }
  return words;
}
template <class IdType>
std::optional<std::vector<IdType>> optional_ids(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  std::vector<IdType> ids;
  for (const auto& word : words_of(field)) ids.push_back(*IdType::parse(word));
  return ids;
}

// What `value_of` makes of each row, in their order.
template <class Function>
auto list_of(const pqxx::result& rows, Function value_of) {
  std::vector<std::invoke_result_t<Function, const pqxx::row&>> values;
  values.reserve(static_cast<std::size_t>(rows.size()));
  for (const auto& row : rows) values.push_back(value_of(row));
  return values;
}

// The text form of a bytea.
inline std::string bytea(std::string_view bytes) { return "\\x" + hex_of(bytes); }

// Null for empty; the text must outlive the statement.
inline const char* or_null(const std::optional<std::string>& text) { return text ? text->c_str() : nullptr; }

}  // namespace ticketd::postgres
