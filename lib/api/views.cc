#include "api/views.h"

#include "base/text.h"
#include "domain/message.h"

namespace ticketd {
namespace {

template <class IdType>
std::optional<std::string> text_of(const std::optional<IdType>& id) {
  return id ? std::optional(id->str()) : std::nullopt;
}

std::optional<std::string_view> name_of(const std::optional<domain::Remainder>& remainder) {
  return remainder ? std::optional(domain::name_of(*remainder)) : std::nullopt;
}

}  // namespace

JsonText user_json(const storage::User& user) {
  return JsonText::object({{"id", user.id.str()},
                           {"role", user.role == "admin" ? "ADMIN" : "USER"},
                           {"name", user.name},
                           {"email", user.email},
                           {"email_verified", user.email_verified_at.has_value()},
                           {"created_at", format_time(user.created_at)},
                           {"updated_at", format_time(user.updated_at)}});
}

JsonText calendar_json(const std::string& public_url, CalendarId calendar) {
  return JsonText::object({{"url", public_url + "/v1/calendars/" + calendar.str() + ".ics"}});
}

std::string_view state_of(domain::EventStatus status, Time ends_at, Time now) {
  if (status == domain::EventStatus::cancelled) return "cancelled";
  if (status == domain::EventStatus::removed) return "over";
  return now >= ends_at ? "over" : "open";
}

Offer offer_of(std::string_view state, const storage::Seats& seats, Time now) {
  if (state != "open") return {};
  if (now >= seats.line_ends_at) return {seats.available_tickets, 0, 0};
  const bool are_saved = seats.saved_until && now < *seats.saved_until;
  return {seats.available_tickets - (are_saved ? seats.saved_tickets : 0), seats.waiting_list_count,
          seats.waiting_tickets};
}

JsonText event_json(const storage::Event& event, Time now) {
  const auto state = state_of(event.status, event.ends_at, now);
  const auto offer = offer_of(state, event, now);
  return JsonText::object({{"id", event.id.str()},
                           {"title", event.title},
                           {"location", event.location},
                           {"description", event.description},
                           {"start_date_time", format_time(event.starts_at)},
                           {"end_date_time", format_time(event.ends_at)},
                           {"total_tickets", event.total_tickets},
                           {"available_tickets", offer.available_tickets},
                           {"waiting_list_count", offer.waiting_list_count},
                           {"waiting_tickets", offer.waiting_tickets},
                           {"max_per_user", event.max_per_user},
                           {"max_per_booking", event.max_per_booking},
                           {"max_skips", event.max_skips},
                           {"saving_stops_hours", event.saving_stops_hours},
                           {"hold_minutes", event.hold_minutes},
                           {"offer_minutes", event.offer_minutes},
                           {"offer_stops_minutes", event.offer_stops_minutes},
                           {"confirmed_by", name_of(event.confirmed_by)},
                           {"line_closes", name_of(event.line_closes)},
                           {"visibility", domain::name_of(event.visibility)},
                           {"timezone", event.timezone},
                           {"state", state},
                           {"user_id", event.owner.str()},
                           {"created_at", format_time(event.created_at)},
                           {"updated_at", format_time(event.updated_at)},
                           {"_count", JsonText::object({{"event_tickets", event.booked_tickets()},
                                                        {"event_ticket_waiting_list", offer.waiting_list_count}})}});
}

JsonText listed_event_json(storage::Event event, Time now) {
  bool truncated = false;
  for (auto* text : {&event.description, &event.location}) {
    auto shown = excerpt(*text, storage::kListedText);
    truncated = truncated || shown != *text;
    *text = std::move(shown);
  }
  return event_json(event, now).set("truncated", truncated);
}

JsonText booking_json(const storage::BookingDetails& booking, Time now) {
  return JsonText::object(
      {{"id", booking.id.str()},
       {"event_id", booking.event.str()},
       {"user_id", booking.user.str()},
       {"state", domain::name_of(booking.state)},
       {"position", booking.place},
       {"tickets_ahead", booking.tickets_ahead},
       {"skips_left", booking.skips_left},
       {"quantity", booking.quantity},
       {"pool_id", booking.pool.str()},
       {"ticket_type",
        JsonText::object(
            {{"id", booking.type.str()}, {"name", booking.type_name}, {"price_label", booking.price_label}})},
       {"accept_fewer", booking.accept_fewer.has_value()},
       {"remainder", name_of(booking.accept_fewer)},
       {"reason", booking.reason},
       {"expires_at", format_time(booking.expires_at)},
       {"created_at", format_time(booking.created_at)},
       {"updated_at", format_time(booking.updated_at)},
       {"promoted_at", format_time(booking.promoted_at)},
       {"cancelled_at", format_time(booking.cancelled_at)},
       {"event", JsonText::object({{"id", booking.event.str()},
                                   {"title", booking.event_title},
                                   {"start_date_time", format_time(booking.event_starts_at)},
                                   {"end_date_time", format_time(booking.event_ends_at)},
                                   {"state", state_of(booking.event_status, booking.event_ends_at, now)},
                                   {"location", booking.event_location}})}});
}

JsonText notification_json(const storage::Notification& notification) {
  return JsonText::object({{"id", notification.id.str()},
                           {"user_id", notification.user.str()},
                           {"message", notification.message},
                           {"kind", notification.kind},
                           {"event_id", text_of(notification.event)},
                           {"booking_id", text_of(notification.booking)},
                           {"created_at", format_time(notification.created_at)},
                           {"updated_at", format_time(notification.updated_at)},
                           {"read_at", format_time(notification.read_at)}});
}

JsonText pending_notification_json(const domain::Command& command) {
  const auto at = format_time(command.accepted_at);
  return JsonText::object({{"id", command.notification.str()},
                           {"user_id", command.user.str()},
                           {"message", domain::processing_text(command.kind())},
                           {"kind", "processing"},
                           {"event_id", command.event.str()},
                           {"booking_id", text_of(command.booking())},
                           {"created_at", at},
                           {"updated_at", at},
                           {"read_at", nullptr}});
}

std::string request_href(CommandId id) { return "/v1/requests/" + id.str(); }

JsonText queued_request_json(const domain::Command& command) {
  return JsonText::object({{"id", command.id.str()},
                           {"kind", domain::name_of(command.kind())},
                           {"state", "queued"},
                           {"href", request_href(command.id)}});
}

JsonText cursor_pagination(int limit, const std::optional<std::string>& next_cursor) {
  return JsonText::object({{"limit", limit}, {"next_cursor", next_cursor}});
}

}  // namespace ticketd
