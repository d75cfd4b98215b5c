// Covers: lib/auth/ticket_code.cc
// What somebody shows at the door: any text, or 18 bytes of which a code is made with our own key.
#include "auth/ticket_code.h"

#include "fuzz/properties.h"

using namespace ticketd;
using fuzz::require;

static const std::string kKey = "0123456789abcdef0123456789abcdef", kOther = "fedcba9876543210fedcba9876543210";

static void try_text(std::string_view text) {
  const auto code = auth::parse_ticket_code(text);
  const bool is_ours = auth::is_ticket_code_of(text, kKey);
  require(code || !is_ours, "what cannot be read was not made by us");
  if (!code) return;
  const auto made = auth::ticket_code_of(*code, kKey);
  require(made.size() == text.size() && auth::parse_ticket_code(made) == code, "a code is read as it was written");
  require(is_ours == (made == text), "a code is ours if we write it so, and only then");
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  try_text(text);
  auth::TicketCode code;
  if (size != code.booking.uuid.bytes.size() + 2) return 0;
  std::copy_n(data, code.booking.uuid.bytes.size(), code.booking.uuid.bytes.begin());
  code.number = data[size - 2];
  code.generation = data[size - 1];
  const auto made = auth::ticket_code_of(code, kKey);
  try_text(made);
  require(auth::is_ticket_code_of(made, kKey) && !auth::is_ticket_code_of(made, kOther),
          "another key makes another code");
  return 0;
}
