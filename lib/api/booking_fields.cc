#include "api/booking_fields.h"

#include "domain/seat_pool.h"

namespace ticketd {
namespace {

using domain::Remainder;

std::optional<int> read_quantity(http::Fields& in) { return in.optional_number("quantity", 1, domain::kQuantityMax); }

std::optional<Remainder> read_remainder(http::Fields& in) {
  return in.optional_word<Remainder>("remainder", {{"keep", Remainder::keep}, {"drop", Remainder::drop}});
}

// Each of them once.
std::optional<domain::TicketNumbers> read_ticket_numbers(http::Fields& in) {
  const auto named = in.optional_numbers("tickets", 1, domain::kQuantityMax, 1, domain::kQuantityMax);
  if (!named) return std::nullopt;
  domain::TicketNumbers numbers;
  for (const auto number : *named) numbers.set(static_cast<std::size_t>(number));
  if (numbers.count() != named->size()) in.bad("tickets", "invalid", "tickets must name each ticket once");
  return numbers;
}

}  // namespace

std::optional<std::string> read_access_code(http::Fields& in) { return in.optional_text("access_code", {1, 64}); }

domain::Book read_wish(http::Fields& in) {
  domain::Book wish;
  wish.type = in.optional_id<TicketTypeId>("ticket_type_id");
  wish.quantity = read_quantity(in).value_or(1);
  const bool accepts = in.optional_boolean("accept_fewer").value_or(false);
  const auto remainder = read_remainder(in);
  if (remainder && !accepts && in.ok("accept_fewer"))
    in.bad("remainder", "invalid", "remainder is for a booking that takes fewer; send accept_fewer: true as well");
  // There is nothing between one and none.
  if (accepts && wish.quantity > 1) wish.accept_fewer = remainder.value_or(Remainder::keep);
  return wish;
}

domain::Cancel read_given_back(http::Fields& in) {
  domain::Cancel wish;
  wish.quantity = read_quantity(in);
  wish.tickets = read_ticket_numbers(in);
  if (in.has("quantity") && in.has("tickets") && in.ok("tickets"))
    in.bad("tickets", "invalid", "tickets says which, and quantity how many; send one of them");
  return wish;
}

std::optional<int> read_confirmed(http::Fields& in) { return read_quantity(in); }

domain::UpdateBooking read_new_terms(http::Fields& in, BookingId booking) {
  domain::UpdateBooking wish{booking};
  wish.quantity = read_quantity(in);
  wish.accept_fewer = in.optional_boolean("accept_fewer");
  wish.remainder = read_remainder(in);
  if (wish.remainder && wish.accept_fewer == false)
    in.bad("remainder", "invalid", "remainder is for a booking that takes fewer; leave it out, or accept_fewer");
  if (in.ok() && wish == domain::UpdateBooking{booking})
    in.bad("quantity", "required", "send at least one field to change");
  return wish;
}

}  // namespace ticketd
