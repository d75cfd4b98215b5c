// With which tickets somebody was admitted: they are not given back. Check-ins are written by endpoints
// (storage/checkins.h).
#pragma once
#include "storage/batch.h"

namespace ticketd::storage {

// Of the bookings that are loaded because they could be cancelled. Costs nothing where nobody was admitted to the event
// yet: nobody is for the first time while it is locked, nor with a booking that is.
void load_admissions(pqxx::work& tx, LoadedBatch& batch);

}  // namespace ticketd::storage
