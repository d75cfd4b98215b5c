// The door on the wire: tickets, scans and how they were answered.
#pragma once
#include <string>
#include <vector>

#include "base/json_text.h"
#include "http/fields.h"
#include "storage/checkins.h"
#include "storage/tickets.h"

namespace ticketd {

JsonText ticket_json(const storage::Ticket& ticket, const std::string& code);

// What a device sent, which knows neither the event nor who scans.
struct SentScan {
  std::string code;
  storage::Scan scan;
};
// {code, nonce, gate, device, direction, scanned_at}; a scan of the future is of now. What is bad is in `in`.
SentScan read_scan(http::Fields& in, Time now);

constexpr std::size_t kScansMax = 500;
// {sent_at, scans}: what a device let in while it had no connection. The difference of its clock, which said `sent_at`
// when it sent this, is taken from each scan's time. What is bad is in `in`.
std::vector<SentScan> read_late_scans(http::Fields& in, Time now);

JsonText checkin_json(const storage::Checkin& checkin);

// {reentry, opens_minutes}. What is bad is in `in`.
storage::DoorChanges read_door_changes(http::Fields& in);
JsonText door_json(const storage::Door& door);

}  // namespace ticketd
