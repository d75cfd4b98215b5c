BEGIN;
SELECT (nextval('bench.turn') - 1) * 500 AS past, clock_timestamp() AS at \gset
SELECT total_tickets FROM events WHERE id = :event FOR NO KEY UPDATE;
INSERT INTO commands (id, kind, user_id, event_id, state, outcome, booking_id, accepted_at, decided_at)
  SELECT command, 'book', user_id, :event, 'done', CASE WHEN n <= :seats THEN 'confirmed' ELSE 'waitlisted' END, booking, :at::timestamptz, :at::timestamptz
  FROM bench.rows WHERE n > :past AND n <= :past + 500;
INSERT INTO bookings (id, event_id, user_id, state, seq, slot, created_at, updated_at)
  SELECT booking, :event, user_id, CASE WHEN n <= :seats THEN 'confirmed' ELSE 'waitlisted' END, n, 1, :at::timestamptz, :at::timestamptz
  FROM bench.rows WHERE n > :past AND n <= :past + 500;
UPDATE events SET available_tickets = greatest(0, :seats - :past - 500), waiting_list_count = greatest(0, :past + 500 - :seats),
    next_seq = :past + 501, updated_at = :at::timestamptz WHERE id = :event;
INSERT INTO notifications (id, user_id, event_id, booking_id, kind, message, created_at, updated_at)
  SELECT notification, user_id, :event, booking, CASE WHEN n <= :seats THEN 'booked' ELSE 'waitlisted' END,
    'You are on the waiting list for "Night 1", at place ' || n, :at::timestamptz, :at::timestamptz
  FROM bench.rows WHERE n > :past AND n <= :past + 500;
COMMIT;
