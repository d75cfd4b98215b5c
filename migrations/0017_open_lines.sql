-- Releases before marked events as over although somebody waits. Without the mark the worker finds them, and closes their
-- waiting lists; who waited is told if that was no longer than a day ago.
--! in pieces of events by id
UPDATE events SET over = false WHERE id BETWEEN $1 AND $2 AND state = 'open' AND over AND waiting_list_count > 0
