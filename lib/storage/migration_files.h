// The files of migrations/: NNNN_name.sql, forward only.
//
// A file is one transaction. What cannot be done in one, or would lock others out for as long as it takes, is written
// as statements that run one by one, each below a line that says how:
//
//   --! outside a transaction           CREATE INDEX CONCURRENTLY and the like
//   --! in pieces of bookings by id     once for each few thousand ids, `WHERE id BETWEEN $1 AND $2`, each in a
//                                       transaction of its own
//
// Such a file may be stopped anywhere, and then begins anew: each of its statements must be one that can be repeated.
#pragma once
#include <string>
#include <vector>

namespace ticketd::storage {

struct Migration {
  int version = 0;
  std::string name;
  std::string sql;
  std::string hash;  // SHA-256 of the file, hex
};

// A statement that runs by itself.
struct MigrationStep {
  std::string sql;
  std::string table, key;  // in pieces of which table, by which of its columns; empty for a statement that runs once
  std::string index;       // that it builds concurrently, if it does
};

// None: the file is one transaction. Throws std::runtime_error for a `--!` that says anything else, for a statement
// without one in a file that has one, and for an index whose building could not be repeated.
std::vector<MigrationStep> steps_of(const Migration& migration);

// The files of `directory` in the order of their versions. Throws std::runtime_error for a name of another form, for
// two files of the same version, for a file that cannot be read, and as steps_of() does.
std::vector<Migration> read_migrations(const std::string& directory);

}  // namespace ticketd::storage
