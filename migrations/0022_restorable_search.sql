-- pg_dump writes the nameless parameter of a function that returns a table as "", which pg_restore refuses: a backup came
-- back without these, and without event_words_of(), which calls one. With a name they are what they were.

CREATE OR REPLACE FUNCTION search_words(source text) RETURNS TABLE (place bigint, word text, is_run boolean)
  LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT min(n), w, w ~ '[\u0e00-\u0eff\u1000-\u109f\u1780-\uffff\U00016fe0-\U0003ffff]'
  FROM string_to_table(search_text($1), ' ') WITH ORDINALITY AS t (w, n) WHERE w <> '' GROUP BY w;
END;

CREATE OR REPLACE FUNCTION search_query(source text) RETURNS TABLE (pattern text, keys integer[])
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
