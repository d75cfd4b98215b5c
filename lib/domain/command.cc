#include "domain/command.h"

#include <array>

namespace ticketd::domain {
namespace {

constexpr std::array<std::string_view, kCommandKinds> kNames = {"book",         "cancel",         "update_event",
                                                                "delete_event", "update_booking", "settle"};
constexpr std::array<std::string_view, 2> kRemainders = {"keep", "drop"};

}  // namespace

std::string_view name_of(CommandKind kind) { return kNames.at(static_cast<std::size_t>(kind)); }

std::optional<CommandKind> parse_command_kind(std::string_view name) {
  for (std::size_t i = 0; i < kQueuedKinds; ++i) {
    if (kNames.at(i) == name) return static_cast<CommandKind>(i);
  }
  return std::nullopt;
}

std::string_view name_of(Remainder remainder) { return kRemainders.at(static_cast<std::size_t>(remainder)); }

std::optional<Remainder> parse_remainder(std::string_view name) {
  if (name == name_of(Remainder::keep)) return Remainder::keep;
  return name == name_of(Remainder::drop) ? std::optional(Remainder::drop) : std::nullopt;
}

bool ask_the_same(const Command& a, const Command& b) {
  auto action = a.action;
  if (auto* book = std::get_if<Book>(&action)) book->booking = b.booking().value_or(BookingId{});
  return a.user == b.user && a.event == b.event && action == b.action;
}

std::optional<BookingId> Command::booking() const {
  if (const auto* book = std::get_if<Book>(&action)) return book->booking;
  if (const auto* cancel = std::get_if<Cancel>(&action)) return cancel->booking;
  if (const auto* update = std::get_if<UpdateBooking>(&action)) return update->booking;
  return std::nullopt;
}

}  // namespace ticketd::domain
