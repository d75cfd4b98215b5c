#include "api/confirmation.h"

#include "unit/expect.h"

using namespace ticketd;
using domain::BookingState;
using domain::ConfirmedBy;

TEST_GROUP(Confirmation) {
  storage::BookingDetails booking;

  void setup() override {
    booking.state = BookingState::held;
    booking.quantity = 2;
  }
  std::optional<Code> refusal(ConfirmedBy says = ConfirmedBy::attendee, std::optional<int> quantity = {}) const {
    const auto found = confirm_refusal(booking, {booking.id, quantity}, says);
    return found ? std::optional(found->code) : std::nullopt;
  }
};

TEST(Confirmation, IsOfWhatIsHeld) {
  CHECK_FALSE(refusal().has_value());
  for (const auto state : {BookingState::confirmed, BookingState::waitlisted, BookingState::rejected}) {
    booking.state = state;
    CHECK_TRUE(refusal() == Code::not_held);
  }
}

TEST(Confirmation, ComesInTime) {
  booking.state = BookingState::cancelled;
  CHECK_TRUE(refusal() == Code::not_held);
  booking.reason = "line_closed";
  CHECK_TRUE(refusal() == Code::not_held);
  booking.reason = "offer_expired";
  CHECK_TRUE(refusal() == Code::offer_expired);
}

TEST(Confirmation, IsOfAsManyTicketsAtMost) {
  for (const int quantity : {1, 2}) CHECK_FALSE(refusal(ConfirmedBy::attendee, quantity).has_value());
  CHECK_TRUE(refusal(ConfirmedBy::attendee, 3) == Code::quantity_over_limit);
}

// Whatever becomes of the booking: it is nobody else's affair.
TEST(Confirmation, IsTheirsWhoseYesCounts) {
  CHECK_TRUE(refusal(ConfirmedBy::organiser) == Code::not_yours_to_confirm);
  booking.state = BookingState::cancelled;
  CHECK_TRUE(refusal(ConfirmedBy::organiser) == Code::not_yours_to_confirm);
  booking.confirmed_by = ConfirmedBy::organiser;
  CHECK_TRUE(refusal() == Code::not_yours_to_confirm);
}
