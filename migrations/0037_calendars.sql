-- The address of a feed of somebody's bookings, for a calendar that asks for it now and then. Whoever knows it sees them, so it
-- is random, and another one ends it. Not a hash, for its owner wants to read it again.
ALTER TABLE users ADD COLUMN calendar_id uuid;
GRANT UPDATE (calendar_id) ON users TO ticketd_api;
