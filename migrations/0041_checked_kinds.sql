-- What 0039 checks holds for what was stored before, too. It reads the table once and stops nobody meanwhile.
ALTER TABLE notifications VALIDATE CONSTRAINT notifications_kind;
