#include "storage/rows.h"

namespace ticketd::storage {

void ArrayText::add(std::string_view value) {
  separate();
  text_ += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') text_ += '\\';
    text_ += c;
  }
  text_ += '"';
}

void ArrayText::add_raw(std::string_view value) {
  separate();
  text_ += value;
}

}  // namespace ticketd::storage
