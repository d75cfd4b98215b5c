#include "domain/command.h"

#include <array>

#include "domain/names.h"

namespace ticketd::domain {
namespace {

constexpr std::array<std::string_view, kCommandKinds> kNames = {"book",         "cancel",          "update_event",
                                                                "delete_event", "update_booking",  "confirm",
                                                                "set_pool",     "set_ticket_type", "settle"};
constexpr std::array<std::string_view, kVisibilities> kVisibilityNames = {"public", "unlisted"};
constexpr std::array<std::string_view, 2> kRemainders = {"keep", "drop"};

}  // namespace

std::string_view name_of(CommandKind kind) { return kNames.at(static_cast<std::size_t>(kind)); }

std::optional<CommandKind> parse_command_kind(std::string_view name) {
  const auto kind = value_of<CommandKind>(kNames, name);
  return kind == CommandKind::settle ? std::nullopt : kind;
}

std::string_view name_of(Visibility visibility) { return kVisibilityNames.at(static_cast<std::size_t>(visibility)); }

std::optional<Visibility> parse_visibility(std::string_view name) {
  return value_of<Visibility>(kVisibilityNames, name);
}

std::string_view name_of(Remainder remainder) { return kRemainders.at(static_cast<std::size_t>(remainder)); }

std::optional<Remainder> parse_remainder(std::string_view name) { return value_of<Remainder>(kRemainders, name); }

bool ask_the_same(const Command& a, const Command& b) {
  auto action = a.action;
  if (auto* book = std::get_if<Book>(&action)) book->booking = b.booking().value_or(BookingId{});
  return a.user == b.user && a.event == b.event && action == b.action;
}

std::optional<BookingId> Command::booking() const {
  if (const auto* book = std::get_if<Book>(&action)) return book->booking;
  if (const auto* cancel = std::get_if<Cancel>(&action)) return cancel->booking;
  if (const auto* update = std::get_if<UpdateBooking>(&action)) return update->booking;
  if (const auto* confirm = std::get_if<Confirm>(&action)) return confirm->booking;
  return std::nullopt;
}

}  // namespace ticketd::domain
