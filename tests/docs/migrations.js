// Migrations lock nobody out of a table with rows (lib/README.md, "Change a table"): its indexes are built concurrently, and a new
// constraint of it holds for new rows first.
const fs = require('fs');
const { read, all, complain, within, finish } = require('./lists');

const BEFORE = 12; // these were released when nothing else was known

const files = fs.readdirSync('migrations').filter((file) => Number(file.slice(0, 4)) > BEFORE);
for (const file of files) {
  const sql = read(`migrations/${file}`).replace(/--(?!!).*/g, '');
  const made = all(sql, /CREATE TABLE (\w+)/g).map(([, table]) => table);
  const isNew = (table) => made.includes(table);
  for (const [, concurrently, index, table] of all(sql, /CREATE (?:UNIQUE )?INDEX (CONCURRENTLY )?(?:IF NOT EXISTS )?(\w+) ON (\w+)/g))
    if (!concurrently && !isNew(table)) complain(`${file}: ${index} locks out who writes to ${table} while it is built`);
  for (const [, table, changes] of all(sql, /ALTER TABLE (\w+)([^;]*);/g)) {
    for (const part of changes.split(/(?=\b(?:ADD|DROP|ALTER) )/))
      if (/^ADD CONSTRAINT \w+\s+(?:CHECK|FOREIGN KEY)/.test(part) && !/NOT VALID/.test(part) && !isNew(table))
        complain(`${file}: ${part.split(/\s+/)[2]} locks ${table} while all of its rows are looked at`);
  }
}
within('migrations that come later', ['0013'], files.map((file) => file.slice(0, 4)));

finish('migrations');
