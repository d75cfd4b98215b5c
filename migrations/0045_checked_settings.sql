-- What 0044 checks holds for what was stored before, too. Each reads its table once and stops nobody meanwhile.
ALTER TABLE notifications VALIDATE CONSTRAINT notifications_kind;
ALTER TABLE users VALIDATE CONSTRAINT users_language;
ALTER TABLE users VALIDATE CONSTRAINT users_unmailed;
