#include "app/views.h"

#include "domain/message.h"

namespace ticketd {
namespace {

Json time_json(const std::optional<Time>& time) { return time ? Json(format_time(*time)) : Json(); }

template <class IdType>
Json id_json(const std::optional<IdType>& id) {
  return id ? Json(id->str()) : Json();
}

}  // namespace

Json user_json(const storage::User& user) {
  return Json::object({{"id", user.id.str()},
                       {"role", user.role},
                       {"name", user.name},
                       {"email", user.email},
                       {"created_at", format_time(user.created_at)},
                       {"updated_at", format_time(user.updated_at)}});
}

std::string_view state_of(const storage::Event& event, Time now) {
  if (event.status == domain::EventStatus::cancelled) return "cancelled";
  return now >= event.ends_at ? "over" : "open";
}

Json event_json(const storage::Event& event, Time now) {
  const int confirmed = event.total_tickets - event.available_tickets;
  return Json::object({{"id", event.id.str()},
                       {"title", event.title},
                       {"location", event.location},
                       {"description", event.description},
                       {"start_date_time", format_time(event.starts_at)},
                       {"end_date_time", format_time(event.ends_at)},
                       {"total_tickets", event.total_tickets},
                       {"available_tickets", event.available_tickets},
                       {"waiting_list_count", event.waiting_list_count},
                       {"max_per_user", event.max_per_user},
                       {"state", state_of(event, now)},
                       {"user_id", event.owner.str()},
                       {"created_at", format_time(event.created_at)},
                       {"updated_at", format_time(event.updated_at)},
                       {"_count", Json::object({{"event_tickets", confirmed},
                                                {"event_ticket_waiting_list", event.waiting_list_count}})}});
}

Json booking_json(const storage::Booking& booking) {
  return Json::object({{"id", booking.id.str()},
                       {"event_id", booking.event.str()},
                       {"user_id", booking.user.str()},
                       {"state", domain::name_of(booking.state)},
                       {"position", booking.position},
                       {"reason", booking.reason},
                       {"created_at", format_time(booking.created_at)},
                       {"updated_at", format_time(booking.updated_at)},
                       {"promoted_at", time_json(booking.promoted_at)},
                       {"cancelled_at", time_json(booking.cancelled_at)},
                       {"event", Json::object({{"id", booking.event.str()},
                                               {"title", booking.event_title},
                                               {"start_date_time", format_time(booking.event_starts_at)},
                                               {"location", booking.event_location}})}});
}

Json notification_json(const storage::Notification& notification) {
  return Json::object({{"id", notification.id.str()},
                       {"user_id", notification.user.str()},
                       {"message", notification.message},
                       {"kind", notification.kind},
                       {"event_id", id_json(notification.event)},
                       {"booking_id", id_json(notification.booking)},
                       {"created_at", format_time(notification.created_at)},
                       {"updated_at", format_time(notification.updated_at)},
                       {"read_at", time_json(notification.read_at)}});
}

Json pending_notification_json(const domain::Command& command) {
  const auto at = format_time(command.accepted_at);
  return Json::object({{"id", command.notification.str()},
                       {"user_id", command.user.str()},
                       {"message", domain::processing_text(command.kind)},
                       {"kind", "processing"},
                       {"event_id", command.event.str()},
                       {"booking_id", id_json(command.booking)},
                       {"created_at", at},
                       {"updated_at", at},
                       {"read_at", nullptr}});
}

std::string request_href(CommandId id) { return "/v1/requests/" + id.str(); }

Json queued_request_json(const domain::Command& command) {
  return Json::object({{"id", command.id.str()},
                       {"kind", domain::name_of(command.kind)},
                       {"state", "queued"},
                       {"href", request_href(command.id)}});
}

Json cursor_pagination(int limit, const std::optional<std::string>& next_cursor) {
  return Json::object({{"limit", limit}, {"next_cursor", next_cursor}});
}

}  // namespace ticketd
