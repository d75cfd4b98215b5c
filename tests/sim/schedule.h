// A random schedule: commands of a few people on one event, and what goes wrong while the worker carries them out. Made
// from a seed alone, so that a seed is all it takes to repeat one; a list of plain steps, so that it can be shortened.
// Every other one has single tickets alone, the others groups, who wait, are passed, and have seats saved for them. In
// every third seats are held for a yes, and the clock goes on by minutes. In every fourth there are pools of seats,
// ticket types and sales windows, from the beginning or later, and the clock goes on by minutes, too. In every fifth
// people are admitted.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/command.h"

namespace ticketd::sim {

// What happens to the batch that a step ends.
enum class BatchEnd {
  none,        // the step's command waits for a later one
  committed,   // carried out and acknowledged
  lost,        // the worker dies before COMMIT: everything is delivered again
  not_acked,   // the worker dies after COMMIT: everything is delivered again although it took effect
  taken_over,  // as not_acked, and the next owner reads in smaller batches
};

struct Step {
  enum class Kind {
    book,
    cancel_newest,
    cancel_one,
    update_booking,
    set_capacity,
    set_limit,
    set_booking_limit,
    set_skips,
    set_saving,
    move_start,
    move_end,
    set_hold,
    set_offer,
    set_offer_stops,
    set_whose_yes,
    set_line_end,
    set_sales,
    set_pool,
    set_type,
    confirm,
    remove_event,
    repeat,
    settle,
    admit  // with a ticket of an earlier booking, at the door: no command
  };
  // By the dates that the event has first: while seats are saved, when they no longer are, after the end.
  enum class Clock { saving, not_saving, late };
  // Whether a booking takes fewer, and what becomes of the rest. yes and no: of update_booking alone.
  enum class Fewer { unsaid, keep, drop, yes, no };
  // What of a ticket type is set.
  enum class Setting { nothing, pool, position, limit, sales, booking_limit, visibility, archived };

  Kind kind = Kind::book;
  int person = 0;  // 0 is the event's owner
  int number = 0;  // what is set; the end (0: before all commands, 1: between, 2: after them); the start or the end
                   // of saving (1: as it is first, others: by hours from it; of the start, from 4 on: earlier
                   // still); minutes; the first or second of two words; or which earlier booking or command, counted
                   // from the newest
  bool by_all = true;                  // that booking, counted among those of all people
  int rests = 0;                       // not that booking, but what is left of it, so many parts later
  int quantity = 0;                    // tickets; 0: unsaid
  domain::TicketNumbers tickets = {};  // that are named, of cancel_one; of admit one
  Fewer fewer = Fewer::unsaid;
  Clock clock = Clock::saving;
  std::optional<int> minutes = {};  // the clock instead, from the first start on

  // Pools and types are numbers: 0 is what an event has that was made without.
  std::optional<int> type = {};  // that is booked or set
  int pool = 0;                  // that is set, or that a type gets
  std::optional<int> capacity = {};
  std::optional<int> held_back = {};
  bool to_everybody = false;
  Setting setting = Setting::nothing;  // to `number`; to nothing if it is empty
  bool emptied = false;
  std::optional<int> sold_from = {};  // in minutes, as the clock
  std::optional<int> sold_until = {};

  BatchEnd end = BatchEnd::none;
};

struct Schedule {
  struct Pool {
    int capacity = 1;
    int held_back = 0;
  };
  struct Type {
    int pool = 1;
    std::optional<int> limit = {};
    std::optional<int> sold_from = {};
    std::optional<int> sold_until = {};
    domain::TypeVisibility visibility = domain::TypeVisibility::listed;
  };

  int capacity = 1;
  int limit = 1;          // max_per_user
  int booking_limit = 1;  // max_per_booking
  int skips = 3;          // max_skips
  int promoted_at_once = 100;
  int hold_minutes = 0;
  int offer_minutes = 0;
  int offer_stops_minutes = 120;
  domain::ConfirmedBy confirmed_by = domain::ConfirmedBy::attendee;
  domain::LineCloses line_closes = domain::LineCloses::end;
  // Their numbers are from 1. Empty: it is made without.
  std::vector<Pool> pools = {};
  std::vector<Type> types = {};
  std::vector<Step> steps = {};
};

Schedule make_schedule(std::uint64_t seed);

// One line for each step, for people.
std::string describe(const Schedule& schedule);

}  // namespace ticketd::sim
