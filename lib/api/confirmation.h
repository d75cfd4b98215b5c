// Held seats and the yes that they are held for.
#pragma once
#include <optional>

#include "refusal/refusal.h"
#include "storage/bookings.h"

namespace ticketd {

// Why the booking, as it is now, is not confirmed by whoever `says` yes: somebody else's yes counts, nothing is held,
// it is too late, or it has fewer tickets. Empty if it may be; the worker decides.
std::optional<Refusal> confirm_refusal(const storage::BookingDetails& booking, const domain::Confirm& wish,
                                       domain::ConfirmedBy says);

}  // namespace ticketd
