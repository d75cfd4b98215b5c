#include "sim/commands.h"

#include "sim/model.h"

namespace ticketd::sim {

using domain::Remainder;
using domain::UpdateEvent;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

template <class IdType>
IdType nth(std::uint8_t kind, int n) {
  IdType id;
  id.uuid.bytes[0] = kind;
  id.uuid.bytes[8] = static_cast<std::uint8_t>(n);
  id.uuid.bytes[9] = static_cast<std::uint8_t>(n >> 8);
  return id;
}

Time time_of(Step::Clock clock) {
  const auto stops = kStart - hours(kSavingStops);
  switch (clock) {
    case Step::Clock::saving: return stops - milliseconds(1);
    case Step::Clock::not_saving: return stops;
    case Step::Clock::late: return kEnd;
  }
  return kEnd;
}

// An event that ended before all commands has to have begun before that.
domain::EventChanges end_at(int number) {
  if (number == 0) return {.starts_at = Time(), .ends_at = time_of(Step::Clock::saving)};
  return {.ends_at = kEnd + milliseconds(number - 1)};
}

Time start_at(int number) { return kStart + hours(number < 4 ? number - 1 : 2 - number); }

std::optional<Remainder> remainder_of(Step::Fewer fewer) {
  if (fewer == Step::Fewer::keep) return Remainder::keep;
  return fewer == Step::Fewer::drop ? std::optional(Remainder::drop) : std::nullopt;
}

std::optional<bool> accept_of(Step::Fewer fewer) {
  if (fewer == Step::Fewer::yes) return true;
  return fewer == Step::Fewer::no ? std::optional(false) : std::nullopt;
}

std::optional<int> quantity_of(const Step& step) {
  return step.quantity > 0 ? std::optional(step.quantity) : std::nullopt;
}

std::optional<domain::TicketNumbers> tickets_of(const Step& step) {
  return step.tickets.any() ? std::optional(step.tickets) : std::nullopt;
}

domain::SetPool set_pool(const Step& step) {
  const auto to = step.to_everybody ? domain::ReleaseTo::everybody : domain::ReleaseTo::line;
  return {pool(step.pool), {.capacity = step.capacity, .held_back = step.held_back, .to = to}};
}

domain::TicketTypeChanges changes_of_type(const Step& step) {
  using enum Step::Setting;
  const auto number = step.emptied ? std::nullopt : std::optional(step.number);
  switch (step.setting) {
    case nothing: break;
    case pool: return {.pool = sim::pool(step.pool)};
    case position: return {.position = step.number};
    case limit: return {.limit = domain::Change<int>(number)};
    case booking_limit: return {.max_per_booking = domain::Change<int>(number)};
    case visibility: return {.visibility = static_cast<domain::TypeVisibility>(step.number)};
    case archived: return {.archived = step.number == 1};
    case sales: {
      domain::TicketTypeChanges changes;
      if (step.sold_from || step.emptied) changes.sales_start.emplace(minute(step.sold_from));
      if (step.sold_until || step.emptied) changes.sales_end.emplace(minute(step.sold_until));
      return changes;
    }
  }
  return {};
}

}  // namespace

PoolId pool(int n) { return n == 0 ? PoolId() : nth<PoolId>(4, n); }

TicketTypeId type(int n) { return n == 0 ? TicketTypeId() : nth<TicketTypeId>(5, n); }

std::optional<Time> minute(std::optional<int> n) { return n ? std::optional(kStart + minutes(*n)) : std::nullopt; }

UserId person(int n) { return nth<UserId>(1, n); }

BookingId Commands::one_of(const Step& step) const {
  std::vector<BookingId> choice;
  for (const auto& [user, booking] : booked_) {
    if (step.by_all || user == person(step.person)) choice.push_back(booking);
  }
  if (choice.empty()) return {};
  auto one = choice[choice.size() - 1 - static_cast<std::size_t>(step.number) % choice.size()];
  for (int i = 0; i < step.rests; ++i) one = plus_one(one);
  return one;
}

domain::Book Commands::book(const Step& step, int n) {
  booked_.emplace_back(person(step.person), nth<BookingId>(3, n));
  return {booked_.back().second, quantity_of(step).value_or(1), remainder_of(step.fewer),
          step.type ? std::optional(type(*step.type)) : std::nullopt};
}

domain::Action Commands::action_of(const Step& step, int n) {
  using Kind = Step::Kind;
  switch (step.kind) {
    case Kind::book: return book(step, n);
    case Kind::cancel_one: return domain::Cancel{one_of(step), quantity_of(step), tickets_of(step)};
    case Kind::update_booking:
      return domain::UpdateBooking{one_of(step), quantity_of(step), accept_of(step.fewer), remainder_of(step.fewer)};
    case Kind::set_capacity: return UpdateEvent{{.total_tickets = step.number}};
    case Kind::set_limit: return UpdateEvent{{.rules = {.max_per_user = step.number}}};
    case Kind::set_booking_limit: return UpdateEvent{{.rules = {.max_per_booking = step.number}}};
    case Kind::set_skips: return UpdateEvent{{.rules = {.max_skips = step.number}}};
    case Kind::set_saving: return UpdateEvent{{.rules = {.saving_stops_hours = kSavingStops + step.number - 1}}};
    case Kind::move_start: return UpdateEvent{{.starts_at = start_at(step.number)}};
    case Kind::move_end: return UpdateEvent{end_at(step.number)};
    case Kind::set_hold: return UpdateEvent{{.rules = {.hold_minutes = step.number}}};
    case Kind::set_offer: return UpdateEvent{{.rules = {.offer_minutes = step.number}}};
    case Kind::set_offer_stops: return UpdateEvent{{.rules = {.offer_stops_minutes = step.number}}};
    case Kind::set_whose_yes:
      return UpdateEvent{{.rules = {.confirmed_by = static_cast<domain::ConfirmedBy>(step.number)}}};
    case Kind::set_line_end:
      return UpdateEvent{{.rules = {.line_closes = static_cast<domain::LineCloses>(step.number)}}};
    case Kind::set_sales: return UpdateEvent{{.rules = {.sales = {{minute(step.sold_from), minute(step.sold_until)}}}}};
    case Kind::set_pool: return set_pool(step);
    case Kind::set_type: return domain::SetTicketType{type(step.type.value_or(0)), changes_of_type(step)};
    case Kind::confirm: return domain::Confirm{one_of(step), quantity_of(step)};
    case Kind::remove_event: return domain::DeleteEvent{};
    case Kind::settle: return domain::Settle{};
    case Kind::cancel_newest:
    case Kind::repeat:
    case Kind::admit: break;
  }
  return domain::Cancel{{}, quantity_of(step)};
}

domain::Command Commands::make(const Step& step, int n) {
  domain::Command command;
  command.id = nth<CommandId>(2, n);
  command.user = person(step.person);
  command.accepted_at = step.minutes ? kStart + minutes(*step.minutes) : time_of(step.clock);
  command.action = action_of(step, n);
  return command;
}

}  // namespace ticketd::sim
