#include <algorithm>
#include <iostream>

#include "base/json_text.h"
#include "storage/event_search.h"
#include "storage/mails.h"
#include "storage/migrations.h"
#include "storage/statistics.h"
#include "storage/webhooks.h"
#include "ticketctl/arguments.h"
#include "ticketctl/commands.h"

namespace ticketd::ctl {
namespace {

constexpr const char* kInstalledDirectory = "/usr/share/ticketd/migrations";
constexpr int kPatienceS = 300, kMostPatienceS = 86'400;

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

void apply_on(postgres::DatabaseConnection& connection, const std::vector<storage::Migration>& migrations,
              std::chrono::seconds patience, bool json) {
  auto applied = JsonText::array();
  const auto note = [&](const storage::Migration& migration) {
    applied.push(json_of(migration));
    if (!json) std::cout << "applied " << migration.version << ' ' << migration.name << std::endl;
  };
  const auto news = [](const std::string& sentence) { std::cerr << "ticketctl migrate: " << sentence << '\n'; };
  storage::apply_migrations(connection.get(), migrations, note, {.patience = patience, .news = news});
  if (std::ranges::any_of(migrations, [](const auto& one) { return one.name == "event_words"; }))
    fill_in_event_words(connection);
  storage::analyze_new_columns(connection.get(), patience, news);
  if (std::ranges::any_of(migrations, [](const auto& one) { return one.name == "mails"; })) {
    pqxx::nontransaction tx(connection.get());
    storage::grant_to_messenger(tx);
  }
  if (std::ranges::any_of(migrations, [](const auto& one) { return one.name == "webhooks"; })) {
    pqxx::nontransaction tx(connection.get());
    storage::grant_to_webhooks(tx);
  }
  if (json) {
    std::cout << JsonText::object({{"applied", applied}}).str() << '\n';
  } else if (applied.is_empty()) {
    std::cout << "the schema is up to date (" << migrations.size() << " migrations)\n";
  }
}

int apply(const std::string& url, const std::vector<storage::Migration>& migrations, std::chrono::seconds patience,
          bool json) {
  std::string why;
  try {
    postgres::DatabaseConnection connection(url, {"ticketctl"});
    apply_on(connection, migrations, patience, json);
    return 0;
  } catch (const postgres::DatabaseUnavailable& e) {
    why = e.what();
  } catch (const pqxx::broken_connection& e) {
    why = e.what();
  }
  std::cerr << "ticketctl migrate: " << why << '\n';
  return kExitTryLater;
}

}  // namespace

std::string migrations_directory() { return from_environment("TICKETD_MIGRATIONS_DIR").value_or(kInstalledDirectory); }

int migrate(const Options& options) {
  Arguments arguments(options.words);
  const bool status = arguments.flag("--status");
  const std::chrono::seconds patience(arguments.number("--patience", kPatienceS, 0, kMostPatienceS));
  if (arguments.wrong()) return wrong_usage("migrate takes --status, --patience SECONDS, or nothing");
  const auto url = from_environment("DATABASE_URL");
  if (!url) {
    std::cerr << "ticketctl migrate: DATABASE_URL is not set; on a host with the package: sudo ticketctl migrate\n";
    return kExitBadConfig;
  }
  const auto migrations = storage::read_migrations(migrations_directory());
  if (!status) return apply(*url, migrations, patience, options.json);
  postgres::DatabaseConnection connection(*url, {"ticketctl"});
  return print_status(storage::migration_status(connection.get(), migrations), options.json);
}

}  // namespace ticketd::ctl
