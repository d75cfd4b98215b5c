#include "api/pool_fields.h"

#include <algorithm>

namespace ticketd {
namespace {

constexpr http::Length kName{1, 100};
constexpr http::Length kDescription{1, 1'000};
constexpr http::Length kAccessCode{4, 64};
constexpr int kMostPosition = 1'000;
const FieldError kSaleEndsBeforeStart{"sales_end", "invalid_date", "sales_end must be after sales_start"};

// Sent as null: taken away.
template <class T>
domain::Change<T> change_of(const http::Fields& in, const char* name, std::optional<T> sent) {
  if (sent) return std::optional(std::move(sent));
  return in.is_null(name) ? domain::Change<T>(std::in_place) : std::nullopt;
}

// All but the pool.
domain::TicketTypeChanges read_type(http::Fields& in, TicketTypeId id) {
  domain::TicketTypeChanges type;
  type.name = in.optional_text("name", kName);
  type.description = change_of(in, "description", in.optional_text("description", kDescription));
  type.price_label = change_of(in, "price_label", in.optional_text("price_label", kName));
  type.limit = change_of(in, "limit", in.optional_number("limit", 0, domain::kSeatsMax));
  type.sales_start = change_of(in, "sales_start", in.optional_time("sales_start"));
  type.sales_end = change_of(in, "sales_end", in.optional_time("sales_end"));
  type.max_per_booking =
      change_of(in, "max_per_booking", in.optional_number("max_per_booking", 1, domain::kQuantityMax));
  type.visibility = in.optional_word<domain::TypeVisibility>("visibility", {{"public", domain::TypeVisibility::listed},
                                                                            {"hidden", domain::TypeVisibility::hidden},
                                                                            {"code", domain::TypeVisibility::code}});
  if (const auto code = in.optional_text("access_code", kAccessCode))
    type.access_code_hash = storage::access_code_hash(id, *code);
  type.position = in.optional_number("position", 0, kMostPosition);
  type.archived = in.optional_boolean("archived");
  return type;
}

// What it is after the changes has to make sense. `before`: null of a new one. Another one may be given a code for
// later.
void check(http::Fields& in, const domain::TicketType& after, const domain::TicketTypeChanges& changes,
           const storage::TicketType* before) {
  const bool asks_for_code = after.visibility == domain::TypeVisibility::code;
  const bool has_code = changes.access_code_hash || (before != nullptr && before->access_code_hash);
  if (asks_for_code && !has_code && in.ok("access_code"))
    in.bad("access_code", "required", "access_code is required for a ticket type with visibility: code");
  if (!asks_for_code && changes.access_code_hash && (before == nullptr || changes.visibility) && in.ok("access_code"))
    in.bad("access_code", "invalid", "access_code is for a ticket type with visibility: code");
  if (after.sales.start && after.sales.end && *after.sales.end <= *after.sales.start)
    in.bad(kSaleEndsBeforeStart.field, kSaleEndsBeforeStart.code, kSaleEndsBeforeStart.message);
}

}  // namespace

domain::PoolChanges read_new_pool(http::Fields& in) {
  domain::PoolChanges pool;
  pool.name = in.text("name", kName);
  pool.capacity = in.number("capacity", 1, domain::kSeatsMax);
  pool.held_back = in.optional_number("held_back", 0, domain::kSeatsMax).value_or(0);
  if (in.ok() && *pool.held_back > *pool.capacity)
    in.bad("held_back", "out_of_range", "held_back must not be more than capacity");
  return pool;
}

domain::PoolChanges read_pool_changes(http::Fields& in) {
  domain::PoolChanges changes;
  changes.name = in.optional_text("name", kName);
  changes.capacity = in.optional_number("capacity", 1, domain::kSeatsMax);
  changes.held_back = in.optional_number("held_back", 0, domain::kSeatsMax);
  if (in.ok() && changes == domain::PoolChanges{}) in.bad("name", "required", "send at least one field to change");
  changes.to = in.optional_word<domain::ReleaseTo>(
                     "to", {{"line", domain::ReleaseTo::line}, {"public", domain::ReleaseTo::everybody}})
                   .value_or(changes.to);
  return changes;
}

domain::TicketTypeChanges read_new_type(http::Fields& in, TicketTypeId id) {
  auto changes = read_type(in, id);
  if (!changes.name && in.ok("name")) in.required("name");
  changes.pool = in.optional_id<PoolId>("pool_id");
  domain::TicketType type;
  apply(changes, type);
  check(in, type, changes, nullptr);
  return changes;
}

int position_behind(const std::vector<storage::TicketType>& types) {
  int last = -1;
  for (const auto& type : types) last = std::max(last, type.position);
  return std::min(last + 1, kMostPosition);
}

FieldError too_many_error(const char* field) {
  return {field, "out_of_range",
          "an event has at most " + std::to_string(domain::kPoolsMax) + " pools, " +
              std::to_string(domain::kTicketTypesMax) + " ticket types and " + std::to_string(domain::kSeatsMax) +
              " seats"};
}

Refusal too_many(const char* field) { return {Code::validation_failed, "", {too_many_error(field)}}; }

Refusal sale_ends_before_start() { return {Code::validation_failed, "", {kSaleEndsBeforeStart}}; }

domain::TicketTypeChanges read_type_changes(http::Fields& in, TicketTypeId id, const storage::TicketType* now) {
  auto changes = read_type(in, id);
  changes.pool = in.optional_id<PoolId>("pool_id");
  if (in.ok() && changes == domain::TicketTypeChanges{})
    in.bad("name", "required", "send at least one field to change");
  if (now == nullptr) return changes;
  domain::TicketType after = *now;
  apply(changes, after);
  check(in, after, changes, now);
  return changes;
}

}  // namespace ticketd
