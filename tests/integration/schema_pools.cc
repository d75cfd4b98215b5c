// What the schema forbids about seat pools and ticket types.
#include "schema_rule.h"

namespace ticketd::tests {

// A pool of ten seats, all free, and a type of it.
struct PoolSchemaTest : SchemaTest {
  const std::string pool = fresh<PoolId>().str();
  const std::string type = fresh<TicketTypeId>().str();

  PoolSchemaTest() {
    sql("INSERT INTO seat_pools (id, event_id, position, capacity, available) VALUES ($1, $2, 0, 10, 10)", pool, event);
    sql("INSERT INTO ticket_types (id, event_id, pool_id, position) VALUES ($1, $2, $3, 0)", type, event, pool);
  }
  ~PoolSchemaTest() override {
    sql("DELETE FROM ticket_types WHERE id = $1", type);
    sql("DELETE FROM seat_pools WHERE id = $1", pool);
  }
};

TEST_GROUP_BASE(SchemaOfPools, PoolSchemaTest){};

#define POOL_REFUSES(rule, set) rule.refuses("UPDATE seat_pools SET " set " WHERE id = $1", pool)
#define TYPE_REFUSES(rule, set) rule.refuses("UPDATE ticket_types SET " set " WHERE id = $1", type)

RULE(SchemaOfPools, seat_pools_pkey, APoolIsThereOnce) {
  seat_pools_pkey.refuses("INSERT INTO seat_pools SELECT * FROM seat_pools WHERE id = $1", pool);
}

RULE(SchemaOfPools, seat_pools_event, APoolIsAnEvents) {
  POOL_REFUSES(seat_pools_event, "event_id = gen_random_uuid()");
}

RULE(SchemaOfPools, seat_pools_name, ANameIsNeitherEmptyNorLong) {
  POOL_REFUSES(seat_pools_name, "name = ''");
  POOL_REFUSES(seat_pools_name, "name = repeat('x', 101)");
}

RULE(SchemaOfPools, seat_pools_position, AnEventHasTwentyAtMost) { POOL_REFUSES(seat_pools_position, "position = 20"); }

RULE(SchemaOfPools, seat_pools_capacity, ACapacityIsAMillionAtMost) {
  POOL_REFUSES(seat_pools_capacity, "capacity = 1000001, available = 1000001");
}

RULE(SchemaOfPools, seat_pools_growing, APoolGrows) { POOL_REFUSES(seat_pools_growing, "growing_to = 10"); }

RULE(SchemaOfPools, seat_pools_never_oversold, NoMoreThanTheCapacityIsFreeOrHeldBack) {
  POOL_REFUSES(seat_pools_never_oversold, "available = -1");
  POOL_REFUSES(seat_pools_never_oversold, "held_back = 1");
  POOL_REFUSES(seat_pools_never_oversold, "held_back = -1");
}

RULE(SchemaOfPools, seat_pools_waiting, WhoWaitsWantsATicket) {
  POOL_REFUSES(seat_pools_waiting, "waiting_entries = -1");
  POOL_REFUSES(seat_pools_waiting, "waiting_more = 1");
}

RULE(SchemaOfPools, seat_pools_served_past, ASkipIsOneOfAHundred) {
  POOL_REFUSES(seat_pools_served_past, "served_past = '{}'");
  POOL_REFUSES(seat_pools_served_past, "served_past = array_fill(1::bigint, ARRAY[101])");
}

RULE(SchemaOfPools, seat_pools_no_idle_seat, NobodyWaitsWhileAHundredAreFree) {
  POOL_REFUSES(seat_pools_no_idle_seat, "capacity = 100, available = 100, waiting_entries = 1");
}

RULE(SchemaOfPools, seat_pools_saved, SeatsAreSavedForSomebody) { POOL_REFUSES(seat_pools_saved, "saved = true"); }

RULE(SchemaOfPools, ticket_types_pkey, ATypeIsThereOnce) {
  ticket_types_pkey.refuses("INSERT INTO ticket_types SELECT * FROM ticket_types WHERE id = $1", type);
}

RULE(SchemaOfPools, ticket_types_event, ATypeIsAnEvents) {
  TYPE_REFUSES(ticket_types_event, "event_id = gen_random_uuid()");
}

RULE(SchemaOfPools, ticket_types_pool, ATypeIsOfAPool) {
  TYPE_REFUSES(ticket_types_pool, "pool_id = gen_random_uuid()");
}

RULE(SchemaOfPools, ticket_types_name, ATypesNameIsNeitherEmptyNorLong) {
  TYPE_REFUSES(ticket_types_name, "name = ''");
  TYPE_REFUSES(ticket_types_name, "name = repeat('x', 101)");
}

RULE(SchemaOfPools, ticket_types_description, ADescriptionIsNeitherEmptyNorLong) {
  TYPE_REFUSES(ticket_types_description, "description = ''");
  TYPE_REFUSES(ticket_types_description, "description = repeat('x', 1001)");
}

RULE(SchemaOfPools, ticket_types_price_label, APriceLabelIsNeitherEmptyNorLong) {
  TYPE_REFUSES(ticket_types_price_label, "price_label = ''");
  TYPE_REFUSES(ticket_types_price_label, "price_label = repeat('x', 101)");
}

RULE(SchemaOfPools, ticket_types_tickets_max, ALimitIsAMillionAtMost) {
  TYPE_REFUSES(ticket_types_tickets_max, "tickets_max = -1");
  TYPE_REFUSES(ticket_types_tickets_max, "tickets_max = 1000001");
}

RULE(SchemaOfPools, ticket_types_max_per_booking, ABookingOfATypeHasOneToAHundredTickets) {
  TYPE_REFUSES(ticket_types_max_per_booking, "max_per_booking = 0");
  TYPE_REFUSES(ticket_types_max_per_booking, "max_per_booking = 101");
}

RULE(SchemaOfPools, ticket_types_visibility, ATypeIsForAllOrHiddenOrBehindACode) {
  TYPE_REFUSES(ticket_types_visibility, "visibility = 'secret'");
}

RULE(SchemaOfPools, ticket_types_counts, WhoWaitsIsLive) {
  TYPE_REFUSES(ticket_types_counts, "waiting_tickets = 1");
  TYPE_REFUSES(ticket_types_counts, "waiting_tickets = -1");
}

RULE(SchemaOfPools, ticket_types_sales, ATypesSaleEndsAfterItsStart) {
  TYPE_REFUSES(ticket_types_sales, "sales_start = now(), sales_end = now()");
}

RULE(SchemaOfPools, events_sales, ASaleEndsAfterItsStart) {
  events_sales.refuses("UPDATE events SET edition = 4, sales_start = now(), sales_end = now() WHERE id = $1", event);
}

RULE(SchemaOfPools, events_sales_edition, ASalesWindowIsNothingForAnEarlierRelease) {
  events_sales_edition.refuses("UPDATE events SET sales_start = now() WHERE id = $1", event);
}

}  // namespace ticketd::tests
