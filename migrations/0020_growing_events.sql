-- An event that gets many more seats while many wait for them gives them out in steps: total_tickets grows until it is
-- growing_to. That holds while total_tickets is growing_at: a worker of an earlier release that sets another number knows
-- nothing of it, and has the last word.
ALTER TABLE events
  ADD COLUMN growing_to integer,
  ADD COLUMN growing_at integer,
  ADD CONSTRAINT events_growing CHECK (growing_to > growing_at) NOT VALID;
