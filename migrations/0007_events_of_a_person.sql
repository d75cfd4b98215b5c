-- serves counting the events of one person that are not over yet, however many others there were
CREATE INDEX events_upcoming_of_owner ON events (user_id, end_date_time) WHERE state = 'open' AND NOT over;
