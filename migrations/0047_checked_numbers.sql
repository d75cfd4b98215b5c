-- What 0046 checks holds for what was stored before, too. It reads the table once and stops nobody meanwhile.
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_given_back;
