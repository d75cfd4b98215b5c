#include "sim/schedule.h"

#include <algorithm>
#include <span>

namespace ticketd::sim {
namespace {

using Kind = Step::Kind;

// splitmix64: small, fast, and the same everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 1) {}
  int below(int bound) { return static_cast<int>(next() % static_cast<std::uint64_t>(bound)); }
  int from_1_to(int most) { return 1 + below(most); }
  bool one_in(int times) { return below(times) == 0; }

 private:
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  std::uint64_t state_;
};

// How many steps of a hundred are of which kind.
struct Share {
  Kind kind;
  int percent;
};
constexpr Share kSingles[] = {{Kind::book, 52},        {Kind::cancel_newest, 22}, {Kind::cancel_one, 8},
                              {Kind::set_capacity, 6}, {Kind::set_limit, 2},      {Kind::move_end, 2},
                              {Kind::settle, 2},       {Kind::repeat, 5},         {Kind::remove_event, 1}};
constexpr Share kGroups[] = {
    {Kind::book, 36},         {Kind::cancel_newest, 9}, {Kind::cancel_one, 11},       {Kind::update_booking, 9},
    {Kind::set_capacity, 10}, {Kind::set_limit, 2},     {Kind::set_booking_limit, 1}, {Kind::set_skips, 3},
    {Kind::set_saving, 2},    {Kind::move_start, 2},    {Kind::move_end, 1},          {Kind::settle, 9},
    {Kind::repeat, 4},        {Kind::remove_event, 1}};
constexpr Share kCrowd[] = {{Kind::book, 20},           {Kind::cancel_newest, 12}, {Kind::cancel_one, 12},
                            {Kind::update_booking, 15}, {Kind::set_capacity, 24},  {Kind::set_skips, 3},
                            {Kind::settle, 10},         {Kind::set_saving, 2},     {Kind::repeat, 2}};
constexpr Share kHeld[] = {{Kind::book, 25},           {Kind::cancel_newest, 6}, {Kind::cancel_one, 7},
                           {Kind::update_booking, 4},  {Kind::confirm, 20},      {Kind::settle, 13},
                           {Kind::set_hold, 3},        {Kind::set_offer, 3},     {Kind::set_whose_yes, 2},
                           {Kind::set_line_end, 2},    {Kind::set_limit, 1},     {Kind::set_capacity, 5},
                           {Kind::set_offer_stops, 1}, {Kind::set_skips, 1},     {Kind::move_start, 2},
                           {Kind::move_end, 1},        {Kind::repeat, 3},        {Kind::remove_event, 1}};
constexpr Share kHeldCrowd[] = {{Kind::book, 12},          {Kind::cancel_newest, 8}, {Kind::cancel_one, 8},
                                {Kind::update_booking, 8}, {Kind::confirm, 26},      {Kind::settle, 16},
                                {Kind::set_capacity, 14},  {Kind::set_hold, 2},      {Kind::set_offer, 2},
                                {Kind::set_skips, 2},      {Kind::repeat, 2}};

constexpr Share kMisfits[] = {{Kind::book, 12},           {Kind::cancel_newest, 20}, {Kind::cancel_one, 20},
                              {Kind::update_booking, 10}, {Kind::set_capacity, 8},   {Kind::settle, 27},
                              {Kind::remove_event, 3}};
constexpr Share kPools[] = {
    {Kind::book, 35},        {Kind::cancel_newest, 8}, {Kind::cancel_one, 8},        {Kind::update_booking, 4},
    {Kind::set_pool, 12},    {Kind::set_type, 12},     {Kind::set_sales, 2},         {Kind::settle, 8},
    {Kind::set_capacity, 2}, {Kind::set_limit, 2},     {Kind::set_booking_limit, 1}, {Kind::set_skips, 1},
    {Kind::move_start, 1},   {Kind::repeat, 2},        {Kind::remove_event, 1},      {Kind::set_saving, 1}};
constexpr Share kPoolsCrowd[] = {{Kind::book, 16},           {Kind::cancel_newest, 9}, {Kind::cancel_one, 9},
                                 {Kind::update_booking, 10}, {Kind::set_pool, 28},     {Kind::set_type, 8},
                                 {Kind::settle, 14},         {Kind::set_skips, 2},     {Kind::set_saving, 1},
                                 {Kind::set_sales, 1},       {Kind::repeat, 2}};
constexpr Share kPoolsHeld[] = {{Kind::book, 24},          {Kind::cancel_newest, 6}, {Kind::cancel_one, 6},
                                {Kind::update_booking, 3}, {Kind::confirm, 15},      {Kind::settle, 12},
                                {Kind::set_pool, 12},      {Kind::set_type, 9},      {Kind::set_sales, 2},
                                {Kind::set_hold, 2},       {Kind::set_offer, 2},     {Kind::set_whose_yes, 1},
                                {Kind::set_line_end, 1},   {Kind::move_start, 1},    {Kind::set_capacity, 1},
                                {Kind::repeat, 2},         {Kind::remove_event, 1}};

Kind kind_of(Dice& dice, std::span<const Share> shares) {
  int n = dice.below(100);
  for (const auto& [kind, percent] : shares) {
    if (n < percent) return kind;
    n -= percent;
  }
  return Kind::book;
}

bool is_owners(Kind kind) {
  switch (kind) {
    case Kind::set_capacity:
    case Kind::set_limit:
    case Kind::set_booking_limit:
    case Kind::set_skips:
    case Kind::set_saving:
    case Kind::move_start:
    case Kind::move_end:
    case Kind::set_hold:
    case Kind::set_offer:
    case Kind::set_offer_stops:
    case Kind::set_whose_yes:
    case Kind::set_line_end:
    case Kind::set_sales:
    case Kind::set_pool:
    case Kind::set_type:
    case Kind::remove_event: return true;
    default: return false;
  }
}

int minutes_of(Dice& dice) {
  constexpr int kMinutes[] = {0, 5, 15, 60};
  return kMinutes[dice.below(4)];
}

int number_of(Dice& dice, Kind kind, bool groups, bool held) {
  switch (kind) {
    case Kind::set_capacity: return dice.from_1_to(!groups ? 6 : dice.one_in(2) ? 4 : 10);
    case Kind::set_limit: return dice.from_1_to(groups ? 8 : 3);
    case Kind::set_booking_limit: return dice.from_1_to(5);
    case Kind::set_skips: return dice.below(4);
    case Kind::move_start: return dice.below(held ? 7 : 4);
    case Kind::set_hold:
    case Kind::set_offer:
    case Kind::set_offer_stops: return minutes_of(dice);
    case Kind::set_whose_yes:
    case Kind::set_line_end: return dice.below(2);
    case Kind::confirm: return dice.below(5);
    case Kind::set_saving:
    case Kind::move_end: return dice.below(3);
    default: return dice.below(8);
  }
}

BatchEnd end_of(Dice& dice, int batch_size) {
  if (!dice.one_in(batch_size)) return BatchEnd::none;
  const int n = dice.below(12);
  if (n == 0) return BatchEnd::lost;
  if (n == 1) return BatchEnd::not_acked;
  if (n == 2) return BatchEnd::taken_over;
  return BatchEnd::committed;
}

Step::Fewer fewer_of(Dice& dice, Kind kind) {
  using enum Step::Fewer;
  if (kind == Kind::update_booking) return static_cast<Step::Fewer>(dice.below(5));
  if (kind != Kind::book || !dice.one_in(3)) return unsaid;
  return dice.one_in(2) ? keep : drop;
}

// What only groups say. Of some schedules all are small or large, so that many large ones wait.
void make_group(Dice& dice, Step& step, bool extremes) {
  if (step.kind == Kind::book) {
    step.quantity = !extremes ? dice.from_1_to(5) : dice.one_in(2) ? 1 : 4 + dice.below(2);
  } else {
    step.quantity = dice.one_in(2) ? 0 : dice.from_1_to(4);
  }
  step.fewer = fewer_of(dice, step.kind);
  step.by_all = dice.one_in(6);
  if (step.kind == Kind::update_booking || step.kind == Kind::cancel_one || step.kind == Kind::confirm ||
      step.kind == Kind::admit)
    step.rests = dice.one_in(4) ? dice.from_1_to(2) : 0;
}

// Where people are admitted it is with tickets of the same few bookings that others cancel.
void aim(Dice& dice, Step& step) {
  if (step.kind != Kind::admit && step.kind != Kind::cancel_one) return;
  step.number = dice.below(4);
  step.by_all = step.kind == Kind::admit || dice.one_in(6);
  if (!dice.one_in(3)) step.rests = 0;
}

// Numbers that a booking may have or not; a few may be all of it.
void name_tickets(Dice& dice, Step& step, bool groups) {
  int names = step.kind == Kind::admit ? 1 : 0;
  if (step.kind == Kind::cancel_one && dice.one_in(3)) names = dice.from_1_to(3);
  for (int i = 0; i < names; ++i) step.tickets.set(static_cast<std::size_t>(dice.from_1_to(groups ? 4 : 2)));
  if (names > 0) step.quantity = 0;
}

// Some have seats, others want more than there will ever be: so it begins, in as many steps as this says.
constexpr int kMisfitSteps = 5;
void make_misfits(Dice& dice, Step& step, int i) {
  const bool shrinks = i == kMisfitSteps - 1;
  step.kind = shrinks ? Kind::set_capacity : Kind::book;
  step.person = shrinks ? 0 : i;
  step.quantity = shrinks ? 0 : i == 0 ? dice.from_1_to(2) : 4 + dice.below(2);
  if (shrinks) step.number = 2 + dice.below(2);
  step.fewer = fewer_of(dice, step.kind);
}

void make_event_with_holds(Dice& dice, Schedule& schedule) {
  schedule.hold_minutes = minutes_of(dice);
  schedule.offer_minutes = minutes_of(dice);
  schedule.offer_stops_minutes = dice.one_in(2) ? 120 : minutes_of(dice);
  schedule.confirmed_by = dice.one_in(2) ? domain::ConfirmedBy::attendee : domain::ConfirmedBy::organiser;
  schedule.line_closes = dice.one_in(2) ? domain::LineCloses::start : domain::LineCloses::end;
}

// Who says yes to what; mostly the one whose yes counts, unless that was changed since.
void make_yes(Dice& dice, Step& step, const Schedule& schedule, int people) {
  const bool by_organiser = (schedule.confirmed_by == domain::ConfirmedBy::organiser) != dice.one_in(6);
  step.person = by_organiser ? 0 : dice.below(people);
  step.by_all = by_organiser || dice.one_in(6);
}

// The clock of an event that holds seats or has sales windows: mostly it stands still, or goes on a little.
class Minutes {
 public:
  explicit Minutes(Dice& dice) : now_(kFirst[dice.below(6)]) {}
  [[nodiscard]] int now() const { return now_; }
  int next(Dice& dice) {
    if (dice.one_in(2)) now_ += 5 * dice.from_1_to(dice.one_in(6) ? 40 : 3);
    return now_;
  }

 private:
  // Before saving ends, before offers end, soon before the start.
  static constexpr int kFirst[] = {-1500, -300, -160, -60, -20, -5};
  int now_;
};

// A window around the clock; of some only one side.
void make_window(Dice& dice, int now, std::optional<int>& from, std::optional<int>& until) {
  const int start = now + 5 * (dice.below(13) - 6);
  if (!dice.one_in(3)) from = start;
  if (!dice.one_in(3)) until = start + 5 * dice.from_1_to(8);
}

// An event with pools, or one that has got as many as there can be. The first type has seats, mostly.
void make_pools(Dice& dice, Schedule& schedule, int now) {
  const bool full = dice.one_in(12);
  const int pools = full ? 18 + dice.below(3) : dice.from_1_to(3);
  const int types = full ? 48 + dice.below(3) : dice.from_1_to(4);
  for (int i = 0; i < pools; ++i) {
    const int capacity = dice.below(7);
    schedule.pools.push_back({capacity, dice.one_in(3) ? dice.below(capacity + 1) : 0});
  }
  for (int i = 0; i < types; ++i) {
    Schedule::Type type;
    type.pool = dice.from_1_to(pools);
    if (dice.one_in(3)) type.limit = dice.below(6);
    if (dice.one_in(4)) make_window(dice, now, type.sold_from, type.sold_until);
    if (dice.one_in(4)) type.visibility = static_cast<domain::TypeVisibility>(1 + dice.below(2));
    schedule.types.push_back(type);
  }
}

// Which of so many: rarely one that there is not yet.
int one_of(Dice& dice, std::size_t made) {
  if (made == 0) return dice.one_in(2) ? 0 : dice.below(3);
  const int n = static_cast<int>(made);
  return dice.from_1_to(dice.one_in(6) ? n + 2 : n);
}

void make_pool_step(Dice& dice, Step& step, const Schedule& schedule) {
  step.pool = one_of(dice, schedule.pools.size());
  step.to_everybody = dice.one_in(4);
  if (!dice.one_in(3))
    step.capacity = dice.one_in(60) ? 1'000'000 - dice.below(8) : dice.below(dice.one_in(2) ? 5 : 12);
  if (dice.one_in(2)) step.held_back = dice.below(dice.one_in(2) ? 2 : 7);
}

// What the first change of a pool makes possible, the next one does: the part that is loaded has to be enough for both.
// First it has more seats, hardly any of which are for the public, and then these are released.
void set_in_one_batch(Dice& dice, Step& first, Step& next) {
  first.end = BatchEnd::none;
  next.pool = first.pool;
  if (dice.one_in(2)) return;
  first.capacity = 4 + dice.below(8);
  first.held_back = *first.capacity - dice.from_1_to(4);
  next.capacity.reset();
  next.held_back = dice.below(3);
}

void make_type_step(Dice& dice, Step& step, const Schedule& schedule, int now) {
  using enum Step::Setting;
  step.setting = static_cast<Step::Setting>(dice.below(8));
  step.emptied = dice.one_in(3);
  step.number = dice.below(7);
  if (step.setting == pool) step.pool = one_of(dice, schedule.pools.size());
  if (step.setting == position) step.number = dice.below(4);
  if (step.setting == booking_limit) step.number = dice.from_1_to(4);
  if (step.setting == visibility) step.number = dice.one_in(2) ? 0 : dice.below(3);
  if (step.setting == archived) step.number = dice.below(2);
  if (step.setting == sales && !step.emptied) make_window(dice, now, step.sold_from, step.sold_until);
}

// What only schedules with pools say.
void add_pools(Dice& dice, Step& step, const Schedule& schedule, int now) {
  if (step.kind == Kind::set_sales && !dice.one_in(3)) make_window(dice, now, step.sold_from, step.sold_until);
  if (step.kind == Kind::set_pool) make_pool_step(dice, step, schedule);
  const bool names_type = step.kind == Kind::book ? !dice.one_in(3) : step.kind == Kind::set_type;
  if (names_type) step.type = one_of(dice, schedule.types.size());
  if (step.kind == Kind::set_type) make_type_step(dice, step, schedule, now);
}

}  // namespace

Schedule make_schedule(std::uint64_t seed) {
  Dice dice(seed);
  Schedule schedule;
  const bool groups = dice.one_in(2);
  const bool extremes = dice.one_in(2);
  schedule.capacity = dice.from_1_to(groups ? 8 : 4);
  schedule.limit = dice.one_in(2) ? (groups ? 8 : 1) : dice.from_1_to(groups ? 8 : 3);
  schedule.booking_limit = groups && dice.one_in(4) ? dice.from_1_to(5) : 5;
  schedule.skips = dice.below(4);
  schedule.promoted_at_once = dice.one_in(2) ? 100 : dice.from_1_to(2);
  const bool held = dice.one_in(3);
  if (held) make_event_with_holds(dice, schedule);
  // In some a crowd comes first, and the line is long: the part that is loaded is much less than the whole then.
  const int crowd = groups && dice.one_in(3) ? 10 + dice.below(10) : 0;
  std::span<const Share> shares = kSingles;
  if (groups) shares = kGroups;
  if (crowd > 0) shares = kCrowd;
  if (held) shares = kHeld;
  if (held && crowd > 0) shares = kHeldCrowd;
  const bool misfits = groups && crowd == 0 && !held && dice.one_in(10);
  if (misfits) shares = kMisfits;
  const bool pools = !misfits && dice.one_in(4);
  if (pools) shares = kPools;
  if (pools && crowd > 0) shares = kPoolsCrowd;
  if (pools && held) shares = kPoolsHeld;
  if (misfits) schedule.capacity = schedule.booking_limit = 5;
  if (misfits) schedule.promoted_at_once = dice.from_1_to(2);
  // Of these there are few people with many seats, or hardly anybody would be admitted.
  const bool admits = dice.one_in(groups ? 3 : 12);
  if (admits) schedule.capacity += dice.below(12);
  if (admits) schedule.limit = 8;
  const int first = admits ? std::max(crowd, 3) : crowd;
  const int people = 2 + dice.below(admits ? 2 : 6) + crowd;
  const int batch_size = dice.from_1_to(6);
  const int not_saving = dice.one_in(2) ? 40 : 3;
  const int late = admits || dice.one_in(2) ? 60 : 4;
  const int length = 5 + dice.below(groups ? 45 : 30) + crowd;
  Minutes minutes(dice);
  if (pools && !dice.one_in(3)) make_pools(dice, schedule, minutes.now());
  for (int i = 0; i < length; ++i) {
    Step step;
    step.kind = i < first ? Kind::book : admits && dice.one_in(5) ? Kind::admit : kind_of(dice, shares);
    const bool same_pool = i > first && schedule.steps.back().kind == Kind::set_pool && dice.one_in(3);
    if (same_pool) step.kind = Kind::set_pool;
    step.person = is_owners(step.kind) && !dice.one_in(8) ? 0 : dice.below(people);
    step.number = number_of(dice, step.kind, groups, held);
    if (groups) make_group(dice, step, extremes);
    if (misfits && i < kMisfitSteps) make_misfits(dice, step, i);
    if (admits) aim(dice, step);
    name_tickets(dice, step, groups);
    step.clock = dice.one_in(not_saving) ? Step::Clock::not_saving : Step::Clock::saving;
    if (pools) add_pools(dice, step, schedule, minutes.now());
    if (same_pool) set_in_one_batch(dice, schedule.steps.back(), step);
    if (held || pools) step.minutes = i < crowd ? minutes.now() : minutes.next(dice);
    if (step.kind == Kind::confirm) make_yes(dice, step, schedule, people);
    const bool needs_seats = step.kind == Kind::confirm || step.kind == Kind::admit;
    if (needs_seats && crowd > 0) step.number = dice.below(24);  // it is those in front who have seats
    if (dice.one_in(step.kind != Kind::settle ? late : groups ? 4 : 2)) step.clock = Step::Clock::late;
    step.end = end_of(dice, batch_size);
    schedule.steps.push_back(step);
  }
  return schedule;
}

}  // namespace ticketd::sim
