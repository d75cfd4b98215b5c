#include "api/event_fields.h"

#include <algorithm>

#include "api/pool_fields.h"
#include "base/timezone.h"
#include "http/fields.h"

namespace ticketd {
namespace {

constexpr http::Length kTitle{1, 255};
constexpr http::Length kText{1, 10'000};
constexpr http::Length kTimezone{1, 64};  // the longest name has 32
constexpr int kMostPerUser = 100;
constexpr int kMostSkips = 100;
constexpr int kMostHours = 8'784;     // of a leap year
constexpr int kMostMinutes = 43'200;  // of 30 days
constexpr std::initializer_list<std::pair<const char*, domain::ConfirmedBy>> kConfirmedBy = {
    {"attendee", domain::ConfirmedBy::attendee}, {"organiser", domain::ConfirmedBy::organiser}};
constexpr std::initializer_list<std::pair<const char*, domain::LineCloses>> kLineCloses = {
    {"start", domain::LineCloses::start}, {"end", domain::LineCloses::end}};
// A character beyond U+FFFF is two escapes: \ud83c\udf9f. The other fields, and the names, have less than a KiB; but
// for those of pools and ticket types. Who has many with long texts adds them one by one.
constexpr std::size_t kEscaped = 12;
static_assert(kEscaped * (kTitle.most + 2 * kText.most) + 1024 <= kEventBodyBytes);
const FieldError kEndBeforeStart{"end_date_time", "invalid_date", "end_date_time must be after start_date_time"};
// Nobody's event stays in the lists for ever, or stands behind all others for good. A leap year has a day more.
constexpr auto kLongest = std::chrono::days(366);
constexpr auto kFurthest = std::chrono::days(3'653);
const FieldError kTooLong{"end_date_time", "out_of_range", "end_date_time must be within 366 days of start_date_time"};
const FieldError kTooFar{"start_date_time", "out_of_range", "start_date_time must be within ten years from now"};

std::optional<domain::Visibility> read_visibility(http::Fields& in) {
  using domain::Visibility;
  return in.optional_word<Visibility>("visibility",
                                      {{"public", Visibility::listed}, {"unlisted", Visibility::unlisted}});
}

std::optional<std::string> read_timezone(http::Fields& in) {
  auto name = in.optional_text("timezone", kTimezone);
  if (name && in.ok("timezone") && !is_timezone(*name))
    in.bad("timezone", "invalid", "timezone must be a name of the IANA time zone database, such as Europe/Berlin");
  return name;
}

// Replaces what was there: a window without start and end is none.
std::optional<domain::SalesWindow> read_sales(http::Fields& in) {
  const auto sales = in.optional_object("sales");
  if (!sales) return std::nullopt;
  http::Fields window(*sales);
  const domain::SalesWindow read{window.optional_time("start"), window.optional_time("end")};
  if (window.ok() && read.start && read.end && *read.end <= *read.start)
    window.bad("end", "invalid_date", "end must be after start");
  in.include("sales", window);
  return read;
}

domain::RuleChanges read_rules(http::Fields& in) {
  domain::RuleChanges rules;
  rules.max_per_user = in.optional_number("max_per_user", 1, kMostPerUser);
  rules.max_per_booking = in.optional_number("max_per_booking", 1, domain::kQuantityMax);
  rules.max_skips = in.optional_number("max_skips", 0, kMostSkips);
  rules.saving_stops_hours = in.optional_number("saving_stops_hours", 0, kMostHours);
  rules.hold_minutes = in.optional_number("hold_minutes", 0, kMostMinutes);
  rules.offer_minutes = in.optional_number("offer_minutes", 0, kMostMinutes);
  rules.offer_stops_minutes = in.optional_number("offer_stops_minutes", 0, kMostMinutes);
  rules.confirmed_by = in.optional_word<domain::ConfirmedBy>("confirmed_by", kConfirmedBy);
  rules.line_closes = in.optional_word<domain::LineCloses>("line_closes", kLineCloses);
  rules.sales = read_sales(in);
  return rules;
}

std::vector<FieldError> span_errors(Time starts_at, Time ends_at) {
  if (ends_at <= starts_at) return {kEndBeforeStart};
  if (ends_at - starts_at > kLongest) return {kTooLong};
  return {};
}

std::vector<FieldError> start_errors(Time starts_at, Time now) {
  if (starts_at - now > kFurthest) return {kTooFar};
  return {};
}

void report(http::Fields& in, const std::vector<FieldError>& errors) {
  for (const auto& error : errors) in.bad(error.field, error.code, error.message);
}

// Its pools and their ticket types, and the sums of them. A pool without types gets one that is called like it.
void read_new_pools(http::Fields& in, storage::EventDetails& event, Time now, Random& random) {
  const auto pools = in.optional_objects("pools", 1, domain::kPoolsMax).value_or(std::vector<Json>());
  if (in.has("number_of_tickets"))
    in.bad("number_of_tickets", "invalid", "number_of_tickets is the sum of the pools; leave it out");
  for (std::size_t i = 0; i < pools.size(); ++i) {
    const auto place = "pools." + std::to_string(i);
    http::Fields of_pool(pools[i]);
    auto pool = storage::pool_of(PoolId::make(now, random), read_new_pool(of_pool));
    const auto types = of_pool.optional_objects("ticket_types", 1, domain::kTicketTypesMax);
    in.include(place, of_pool);
    for (std::size_t j = 0; j < (types ? types->size() : 1); ++j) {
      http::Fields of_type(types ? (*types)[j] : Json::object());
      // Those of one position stand in the order of their ids, and ids of one millisecond have none.
      const auto id = TicketTypeId::make(now + milliseconds(static_cast<int>(event.types.size())), random);
      domain::TicketTypeChanges said;
      said.name = pool.name;
      if (types) said = read_new_type(of_type, id);
      if (!said.position) said.position = static_cast<int>(event.types.size());  // as they are said
      auto type = storage::type_of(id, said);
      in.include(place + ".ticket_types." + std::to_string(j), of_type);
      type.pool = pool.id;
      event.types.push_back(std::move(type));
    }
    event.total_tickets += pool.capacity;
    event.held_back += pool.held_back;
    event.pools.push_back(std::move(pool));
  }
  std::stable_sort(event.types.begin(), event.types.end(),
                   [](const auto& a, const auto& b) { return a.position < b.position; });
  if (event.types.size() > domain::kTicketTypesMax || event.total_tickets > domain::kSeatsMax)
    report(in, {too_many_error("pools")});
}

}  // namespace

Result<storage::EventDetails> read_new_event(const Json& body, EventId id, Time now, Random& random) {
  http::Fields in(body);
  storage::EventDetails event;
  event.id = id;
  event.title = in.text("title", kTitle);
  event.description = in.text("description", kText);
  event.location = in.text("location", kText);
  event.starts_at = in.time("start_date_time");
  event.ends_at = in.time("end_date_time");
  apply(read_rules(in), event);
  event.visibility = read_visibility(in).value_or(event.visibility);
  event.timezone = read_timezone(in);
  const bool has_start = in.ok("start_date_time");
  const bool has_both = has_start && in.ok("end_date_time");
  if (has_start) report(in, start_errors(event.starts_at, now));
  if (has_both) report(in, span_errors(event.starts_at, event.ends_at));
  if (in.has("pools")) {
    read_new_pools(in, event, now, random);
  } else {
    event.total_tickets = in.number("number_of_tickets", 1, domain::kSeatsMax);
  }
  if (!in.ok()) return in.refusal();
  const bool owns_pools = in.has("pools") || event.sales != domain::SalesWindow{};
  event.edition = owns_pools ? domain::kEditionOfPools : event.edition;
  event.available_tickets = event.total_tickets - event.held_back;
  if (!in.has("pools")) static_cast<storage::PoolsAndTypes&>(event) = storage::unnamed_pool_and_type(event);
  return event;
}

Result<domain::EventChanges> read_event_changes(const Json& body) {
  http::Fields in(body);
  domain::EventChanges changes;
  changes.title = in.optional_text("title", kTitle);
  changes.description = in.optional_text("description", kText);
  changes.location = in.optional_text("location", kText);
  changes.starts_at = in.optional_time("start_date_time");
  changes.ends_at = in.optional_time("end_date_time");
  changes.total_tickets = in.optional_number("number_of_tickets", 1, domain::kSeatsMax);
  changes.rules = read_rules(in);
  changes.visibility = read_visibility(in);
  changes.timezone = read_timezone(in);
  if (in.ok() && changes == domain::EventChanges{}) in.bad("title", "required", "send at least one field to change");
  if (!in.ok()) return in.refusal();
  return changes;
}

Refusal event_has_pools() {
  return {Code::validation_failed,
          "",
          {{"number_of_tickets", "invalid", "number_of_tickets is the sum of the pools; change one of these"}}};
}

Refusal ends_before_start() { return {Code::validation_failed, "", {kEndBeforeStart}}; }

std::optional<Refusal> dates_refusal(const storage::Event& event, const domain::EventChanges& changes, Time now) {
  const auto starts_at = changes.starts_at.value_or(event.starts_at);
  const auto ends_at = changes.ends_at.value_or(event.ends_at);
  std::vector<FieldError> errors;
  if (starts_at != event.starts_at) errors = start_errors(starts_at, now);
  if (starts_at != event.starts_at || ends_at != event.ends_at) {
    for (auto& error : span_errors(starts_at, ends_at)) errors.push_back(std::move(error));
  }
  if (errors.empty()) return std::nullopt;
  return Refusal{Code::validation_failed, "", errors};
}

}  // namespace ticketd
