// The bookings that a batch makes and changes.
#pragma once
#include <span>

#include "storage/batch.h"

namespace ticketd::storage {

// Writes each booking once, as the whole batch leaves it. Gives back what save_batch() gives back.
RequestIds save_booking_rows(pqxx::work& tx, const LoadedBatch& batch, std::span<const domain::BatchFact> facts,
                             Time now);

}  // namespace ticketd::storage
