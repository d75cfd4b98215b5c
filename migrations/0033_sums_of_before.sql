-- What the pools of the events that were there before hold back and save (0032).
--! in pieces of events by id
UPDATE events SET held_back = sums.held_back, saved_tickets = sums.saved_tickets
  FROM (SELECT event_id, sum(held_back) AS held_back, coalesce(sum(available) FILTER (WHERE saved), 0) AS saved_tickets
        FROM seat_pools WHERE event_id BETWEEN $1 AND $2 GROUP BY event_id) AS sums
  WHERE events.id = sums.event_id AND events.id BETWEEN $1 AND $2;
