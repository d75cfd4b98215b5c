-- The cleaning finds its rows by ctid, and reading that is a right too: without it nothing was ever deleted.
GRANT SELECT (ctid) ON refresh_tokens TO ticketd_worker;
GRANT SELECT (ctid) ON idempotency_keys TO ticketd_worker;
