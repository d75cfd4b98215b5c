#include <algorithm>

#include "audit.h"

namespace ticketd::torture {
namespace {

// A call that was accepted, and its place in an order that has to agree with time.
struct Placed {
  const Call* call;
  Moment sent;
  Moment answered;
  std::int64_t place = 0;
};

// In one pass over the calls as they were sent: nobody stands before one who had been answered by then.
void check(std::vector<Placed> calls, const std::string& rule, Findings& findings) {
  auto by_answer = calls;
  std::sort(calls.begin(), calls.end(), [](const auto& a, const auto& b) { return a.sent < b.sent; });
  std::sort(by_answer.begin(), by_answer.end(), [](const auto& a, const auto& b) { return a.answered < b.answered; });
  const Placed* last = nullptr;
  auto next = by_answer.begin();
  for (const auto& call : calls) {
    for (; next != by_answer.end() && next->answered < call.sent; ++next) {
      if (last == nullptr || next->place > last->place) last = &*next;
    }
    if (last == nullptr || last->place < call.place) continue;
    findings.add(rule, accepted(*call.call)->request_id + " stands at " + std::to_string(call.place) + ", before " +
                           accepted(*last->call)->request_id + " at " + std::to_string(last->place) +
                           ", which was answered before it was sent");
  }
}

}  // namespace

void audit_order(const History& history, const Evidence& evidence, Findings& findings) {
  std::map<std::string, std::int64_t> places;  // command id -> in the log
  for (std::size_t i = 0; i < evidence.accepted.size(); ++i)
    places[evidence.accepted[i].id.str()] = static_cast<std::int64_t>(i);
  std::map<std::string, std::int64_t> seqs;  // booking id -> seq
  for (const auto& booking : evidence.bookings) {
    if (booking.seq > 0) seqs[booking.id] = booking.seq;
  }
  std::map<std::string, std::vector<Placed>> in_log, in_line;  // by event
  for (const auto& call : history.calls) {
    const auto* answer = accepted(call);
    if (answer == nullptr) continue;
    const Placed placed{&call, call.attempts.front().sent, answer->answered};
    const auto place = places.find(answer->request_id);
    if (place != places.end()) {
      in_log[call.event].push_back(placed);
      in_log[call.event].back().place = place->second;
    }
    const auto seq = call.kind == "book" ? seqs.find(answer->booking_id) : seqs.end();
    if (seq != seqs.end()) {
      in_line[call.event].push_back(placed);
      in_line[call.event].back().place = seq->second;
    }
  }
  for (auto& [event, calls] : in_log) check(std::move(calls), "accept_order", findings);
  for (auto& [event, calls] : in_line) check(std::move(calls), "seat_order", findings);
}

}  // namespace ticketd::torture
