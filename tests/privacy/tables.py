"""What the database holds of a person, read by its owner and without a word of ticketd's."""
import json

from stack import sql

# Each table with a column that refers to a person, as an export calls its rows.
LISTS = {"users": "account", "refresh_tokens": "sessions", "events": "events", "bookings": "bookings",
         "notifications": "notifications", "mails": "mails", "account_mails": "account_mails", "webhooks": "webhooks",
         "idempotency_keys": "idempotency_keys", "announcements": "announcements",
         "checkins": "checkins", "tickets": "tickets"}
# What a person wrote is known by the event that the person organises.
OF_EVENTS = {"announcements": "event_id"}
# And a ticket by its booking.
OF_BOOKINGS = {"tickets": "booking_id"}
# Those that are not given out, and why.
NOT_GIVEN_OUT = {
    "commands": "no index finds a person's, and the notifications say the same; an operator gives them out",
    "erasures": "made by an erasure, of an account that can ask for nothing any more",
    "deleted_users": "a number and a time, once an account's row was deleted by hand",
    "turns_due": "whose place among the events is to be found anew: gone within a minute",
}
# Columns that an export may lack: they are secrets, their hashes, or lead to what is private without any password.
SECRETS = {"users": {"password_hash", "calendar_id"}, "refresh_tokens": {"token_hash", "family_id"}, "mails": {"token_hashes", "error"},
           "account_mails": {"token_hashes", "error"},
           "webhooks": {"secret", "previous_secret"}}


def lines(statement):
    return [line for line in sql(statement).split("\n") if line]


def of_people():
    """Each table with a column that refers to a person, and that column."""
    return dict(line.split("|") for line in lines("""
      SELECT c.table_name, c.column_name
      FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
      WHERE t.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND (c.column_name = 'user_id' OR EXISTS (
        SELECT FROM pg_constraint r JOIN pg_attribute a ON a.attrelid = r.conrelid AND a.attnum = ANY (r.conkey)
        WHERE r.contype = 'f' AND r.confrelid = 'users'::regclass AND r.conrelid = to_regclass(t.table_name::text)
          AND a.attname = c.column_name))
      UNION SELECT 'users', 'id'""")) | OF_EVENTS | OF_BOOKINGS


def rows_of(person):
    """Table by table, the person's rows."""
    def whose(table, column):
        through = "events" if table in OF_EVENTS else "bookings" if table in OF_BOOKINGS else None
        return f"{column} IN (SELECT id FROM {through} WHERE user_id = '{person}')" if through else f"{column} = '{person}'"
    return {table: [json.loads(line) for line in lines(f"SELECT row_to_json(t) FROM {table} t WHERE {whose(table, column)}")]
            for table, column in of_people().items()}


def about(words):
    """Table by table, of each row with one of the words: its id, if it has one, and a hash of the row."""
    like = ", ".join(f"'%{word}%'" for word in words)
    tables = lines("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'")
    return {table: dict(line.split("|") for line in lines(f"""
      SELECT coalesce(to_jsonb(t) ->> 'id', md5(t::text)), md5(t::text) FROM {table} t WHERE t::text ILIKE ANY (ARRAY[{like}])"""))
            for table in tables}


def touched(before, after):
    """Table by table, the ids of rows that are not as they were."""
    gone = {table: {row for row, hash_of in rows.items() if after[table].get(row) != hash_of} for table, rows in before.items()}
    return {table: rows for table, rows in gone.items() if rows}


def secrets_of(person):
    """What nobody is shown, in each way in which bytes are written."""
    binary = f"""
      SELECT token_hash AS bytes FROM refresh_tokens WHERE user_id = '{person}'
      UNION ALL SELECT unnest(token_hashes) FROM account_mails WHERE user_id = '{person}'
      UNION ALL SELECT unnest(ARRAY[secret, previous_secret]) FROM webhooks WHERE user_id = '{person}'"""
    found = lines(f"""
      SELECT password_hash FROM users WHERE id = '{person}'
      UNION ALL SELECT encode(bytes, 'hex') FROM ({binary}) AS b WHERE bytes IS NOT NULL
      UNION ALL SELECT rtrim(encode(bytes, 'base64'), '=') FROM ({binary}) AS b WHERE bytes IS NOT NULL""")
    return found + [secret.replace("+", "-").replace("/", "_") for secret in found]
