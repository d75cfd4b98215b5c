"""Migrations of a database that is in use: large tables, a long reader, people who book and cancel, a migrator that dies, and
two at once. MIGRATE_EVENTS=1000000 for five million bookings; without it 40,000."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from releases import NEW, ROOT, WORKERS, await_true, bench, handlers, stack
from traffic import Traffic

EVENTS = int(os.environ.get("MIGRATE_EVENTS", "8000"))
# What a later release may do, in the forms that a table in use needs.
FILES = {
    "9001_columns.sql": "ALTER TABLE events ADD COLUMN note text; ALTER TABLE bookings ADD COLUMN note text;",
    "9002_notes.sql": "--! in pieces of bookings by id\n"
                      "UPDATE bookings SET note = 'old' WHERE id BETWEEN $1 AND $2 AND note IS NULL;\n",
    "9003_index.sql": "--! outside a transaction\n"
                      "CREATE INDEX CONCURRENTLY IF NOT EXISTS bookings_notes ON bookings (note, event_id);\n",
    "9004_rule.sql": "ALTER TABLE bookings ADD CONSTRAINT bookings_note CHECK (length(note) < 99) NOT VALID;",
    "9005_rule_of_old_rows.sql": "ALTER TABLE bookings VALIDATE CONSTRAINT bookings_note;",
}
UNDO = """
DELETE FROM schema_migrations WHERE version > 9000;
ALTER TABLE bookings DROP COLUMN IF EXISTS note;
ALTER TABLE events DROP COLUMN IF EXISTS note"""


class Migrations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        stack().migrate()
        stack().run(NEW, *WORKERS, *handlers())
        subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-v", f"events={EVENTS}", "-v", "waiting=1000", "-f",
                        ROOT / "tests/bench/growth.sql", stack().env["ADMIN_DATABASE_URL"]], check=True, stdout=subprocess.DEVNULL)
        cls.old = int(stack().sql.value("SELECT count(*) FROM bookings"))
        with tempfile.TemporaryDirectory() as directory, Traffic() as traffic:
            migrate_beside(pathlib.Path(directory), traffic)
            traffic.await_more(60)
        cls.traffic = traffic

    @classmethod
    def tearDownClass(cls):
        stack().sql.rows(UNDO)

    def test_no_request_failed(self):
        self.assertEqual([], self.traffic.wrong)

    # A migration tries for a lock for 1.2 s at most.
    def test_no_request_waited_for_long(self):
        self.assertLess(self.traffic.slowest, 3)

    def test_every_row_from_before_was_filled(self):
        self.assertLessEqual(self.old, int(stack().sql.value("SELECT count(*) FROM bookings WHERE note = 'old'")))

    # Of events no row was changed, so it would stay so for long.
    def test_new_columns_have_statistics(self):
        self.assertEqual(["events", "bookings"], [row[0] for row in stack().sql.rows(
            "SELECT tablename FROM pg_stats WHERE attname = 'note' ORDER BY tablename DESC")])

    def test_the_index_and_the_rule_hold(self):
        self.assertEqual("t", stack().sql.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'bookings_notes'::regclass"))
        self.assertEqual("t", stack().sql.value("SELECT convalidated FROM pg_constraint WHERE conname = 'bookings_note'"))


def migrate_beside(directory, traffic):
    for file in NEW.migrations.glob("*.sql"):
        shutil.copy(file, directory)
    for name, text in FILES.items():
        (directory / name).write_text(text)
    reader = bench.Sql(stack().env["ADMIN_DATABASE_URL"])
    reader.rows("BEGIN; SELECT count(*) FROM bookings")
    first = migrator(directory)
    assert "waits for a lock" in first.stderr.readline()
    traffic.await_more(60)
    reader.close()
    await_true(lambda: filled() > 0, 60, "a first piece of the rows is filled")
    first.kill()
    first.wait()
    two = [migrator(directory), migrator(directory)]
    for each in two:
        said, news = each.communicate()
        assert each.returncode == 0, said + news


def migrator(directory):
    return subprocess.Popen([NEW.programs / "ticketctl", "migrate"], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env={**stack().environment, **stack().env, "TICKETD_MIGRATIONS_DIR": str(directory)})


# The column comes with the first of the files.
def filled():
    there = stack().sql.value("SELECT count(*) FROM pg_attribute WHERE attrelid = 'bookings'::regclass AND attname = 'note'")
    return there == "1" and int(stack().sql.value("SELECT count(*) FROM (SELECT FROM bookings WHERE note IS NOT NULL LIMIT 1) AS one"))
