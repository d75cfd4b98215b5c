#include "queue/changes_text.h"

#include <utility>

#include "base/json.h"

namespace ticketd::queue {
namespace {

using domain::EventChanges;

template <class T>
void set_if(Json& object, const char* key, const std::optional<T>& value) {
  if (value) object.set(key, *value);
}

void set_if(Json& object, const char* key, const std::optional<Time>& value) {
  if (value) object.set(key, epoch_ms(*value));
}

Json to_json(const domain::SalesWindow& sales) {
  auto object = Json::object();
  set_if(object, "start", sales.start);
  set_if(object, "end", sales.end);
  return object;
}

std::string to_text(const EventChanges& changes) {
  auto object = Json::object();
  set_if(object, "title", changes.title);
  set_if(object, "description", changes.description);
  set_if(object, "location", changes.location);
  set_if(object, "starts_at", changes.starts_at);
  set_if(object, "ends_at", changes.ends_at);
  set_if(object, "total_tickets", changes.total_tickets);
  const auto& rules = changes.rules;
  set_if(object, "max_per_user", rules.max_per_user);
  set_if(object, "max_per_booking", rules.max_per_booking);
  set_if(object, "max_skips", rules.max_skips);
  set_if(object, "saving_stops_hours", rules.saving_stops_hours);
  set_if(object, "hold_minutes", rules.hold_minutes);
  set_if(object, "offer_minutes", rules.offer_minutes);
  set_if(object, "offer_stops_minutes", rules.offer_stops_minutes);
  if (rules.confirmed_by) object.set("confirmed_by", name_of(*rules.confirmed_by));
  if (rules.line_closes) object.set("line_closes", name_of(*rules.line_closes));
  if (rules.sales) object.set("sales", to_json(*rules.sales));
  if (changes.visibility) object.set("visibility", name_of(*changes.visibility));
  set_if(object, "timezone", changes.timezone);
  return object.size() == 0 ? "" : object.dump();
}

// Null for what is taken away.
template <class T>
void set_if(Json& object, const char* key, const domain::Change<T>& change) {
  if (!change) return;
  if (*change) {
    set_if(object, key, *change);
  } else {
    object.set(key, nullptr);
  }
}

std::string to_text(const domain::PoolChanges& changes) {
  auto object = Json::object();
  set_if(object, "name", changes.name);
  set_if(object, "capacity", changes.capacity);
  set_if(object, "held_back", changes.held_back);
  object.set("to", name_of(changes.to));
  return object.dump();
}

std::string to_text(const domain::TicketTypeChanges& changes) {
  auto object = Json::object();
  if (changes.pool) object.set("pool", changes.pool->str());
  set_if(object, "name", changes.name);
  set_if(object, "description", changes.description);
  set_if(object, "price_label", changes.price_label);
  set_if(object, "limit", changes.limit);
  set_if(object, "sales_start", changes.sales_start);
  set_if(object, "sales_end", changes.sales_end);
  set_if(object, "max_per_booking", changes.max_per_booking);
  if (changes.visibility) object.set("visibility", name_of(*changes.visibility));
  set_if(object, "access_code_hash", changes.access_code_hash);
  set_if(object, "position", changes.position);
  set_if(object, "archived", changes.archived);
  return object.size() == 0 ? "" : object.dump();
}

// False where the field is there, but of another type or out of range.
bool read(const Json& object, const char* key, std::optional<std::string>& out) {
  if (!object.has(key)) return true;
  out = object[key].text();
  return object[key].is_string();
}

bool read(const Json& object, const char* key, std::optional<Time>& out) {
  if (!object.has(key)) return true;
  const auto ms = object[key].integer();
  out = from_epoch_ms(ms);
  return object[key].is_integer() && is_date(ms);
}

bool read(const Json& object, const char* key, std::optional<int>& out) {
  if (!object.has(key)) return true;
  const auto value = object[key].integer();
  out = static_cast<int>(value);
  return object[key].is_integer() && std::in_range<int>(value);
}

bool read(const Json& object, const char* key, std::optional<bool>& out) {
  if (!object.has(key)) return true;
  out = object[key].boolean();
  return object[key].is_boolean();
}

template <class T>
bool read(const Json& object, const char* key, domain::Change<T>& out) {
  if (!object.has(key)) return true;
  out.emplace();
  return object[key].is_null() || read(object, key, *out);
}

bool read(const Json& object, const char* key, std::optional<domain::SalesWindow>& out) {
  if (!object.has(key)) return true;
  const auto sales = object[key];
  out.emplace();
  return sales.is_object() && read(sales, "start", out->start) && read(sales, "end", out->end);
}

// The same for a word that `parse` knows.
template <class Word>
bool read(const Json& object, const char* key, std::optional<Word>& out,
          std::optional<Word> (*parse)(std::string_view)) {
  if (!object.has(key)) return true;
  out = parse(object[key].text());
  return out.has_value();
}

}  // namespace

std::optional<EventChanges> event_changes_of(const std::string& text) {
  EventChanges changes;
  auto& rules = changes.rules;
  if (text.empty()) return changes;
  const auto json = Json::parse(text);
  if (!json || !json->is_object()) return std::nullopt;
  const bool good =
      read(*json, "title", changes.title) && read(*json, "description", changes.description) &&
      read(*json, "location", changes.location) && read(*json, "starts_at", changes.starts_at) &&
      read(*json, "ends_at", changes.ends_at) && read(*json, "total_tickets", changes.total_tickets) &&
      read(*json, "max_per_user", rules.max_per_user) && read(*json, "max_per_booking", rules.max_per_booking) &&
      read(*json, "max_skips", rules.max_skips) && read(*json, "saving_stops_hours", rules.saving_stops_hours) &&
      read(*json, "hold_minutes", rules.hold_minutes) && read(*json, "offer_minutes", rules.offer_minutes) &&
      read(*json, "offer_stops_minutes", rules.offer_stops_minutes) &&
      read(*json, "confirmed_by", rules.confirmed_by, domain::parse_confirmed_by) &&
      read(*json, "line_closes", rules.line_closes, domain::parse_line_closes) && read(*json, "sales", rules.sales) &&
      read(*json, "visibility", changes.visibility, domain::parse_visibility) &&
      read(*json, "timezone", changes.timezone);
  return good ? std::optional(changes) : std::nullopt;
}

std::optional<domain::PoolChanges> pool_changes_of(const std::string& text) {
  const auto json = Json::parse(text);
  if (!json || !json->is_object()) return std::nullopt;
  domain::PoolChanges changes;
  std::optional<domain::ReleaseTo> to;
  const bool good = read(*json, "name", changes.name) && read(*json, "capacity", changes.capacity) &&
                    read(*json, "held_back", changes.held_back) && read(*json, "to", to, domain::parse_release_to);
  changes.to = to.value_or(changes.to);
  return good ? std::optional(changes) : std::nullopt;
}

std::optional<domain::TicketTypeChanges> ticket_type_changes_of(const std::string& text) {
  domain::TicketTypeChanges changes;
  if (text.empty()) return changes;
  const auto json = Json::parse(text);
  if (!json || !json->is_object()) return std::nullopt;
  const bool good = read(*json, "pool", changes.pool, PoolId::parse) && read(*json, "name", changes.name) &&
                    read(*json, "description", changes.description) &&
                    read(*json, "price_label", changes.price_label) && read(*json, "limit", changes.limit) &&
                    read(*json, "sales_start", changes.sales_start) && read(*json, "sales_end", changes.sales_end) &&
                    read(*json, "max_per_booking", changes.max_per_booking) &&
                    read(*json, "visibility", changes.visibility, domain::parse_type_visibility) &&
                    read(*json, "access_code_hash", changes.access_code_hash) &&
                    read(*json, "position", changes.position) && read(*json, "archived", changes.archived);
  return good ? std::optional(changes) : std::nullopt;
}

std::string changes_text(const domain::Action& action) {
  if (const auto* update = std::get_if<domain::UpdateEvent>(&action)) return to_text(update->changes);
  if (const auto* pool = std::get_if<domain::SetPool>(&action)) return to_text(pool->changes);
  if (const auto* type = std::get_if<domain::SetTicketType>(&action)) return to_text(type->changes);
  return "";
}

}  // namespace ticketd::queue
