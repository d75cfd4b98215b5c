// What the clients did and what they were told: the record that the audit judges.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "support/http_client.h"

namespace ticketd::torture {

using Moment = std::chrono::steady_clock::time_point;

// One try of a call. Status 0: no answer.
struct Attempt {
  Moment sent;
  Moment answered;
  int status = 0;
  std::string code;             // of a problem
  std::string request_id;       // of a 202
  std::string notification_id;  // of a 202
  std::string booking_id;       // of a 202
  bool replayed = false;        // Idempotent-Replayed
};

// What a client wanted done once, however often it had to ask.
struct Call {
  std::string kind;  // as commands.kind has it
  std::string user;
  std::string event;
  std::string booking = {};      // cancel by booking, update_booking, confirm
  int quantity = 0;              // book, update_booking; cancel, confirm: 0 for all
  bool confirms_others = false;  // confirm: by the organiser
  std::string remainder = {};    // book, update_booking: takes fewer
  std::string key = {};          // Idempotency-Key; without one a call is tried once
  int tickets = 0;               // update_event, set_pool: seats; set_ticket_type: its limit
  int held_back = 0;             // set_pool: of these
  std::string to = {};           // set_pool: to whom go seats that are no longer held back
  std::string item = {};         // book, set_ticket_type: a type; set_pool: a pool
  std::vector<Attempt> attempts = {};
};

// A look at GET /v1/requests/ID.
struct Look {
  std::string user;
  std::string request_id;
  Moment sent;
  Moment answered;
  int status = 0;
  std::string state;
  std::string outcome;
};

struct History {
  std::vector<Call> calls;
  std::vector<Look> looks;
};

// No answer, or one that does not say whether the command was queued.
bool is_unclear(const Attempt& attempt);
bool has_unclear(const Call& call);

// The attempt that was answered 202 first; null if none was.
const Attempt* accepted(const Call& call);

Attempt attempt_of(Moment sent, const e2e::Response& reply);

// A call in one line, for the reader of a finding; times from when it was sent first.
std::string told(const Call& call);

}  // namespace ticketd::torture
