#include <iostream>

#include "commands.h"
#include "storage/migrations.h"

namespace ticketd::ctl {
namespace {

constexpr const char* kInstalledDirectory = "/usr/share/ticketd/migrations";

void print_status(const std::vector<storage::MigrationStatus>& list) {
  for (const auto& [migration, applied] : list)
    std::cout << (applied ? "applied  " : "missing  ") << migration.version << ' ' << migration.name << '\n';
}

}  // namespace

int migrate(const Arguments& arguments) {
  const auto url = from_environment("DATABASE_URL");
  if (!url) {
    std::cerr << "ticketctl migrate: DATABASE_URL is not set\n";
    return kExitBadConfig;
  }
  const auto migrations =
      storage::read_migrations(from_environment("TICKETD_MIGRATIONS_DIR").value_or(kInstalledDirectory));
  storage::Connection connection(*url, {"ticketctl"});
  if (!arguments.empty() && arguments.front() == "--status") {
    const auto list = storage::migration_status(connection.get(), migrations);
    print_status(list);
    for (const auto& status : list) {
      if (!status.applied) return 1;
    }
    return 0;
  }
  int count = 0;
  storage::apply_migrations(connection.get(), migrations, [&](const storage::Migration& migration) {
    ++count;
    std::cout << "applied " << migration.version << ' ' << migration.name << std::endl;
  });
  if (count == 0) std::cout << "the schema is up to date (" << migrations.size() << " migrations)\n";
  return 0;
}

}  // namespace ticketd::ctl
