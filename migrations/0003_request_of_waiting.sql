-- The log line of a promotion names the request by which the promoted person booked; that one may be days old.
ALTER TABLE bookings ADD COLUMN request_id text  -- of the HTTP request, where it led to the waiting list
  CONSTRAINT bookings_request_id_length CHECK (length(request_id) <= 128);
