#include "base/crash_point.h"
#include "storage/batch.h"
#include "storage/booking_rows.h"
#include "storage/bulk_changes.h"
#include "storage/command_rows.h"
#include "storage/event_rows.h"
#include "storage/notification_rows.h"

namespace ticketd::storage {

RequestIds save_batch(pqxx::work& tx, const LoadedBatch& batch, std::span<const domain::BatchFact> facts, Time now,
                      Random& random) {
  if (facts.empty()) return {};
  insert_command_rows(tx, facts, now);
  CRASH_POINT("in_write");
  auto promoted = save_booking_rows(tx, batch, facts, now);
  update_event_rows(tx, batch, facts, now);
  insert_notification_rows(tx, facts, now, random);
  insert_bulk_changes(tx, batch, facts, now);
  return promoted;
}

}  // namespace ticketd::storage
