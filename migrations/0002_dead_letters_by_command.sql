-- serves `ticketctl dead show|retry|drop ID`, and with it a retry of all of them after a bug put many aside
CREATE INDEX dead_letters_command ON dead_letters (command_id) WHERE command_id IS NOT NULL;
