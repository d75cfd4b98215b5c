-- What 0025 checks holds for what was stored before, too. Each reads its table once and stops nobody meanwhile.
ALTER TABLE events VALIDATE CONSTRAINT events_hold_minutes;
ALTER TABLE events VALIDATE CONSTRAINT events_offer_minutes;
ALTER TABLE events VALIDATE CONSTRAINT events_offer_stops_minutes;
ALTER TABLE events VALIDATE CONSTRAINT events_confirmed_by;
ALTER TABLE events VALIDATE CONSTRAINT events_line_closes;
ALTER TABLE events VALIDATE CONSTRAINT events_held_edition;
ALTER TABLE commands VALIDATE CONSTRAINT commands_kind;
ALTER TABLE commands VALIDATE CONSTRAINT commands_outcome;
ALTER TABLE notifications VALIDATE CONSTRAINT notifications_kind;
