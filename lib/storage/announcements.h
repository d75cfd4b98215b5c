// What an event's people are told at once: a reminder before it begins, or a message of its organiser. An endpoint
// writes one row; the worker that owns the event's shard goes through the bookings afterwards, as with bulk changes
// (bulk_changes.h).
#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "postgres/database.h"
#include "storage/cursor.h"

namespace ticketd::storage {

struct Announcement {
  AnnouncementId id;
  EventId event;
  std::string kind;                         // "reminder" or "message"
  std::string audience = "confirmed";       // who has seats; "waiting", who waits; "all", both and whose seats are held
  std::optional<std::string> subject = {};  // of a message, as the next
  std::optional<std::string> text = {};
  std::optional<int> hours_before = {};  // of a reminder: so long before the event begins; empty: there is none
  std::int64_t told = 0;                 // people, so far, or the last time
  Time created_at = {};
  std::optional<Time> due_at = {};  // from when on they are told; empty: all are, or it was too late
};

// When the event's organiser may write to its people again; empty: now. Five messages in 24 hours. Exact within
// lock_user() of its owner.
std::optional<Time> find_next_message_time(pqxx::transaction_base& tx, EventId event, Time now);

// Has it told to whoever is there now. False, and nothing written: nobody knows any more who was there. Within
// lock_event().
bool insert_message(pqxx::work& tx, const Announcement& message);

// Has people reminded so long before the event begins, or not any more. Once a day at most, however often this and the
// event's date are changed, and not of what is due by now already: it says when. `id`: of the event's first one. Within
// lock_event().
Announcement set_reminder(pqxx::work& tx, EventId event, AnnouncementId id, std::optional<int> hours_before, Time now);

// The newest first.
std::vector<Announcement> list_announcements(pqxx::transaction_base& tx, EventId event,
                                             const std::optional<Cursor>& after, int limit);

struct AnnouncedPiece {
  Announcement of;        // as it was before
  std::int64_t told = 0;  // people, so far
  bool is_last = false;
};
// Tells one piece of one announcement that is due in the shards `owned` of `shards`: at most `most` bookings. They take
// turns. Each person is told once, whatever they booked; nobody of an event that has begun meanwhile is reminded of it.
// Empty, and nothing was written: there is nothing to do.
std::optional<AnnouncedPiece> announce_next_piece(pqxx::work& tx, const std::set<int>& owned, int shards, Time now,
                                                  int most);

// Has the one whose turn it is wait for a minute: something is wrong with it, and the others should not wait.
void delay_announcement(pqxx::transaction_base& tx, const std::set<int>& owned, int shards, Time now);

}  // namespace ticketd::storage
