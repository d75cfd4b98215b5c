#include "api/door_fields.h"

#include <algorithm>

namespace ticketd {
namespace {

constexpr http::Length kNonce{8, 64};
constexpr http::Length kPlace{1, 50};     // a gate or a device; 0046_tickets.sql has the same, as of the next
constexpr int kOpensMinutesMax = 10'080;  // a week

const JsonText& null() {
  static const auto json = JsonText::verbatim("null");
  return json;
}

SentScan read_any_scan(http::Fields& in) {
  SentScan sent;
  sent.code = in.secret("code");  // whatever was scanned, for every scan is answered
  sent.scan.nonce = in.text("nonce", kNonce);
  if (!std::ranges::all_of(sent.scan.nonce, [](char c) { return c > ' ' && c <= '~'; }))
    in.bad("nonce", "invalid", "nonce must be of visible ASCII characters");
  sent.scan.gate = in.optional_text("gate", kPlace);
  sent.scan.device = in.optional_text("device", kPlace);
  sent.scan.goes_out = in.optional_word<bool>("direction", {{"in", false}, {"out", true}}).value_or(false);
  return sent;
}

}  // namespace

JsonText ticket_json(const storage::Ticket& ticket, const std::string& code) {
  return JsonText::object({{"number", ticket.number},
                           {"code", code},
                           {"holder_name", ticket.holder_name},
                           {"state", ticket.admitted_at ? "admitted" : "valid"},
                           {"admitted_at", format_time(ticket.admitted_at)}});
}

SentScan read_scan(http::Fields& in, Time now) {
  auto sent = read_any_scan(in);
  sent.scan.scanned_at = std::min(in.optional_time("scanned_at").value_or(now), now);
  return sent;
}

std::vector<SentScan> read_late_scans(http::Fields& in, Time now) {
  const auto behind = now - in.time("sent_at");
  const auto objects = in.optional_objects("scans", 1, kScansMax);
  if (!objects && in.ok("scans")) in.required("scans");
  std::vector<SentScan> scans;
  if (!objects) return scans;
  for (std::size_t i = 0; i < objects->size(); ++i) {
    http::Fields one((*objects)[i]);
    auto& sent = scans.emplace_back(read_any_scan(one));
    // Clocks that were never set say anything.
    sent.scan.scanned_at = std::clamp(one.time("scanned_at") + behind, Time(), now);
    sent.scan.late = true;
    in.include("scans." + std::to_string(i), one);
  }
  return scans;
}

JsonText checkin_json(const storage::Checkin& checkin) {
  const auto ticket = [&] {
    return JsonText::object({{"booking_id", checkin.booking->str()},
                             {"number", checkin.number},
                             {"holder_name", checkin.holder_name},
                             {"ticket_type", checkin.type_name}});
  };
  const auto first = [&] {
    return JsonText::object({{"at", format_time(checkin.admitted_at)}, {"gate", checkin.admitted_gate}});
  };
  return JsonText::object({{"id", checkin.id.str()},
                           {"result", checkin.result},
                           {"because", checkin.because},
                           {"ticket", checkin.booking ? ticket() : null()},
                           {"first", checkin.admitted_at ? first() : null()},
                           {"gate", checkin.gate},
                           {"device", checkin.device},
                           {"user_id", checkin.by.str()},
                           {"scanned_at", format_time(checkin.scanned_at)},
                           {"created_at", format_time(checkin.created_at)},
                           {"undone_at", format_time(checkin.undone_at)}});
}

storage::DoorChanges read_door_changes(http::Fields& in) {
  storage::DoorChanges changes;
  changes.reentry =
      in.optional_word<std::string>("reentry", {{"none", "none"}, {"after_exit", "after_exit"}, {"free", "free"}});
  changes.opens_minutes = in.optional_number("opens_minutes", 0, kOpensMinutesMax);
  return changes;
}

JsonText door_json(const storage::Door& door) {
  return JsonText::object({{"reentry", door.reentry}, {"opens_minutes", door.opens_minutes}});
}

}  // namespace ticketd
