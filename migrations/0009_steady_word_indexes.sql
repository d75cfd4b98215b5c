-- A new event waits for nobody's: by default a GIN index gathers what is new, 4 MB of it, which every search then reads as
-- well, and some unlucky insert or update sorts in (PostgreSQL's documentation, "GIN Fast Update Technique").
ALTER INDEX events_words SET (fastupdate = off);
ALTER INDEX events_upcoming_words SET (fastupdate = off);
-- What was gathered so far.
DO $$ BEGIN PERFORM gin_clean_pending_list('events_words'), gin_clean_pending_list('events_upcoming_words'); END $$;
