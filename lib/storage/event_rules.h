// The rules of an event in its row: which columns they are, and how they are read.
#pragma once
#include "domain/event_rules.h"
#include "postgres/rows.h"

namespace ticketd::storage {

// SQL: the columns of `events` that read_rules() reads.
#define EVENT_RULES                                                                                                  \
  "max_per_user, max_per_booking, max_skips, saving_stops_hours, hold_minutes, offer_minutes, offer_stops_minutes, " \
  "confirmed_by, line_closes, epoch_ms(sales_start) AS sales_start_ms, epoch_ms(sales_end) AS sales_end_ms"

// What a later release calls otherwise it keeps to itself, by the edition.
inline void read_rules(const pqxx::row& row, domain::EventRules& rules) {
  using namespace postgres;
  rules.max_per_user = int_of(row["max_per_user"]);
  rules.max_per_booking = int_of(row["max_per_booking"]);
  rules.max_skips = int_of(row["max_skips"]);
  rules.saving_stops_hours = int_of(row["saving_stops_hours"]);
  rules.hold_minutes = int_of(row["hold_minutes"]);
  rules.offer_minutes = int_of(row["offer_minutes"]);
  rules.offer_stops_minutes = int_of(row["offer_stops_minutes"]);
  rules.confirmed_by = domain::parse_confirmed_by(text_of(row["confirmed_by"])).value_or(rules.confirmed_by);
  rules.line_closes = domain::parse_line_closes(text_of(row["line_closes"])).value_or(rules.line_closes);
  rules.sales = {optional_time(row["sales_start_ms"]), optional_time(row["sales_end_ms"])};
}

}  // namespace ticketd::storage
