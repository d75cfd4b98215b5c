#include "api/confirmation.h"

#include "domain/fact.h"

namespace ticketd {

std::optional<Refusal> confirm_refusal(const storage::BookingDetails& booking, const domain::Confirm& wish,
                                       domain::ConfirmedBy says) {
  using domain::BookingState;
  if (booking.confirmed_by != says) return Refusal{Code::not_yours_to_confirm};
  if (booking.state == BookingState::cancelled && booking.reason == name_of(domain::Reason::offer_expired))
    return Refusal{Code::offer_expired};
  if (booking.state != BookingState::held) return Refusal{Code::not_held};
  if (wish.quantity.value_or(1) > booking.quantity)
    return Refusal{Code::quantity_over_limit, "Fewer tickets than that are held; confirm as many, or fewer"};
  return std::nullopt;
}

}  // namespace ticketd
