#include "queue/wire.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "base/json_text.h"
#include "domain/event_rules.h"
#include "queue/changes_text.h"

namespace ticketd::queue {
namespace {

using domain::Command;

bool is_known_version(const std::string& version) {
  for (int known = 1; known <= kWireVersion; ++known) {
    if (version == std::to_string(known)) return true;
  }
  return false;
}

// No kind has a longer name, and no version more digits.
constexpr std::size_t kNameMax = 40;

// Reads one field after the other; is bad as soon as one is.
class FieldReader {
 public:
  explicit FieldReader(const Fields& fields) : fields_(fields) {}

  [[nodiscard]] std::string text(const char* name) const {
    for (const auto& [key, value] : fields_) {
      if (key == name) return value;
    }
    return "";
  }
  template <class IdType>
  IdType id(const char* name) {
    const auto parsed = IdType::parse(text(name));
    ok_ = ok_ && parsed.has_value();
    return parsed.value_or(IdType{});
  }
  template <class IdType>
  std::optional<IdType> optional_id(const char* name) {
    return text(name).empty() ? std::nullopt : std::optional(id<IdType>(name));
  }
  Time time(const char* name) {
    const auto value = text(name);
    std::int64_t ms = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), ms);
    ok_ = ok_ && error == std::errc{} && end == value.data() + value.size() && is_date(ms);
    return from_epoch_ms(ms);
  }
  // A number of tickets; empty where the field is not there.
  std::optional<int> tickets(const char* name) {
    const auto value = text(name);
    return value.empty() ? std::nullopt : ticket_number(value);
  }
  // Numbers of tickets, a space between two; empty where the field is not there.
  std::optional<domain::TicketNumbers> numbers(const char* name) {
    const auto value = text(name);
    if (value.empty()) return std::nullopt;
    domain::TicketNumbers numbers;
    for (std::size_t begin = 0; begin <= value.size();) {
      const auto end = std::min(value.find(' ', begin), value.size());
      if (const auto number = ticket_number(value.substr(begin, end - begin)))
        numbers.set(static_cast<std::size_t>(*number));
      begin = end + 1;
    }
    return numbers;
  }
  std::optional<domain::Remainder> remainder() {
    const auto value = text("remainder");
    if (value.empty()) return std::nullopt;
    const auto parsed = domain::parse_remainder(value);
    check(parsed.has_value());
    return parsed;
  }
  std::optional<bool> flag(const char* name) {
    const auto value = text(name);
    if (value.empty()) return std::nullopt;
    check(value == "true" || value == "false");
    return value == "true";
  }
  void check(bool good) { ok_ = ok_ && good; }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  // From 1 to kQuantityMax.
  std::optional<int> ticket_number(const std::string& value) {
    int number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    const bool good =
        error == std::errc{} && end == value.data() + value.size() && number >= 1 && number <= domain::kQuantityMax;
    check(good);
    return good ? std::optional(number) : std::nullopt;
  }

  const Fields& fields_;
  bool ok_ = true;
};

domain::Action read_action(FieldReader& in, domain::CommandKind kind) {
  switch (kind) {
    case domain::CommandKind::book:
      return domain::Book{in.id<BookingId>("booking"), in.tickets("quantity").value_or(1), in.remainder(),
                          in.optional_id<TicketTypeId>("ticket_type")};
    case domain::CommandKind::cancel:
      return domain::Cancel{in.optional_id<BookingId>("booking"), in.tickets("quantity"), in.numbers("tickets")};
    case domain::CommandKind::update_booking:
      return domain::UpdateBooking{in.id<BookingId>("booking"), in.tickets("quantity"), in.flag("accept_fewer"),
                                   in.remainder()};
    case domain::CommandKind::confirm: return domain::Confirm{in.id<BookingId>("booking"), in.tickets("quantity")};
    case domain::CommandKind::update_event: {
      auto changes = event_changes_of(in.text("changes"));
      in.check(changes.has_value());
      return domain::UpdateEvent{std::move(changes).value_or(domain::EventChanges{})};
    }
    case domain::CommandKind::set_pool: {
      auto changes = pool_changes_of(in.text("changes"));
      in.check(changes.has_value());
      return domain::SetPool{in.id<PoolId>("pool"), std::move(changes).value_or(domain::PoolChanges{})};
    }
    case domain::CommandKind::set_ticket_type: {
      auto changes = ticket_type_changes_of(in.text("changes"));
      in.check(changes.has_value());
      return domain::SetTicketType{in.id<TicketTypeId>("ticket_type"),
                                   std::move(changes).value_or(domain::TicketTypeChanges{})};
    }
    case domain::CommandKind::delete_event: return domain::DeleteEvent{};
    case domain::CommandKind::settle: break;  // no name in the queue is parsed as it
  }
  return domain::DeleteEvent{};
}

// What a command says besides, of several tickets, types or pools.
Fields terms_of(const Command& command) {
  Fields terms;
  const auto add = [&](std::optional<int> quantity, std::optional<domain::Remainder> remainder) {
    if (quantity) terms.emplace_back("quantity", std::to_string(*quantity));
    if (remainder) terms.emplace_back("remainder", name_of(*remainder));
  };
  if (const auto* book = std::get_if<domain::Book>(&command.action)) {
    add(book->quantity > 1 ? std::optional(book->quantity) : std::nullopt, book->accept_fewer);
    if (book->type) terms.emplace_back("ticket_type", book->type->str());
  }
  if (const auto* pool = std::get_if<domain::SetPool>(&command.action)) terms.emplace_back("pool", pool->pool.str());
  if (const auto* type = std::get_if<domain::SetTicketType>(&command.action))
    terms.emplace_back("ticket_type", type->type.str());
  if (const auto* cancel = std::get_if<domain::Cancel>(&command.action)) {
    add(cancel->quantity, std::nullopt);
    if (cancel->tickets) terms.emplace_back("tickets", domain::ticket_numbers_text(*cancel->tickets));
  }
  if (const auto* confirm = std::get_if<domain::Confirm>(&command.action)) add(confirm->quantity, std::nullopt);
  if (const auto* update = std::get_if<domain::UpdateBooking>(&command.action)) {
    add(update->quantity, update->remainder);
    if (update->accept_fewer) terms.emplace_back("accept_fewer", *update->accept_fewer ? "true" : "false");
  }
  return terms;
}

// The lowest version whose readers overlook nothing of it. 2: several tickets. 3: held seats; who finds an event. 4:
// ticket types and when they are sold. 5: tickets that are named.
int version_of(const Command& command, bool has_terms) {
  if (const auto* update = std::get_if<domain::UpdateEvent>(&command.action)) {
    const auto& [changes, rules] = std::tie(update->changes, update->changes.rules);
    if (rules.sales) return 4;
    if (rules.hold_minutes || rules.offer_minutes || rules.offer_stops_minutes || rules.confirmed_by ||
        rules.line_closes || changes.visibility || changes.timezone)
      return 3;
    if (rules.max_per_booking || rules.max_skips || rules.saving_stops_hours) return 2;
  }
  if (const auto* book = std::get_if<domain::Book>(&command.action); book != nullptr && book->type) return 4;
  if (const auto* cancel = std::get_if<domain::Cancel>(&command.action); cancel != nullptr && cancel->tickets) return 5;
  return has_terms ? 2 : 1;
}

}  // namespace

Fields to_fields(const Command& command) {
  const auto terms = terms_of(command);
  Fields fields = {{"v", std::to_string(version_of(command, !terms.empty()))},
                   {"id", command.id.str()},
                   {"kind", std::string(name_of(command.kind()))},
                   {"user", command.user.str()},
                   {"event", command.event.str()},
                   {"notification", command.notification.str()},
                   {"at", std::to_string(epoch_ms(command.accepted_at))},
                   {"request", command.request_id}};
  if (const auto booking = command.booking()) fields.emplace_back("booking", booking->str());
  if (auto changes = changes_text(command.action); !changes.empty()) fields.emplace_back("changes", std::move(changes));
  fields.insert(fields.end(), terms.begin(), terms.end());
  return fields;
}

std::optional<Command> from_fields(const Fields& fields) {
  FieldReader in(fields);
  const auto kind = domain::parse_command_kind(in.text("kind"));
  if (!kind || is_of_other_release(fields)) return std::nullopt;
  Command command;
  command.id = in.id<CommandId>("id");
  command.user = in.id<UserId>("user");
  command.event = in.id<EventId>("event");
  command.action = read_action(in, *kind);
  command.notification = in.id<NotificationId>("notification");
  command.accepted_at = in.time("at");
  command.request_id = in.text("request");
  in.check(valid_text(command.request_id) == command.request_id);
  return in.ok() ? std::optional(std::move(command)) : std::nullopt;
}

bool is_of_other_release(const Fields& fields) {
  FieldReader in(fields);
  in.id<CommandId>("id");
  if (!in.ok()) return false;
  const auto is_plain = [](const std::string& text, std::string_view letters) {
    return !text.empty() && text.size() <= kNameMax && text.find_first_not_of(letters) == std::string::npos;
  };
  const auto version = in.text("v");
  if (is_plain(version, "0123456789") && !is_known_version(version)) return true;
  const auto kind = in.text("kind");
  return is_plain(kind, "abcdefghijklmnopqrstuvwxyz_") && !domain::parse_command_kind(kind);
}

std::string to_json_text(const Fields& fields) {
  std::string text = "{";
  std::set<std::string> names;
  for (const auto& [key, value] : fields) {
    if (!names.insert(valid_text(key)).second) continue;
    if (text.size() > 1) text += ',';
    append_json_string(text, key);
    text += ':';
    append_json_string(text, value);
  }
  return text + '}';
}

std::optional<Command> from_json_text(std::string_view text) {
  const auto json = Json::parse(text);
  if (!json || !json->is_object()) return std::nullopt;
  Fields fields;
  for (const auto* name : {"v", "id", "kind", "user", "event", "notification", "at", "request", "booking", "changes",
                           "quantity", "remainder", "accept_fewer", "ticket_type", "pool", "tickets"}) {
    if (json->has(name)) fields.emplace_back(name, (*json)[name].text());
  }
  return from_fields(fields);
}

std::string stream_key(int shard) { return "ticketd:commands:{" + std::to_string(shard) + "}"; }
std::string pending_key(UserId user) { return kPendingPrefix + user.str(); }
std::string outcome_key(CommandId id) { return "ticketd:outcome:" + id.str(); }
std::string closed_key(EventId event) { return "ticketd:closed:" + event.str(); }
std::string closed_key(UserId user) { return "ticketd:closed:" + user.str(); }

}  // namespace ticketd::queue
