-- Search: events by the words in title, location and description. Before this, each of four places had its own idea of a
-- word, none of which knew "Techno" in "<Techno> Night", "18" in "+18", an accent, or a language without spaces.

CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA public;

-- A text as searches compare it: the words alone, with a space before and behind each. Letters, digits and marks make
-- words, in small letters and without accents; a run of a script that puts no spaces between words (or, as Hangul, puts
-- together what is looked for alone) is a word of its own. Compatibility forms (full width, ligatures) are the same.
CREATE FUNCTION search_text(text) RETURNS text
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN regexp_replace(
    lower(translate(public.unaccent('public.unaccent', normalize(regexp_replace(regexp_replace(normalize(' ' || $1 || ' ', NFKD),
      -- gone: soft hyphens, joiners, changes of direction; the accents of Latin, Greek, Cyrillic, Hebrew and Arabic; frames
      '[\u00ad\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc'
      '\u06df-\u06e8\u06ea-\u06ed\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200c-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff'
      '\U000e0100-\U000e01ef]+', '', 'g'),
      -- between words: what Unicode 14 calls punctuation, symbols, separators and controls, which is the same on every
      -- server, as the letters of its locale are not
      '[\u0001-/:-@[-`{-\u007f'
      '\u0080-\u00bf\u00d7\u00f7\u02b9-\u02ff\u0375\u03f6\u0482\u055a-\u055f\u0589-\u05c6\u05f3-\u061f\u066a-\u066d'
      '\u06d4\u06dd-\u06e9\u06fd-\u06fe\u0700-\u070f\u07f6-\u07f9\u07fe-\u07ff\u0830-\u083e\u085e\u0888\u0890-\u0891'
      '\u08e2\u0964-\u0965\u0970\u09f2-\u09f3\u09fa-\u09fb\u09fd\u0a76\u0af0-\u0af1\u0b70\u0bf3-\u0bfa\u0c77\u0c7f'
      '\u0c84\u0d4f\u0d79\u0df4\u0e3f\u0e4f\u0e5a-\u0e5b\u0f01-\u0f17\u0f1a-\u0f1f\u0f34\u0f36\u0f38\u0f3a-\u0f3d\u0f85'
      '\u0fbe-\u0fc5\u0fc7-\u0fda\u104a-\u104f\u109e-\u109f\u10fb\u1360-\u1368\u1390-\u1399\u1400\u166d-\u166e\u1680'
      '\u169b-\u169c\u16eb-\u16ed\u1735-\u1736\u17d4-\u17d6\u17d8-\u17db\u1800-\u180a\u180e\u1940-\u1945\u19de-\u19ff'
      '\u1a1e-\u1a1f\u1aa0-\u1aa6\u1aa8-\u1aad\u1b5a-\u1b6a\u1b74-\u1b7e\u1bfc-\u1bff\u1c3b-\u1c3f\u1c7e-\u1c7f'
      '\u1cc0-\u1cc7\u1cd3\u200b-\u2bff\u2ce5-\u2cea\u2cf9-\u2cfc\u2cfe-\u2cff\u2d70\u2e00-\u2e2e\u2e30-\u3004'
      '\u3008-\u3020\u3030\u3037\u303d-\u303f\u30a0\u30fb\u3190-\u3191\u31c0-\u31e3\u327f\u4dc0-\u4dff\ua490-\ua4c6'
      '\ua4fe-\ua4ff\ua60d-\ua60f\ua673\ua67e\ua6f2-\ua716\ua720-\ua721\ua789-\ua78a\ua828-\ua82b\ua836-\ua839'
      '\ua874-\ua877\ua8ce-\ua8cf\ua8f8-\ua8fa\ua8fc\ua92e-\ua92f\ua95f\ua9c1-\ua9cd\ua9de-\ua9df\uaa5c-\uaa5f'
      '\uaa77-\uaa79\uaade-\uaadf\uaaf0-\uaaf1\uab5b\uab6a-\uab6b\uabeb\ue000-\uf8ff\ufbb2-\ufe46\ufff9-\ufffd'
      '\U00010100-\U000101ff\U0001d000-\U0001d1ff\U0001f000-\U0001faff\U000f0000-\U0010ffff]+', ' ', 'g'), NFC)), 'ς', 'σ')),
    -- Thai, Lao, Myanmar, Khmer, Tai, Han, kana, Bopomofo, Hangul, Yi
    '([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\u2e80-\u2fdf\u3005-\u9fff\ua000-\ua4cf\ua9e0-\ua9ff\uaa60-\uaadf'
    '\uac00-\ud7af\uf900-\ufaff\U00016fe0-\U00018cff\U0001aff0-\U0001b2ff\U00020000-\U0003ffff]+)', ' \1 ', 'g');

-- The different words of a text, in their order. `is_run`: of a script without spaces.
CREATE FUNCTION search_words(source text) RETURNS TABLE (place bigint, word text, is_run boolean)
  LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT min(n), w, w ~ '[\u0e00-\u0eff\u1000-\u109f\u1780-\uffff\U00016fe0-\U0003ffff]'
  FROM string_to_table(search_text($1), ' ') WITH ORDINALITY AS t (w, n) WHERE w <> '' GROUP BY w;
END;

-- What an index knows a word by: its beginnings of 3, 4, 6 and 9 letters, or all of a shorter one; of a run its letters and
-- pairs of letters.
CREATE FUNCTION search_parts(word text, is_run boolean) RETURNS SETOF text
  LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT left(word, size) FROM unnest('{3,4,6,9}'::integer[]) AS size WHERE NOT is_run AND length(word) >= size
  UNION ALL SELECT word WHERE NOT is_run AND length(word) < 3
  UNION ALL
  SELECT p.part
  FROM (SELECT unnest(ARRAY[letter, letter || lead(letter) OVER (ORDER BY n)]) AS part
        FROM unnest(string_to_array(word, NULL)) WITH ORDINALITY AS t (letter, n)) AS p WHERE is_run AND p.part <> '';
END;

-- A number instead of a part: however many different words strangers write, the index has four million keys at most. What
-- has a key is looked at before it counts as found, so that two parts may share one.
CREATE FUNCTION search_key(part text) RETURNS integer
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN hashtext(part COLLATE "C") & x'3fffff'::integer;

-- Of a search: how each word is found, for the first eight that no other one contains. An event has it if it has the keys,
-- and its words have the pattern in them. A word of three letters or more may go on there.
CREATE FUNCTION search_query(source text) RETURNS TABLE (pattern text, keys integer[])
  LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH words AS (
    SELECT w.*, CASE WHEN w.is_run THEN '' ELSE ' ' END || w.word || CASE WHEN w.is_run OR length(w.word) > 2 THEN '' ELSE ' ' END
             AS pattern
    FROM search_words($1) AS w)
  SELECT w.pattern, (SELECT array_agg(DISTINCT search_key(part))
                     FROM (SELECT part, rank() OVER (ORDER BY length(part) DESC) AS size FROM search_parts(w.word, w.is_run) AS part) AS p
                     WHERE size = 1)
  FROM words AS w
  WHERE NOT EXISTS (SELECT FROM words AS o WHERE o.word <> w.word AND strpos(o.pattern, w.pattern) > 0)
  ORDER BY w.place LIMIT 8;
END;

-- The words of every event that can be found, beside it: it is searched often and written seldom, events the other way round.
CREATE TABLE event_words (
  event_id uuid      CONSTRAINT event_words_pkey PRIMARY KEY,
  over     boolean   NOT NULL,  -- as the event's
  words    text      NOT NULL,  -- each once, with a space before and behind it
  keys     integer[] NOT NULL   -- search_key() of all their parts; of a deleted event none
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);  -- what is gone costs every search

-- fastupdate: see 0009_steady_word_indexes.sql
-- serves discover of what is not over yet, by words
CREATE INDEX event_words_upcoming ON event_words USING gin (keys) WITH (fastupdate = off) WHERE NOT over;
-- serves discover of the others
CREATE INDEX event_words_over ON event_words USING gin (keys) WITH (fastupdate = off) WHERE over;

-- No row of events as its argument: PostgreSQL 15.20 gives a table no new column while such a function has its row
-- type. And a nameless parameter beside named ones comes out of pg_dump as "", which pg_restore refuses.
CREATE FUNCTION event_words_of(title text, location text, description text, state text)
  RETURNS TABLE (words text, keys integer[])
  LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH found AS MATERIALIZED (SELECT word, is_run FROM search_words($1 || ' ' || $2 || ' ' || $3))
  SELECT coalesce((SELECT ' ' || string_agg(word, ' ') || ' ' FROM found), ''),
         ARRAY(SELECT DISTINCT search_key(part) FROM found, search_parts(word, is_run) AS part WHERE $4 = 'open');
END;

-- AFTER, and with the rights of the owner: nobody writes the table by hand. An event whose words are not there yet gets
-- them now; one that is being filled in (`ticketctl migrate` does so in small pieces) is waited for.
CREATE FUNCTION keep_event_words() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  IF TG_ARGV[0] = 'over' THEN
    UPDATE event_words SET over = NEW.over WHERE event_id = NEW.id;
    IF FOUND THEN RETURN NULL; END IF;
  END IF;
  INSERT INTO event_words SELECT NEW.id, NEW.over, w.* FROM event_words_of(NEW.title, NEW.location, NEW.description, NEW.state) AS w
    ON CONFLICT (event_id) DO UPDATE SET over = excluded.over, words = excluded.words, keys = excluded.keys;
  RETURN NULL;
END $$;

CREATE FUNCTION drop_event_words() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  DELETE FROM event_words WHERE event_id = OLD.id;
  RETURN NULL;
END $$;

CREATE TRIGGER events_words_new AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION keep_event_words('');
CREATE TRIGGER events_words_text AFTER UPDATE OF title, location, description ON events FOR EACH ROW
  WHEN ((OLD.title, OLD.location, OLD.description) IS DISTINCT FROM (NEW.title, NEW.location, NEW.description))
  EXECUTE FUNCTION keep_event_words('');
-- The worker sets the state with every batch: what it costs to see that it is the same, it costs each of them.
CREATE TRIGGER events_words_state AFTER UPDATE OF state ON events FOR EACH ROW
  WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION keep_event_words('');
-- OF end_date_time: moving an event sets over, too, by a trigger, and OF looks at the statement alone.
CREATE TRIGGER events_words_over AFTER UPDATE OF over, end_date_time ON events FOR EACH ROW
  WHEN (OLD.over <> NEW.over) EXECUTE FUNCTION keep_event_words('over');
CREATE TRIGGER events_words_gone AFTER DELETE ON events FOR EACH ROW EXECUTE FUNCTION drop_event_words();

GRANT SELECT ON event_words TO ticketd_api;
