#include <algorithm>
#include <iostream>

#include "base/json_text.h"
#include "storage/event_search.h"
#include "storage/migrations.h"
#include "ticketctl/commands.h"

namespace ticketd::ctl {
namespace {

constexpr const char* kInstalledDirectory = "/usr/share/ticketd/migrations";

JsonText json_of(const storage::Migration& migration) {
  return JsonText::object({{"version", migration.version}, {"name", migration.name}});
}

// Exit status 1 if one is missing.
int print_status(const std::vector<storage::MigrationStatus>& list, bool json) {
  auto rows = JsonText::array();
  bool all = true;
  for (const auto& [migration, applied] : list) {
    all = all && applied;
    rows.push(json_of(migration).set("applied", applied));
    if (!json) std::cout << (applied ? "applied  " : "missing  ") << migration.version << ' ' << migration.name << '\n';
  }
  if (json) std::cout << JsonText::object({{"up_to_date", all}, {"migrations", rows}}).str() << '\n';
  return all ? 0 : 1;
}

// What the migration of that name leaves to be filled in: each piece is a transaction of its own, so that nobody waits
// for all of it.
void fill_in_event_words(postgres::DatabaseConnection& connection) {
  const auto piece = [&](EventId after) {
    pqxx::work tx(connection.get());
    const auto last = storage::insert_missing_words(tx, after);
    tx.commit();
    return last;
  };
  for (auto last = piece({}); last; last = piece(*last)) {
  }
}

}  // namespace

std::string migrations_directory() { return from_environment("TICKETD_MIGRATIONS_DIR").value_or(kInstalledDirectory); }

int migrate(const Options& options) {
  const bool status = options.words == std::vector<std::string>{"--status"};
  if (!status && !options.words.empty()) return wrong_usage("migrate takes --status, or nothing");
  const auto url = from_environment("DATABASE_URL");
  if (!url) {
    std::cerr << "ticketctl migrate: DATABASE_URL is not set; on a host with the package: sudo ticketctl migrate\n";
    return kExitBadConfig;
  }
  const auto migrations = storage::read_migrations(migrations_directory());
  postgres::DatabaseConnection connection(*url, {"ticketctl"});
  if (status) return print_status(storage::migration_status(connection.get(), migrations), options.json);
  auto applied = JsonText::array();
  const auto note = [&](const storage::Migration& migration) {
    applied.push(json_of(migration));
    if (!options.json) std::cout << "applied " << migration.version << ' ' << migration.name << std::endl;
  };
  const auto news = [](const std::string& sentence) { std::cerr << "ticketctl migrate: " << sentence << '\n'; };
  storage::apply_migrations(connection.get(), migrations, note, {.news = news});
  if (std::ranges::any_of(migrations, [](const auto& one) { return one.name == "event_words"; }))
    fill_in_event_words(connection);
  if (options.json) {
    std::cout << JsonText::object({{"applied", applied}}).str() << '\n';
  } else if (applied.is_empty()) {
    std::cout << "the schema is up to date (" << migrations.size() << " migrations)\n";
  }
  return 0;
}

}  // namespace ticketd::ctl
