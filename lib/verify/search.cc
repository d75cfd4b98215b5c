#include <array>

#include "verify/checks.h"

namespace ticketd::verify {
namespace {

// Which words they are is not looked at: that would mean to make them all anew.
constexpr std::array kChecks = {
    Check{"event_words", "an event cannot be found by its words: `ticketctl migrate` fills in what is missing", R"(
  SELECT e.id::text AS id, format('event %s: %s', e.id, CASE WHEN w.event_id IS NULL THEN 'it has no words'
           WHEN w.over <> e.over THEN 'it is over or not, its words the other way round'
           ELSE 'it is deleted, and its keys are there' END) AS detail
  FROM events e LEFT JOIN event_words w ON w.event_id = e.id
  WHERE w.event_id IS NULL OR w.over <> e.over OR (e.state <> 'open' AND w.keys <> '{}'))"},
};

}  // namespace

std::span<const Check> search_checks() { return kChecks; }

}  // namespace ticketd::verify
