#include "storage/migration_files.h"

#include <sodium.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <stdexcept>

#include "base/hex.h"

namespace ticketd::storage {
namespace {

std::string sha256_hex(const std::string& text) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return hex_of(hash);
}

std::runtime_error wrong(const Migration& migration, const std::string& what) {
  return std::runtime_error("migration " + std::to_string(migration.version) + " (" + migration.name + "): " + what);
}

// A half-built index has the name already, so CREATE INDEX alone would fail for ever.
std::string concurrent_index(const Migration& migration, const std::string& sql) {
  static const std::regex kBuilds(R"(\bCREATE\s+(UNIQUE\s+)?INDEX\s+CONCURRENTLY\s)", std::regex::icase);
  static const std::regex kRepeatable(R"(\bINDEX\s+CONCURRENTLY\s+IF\s+NOT\s+EXISTS\s+(\w+)\s)", std::regex::icase);
  std::smatch parts;
  if (!std::regex_search(sql, kBuilds)) return "";
  if (!std::regex_search(sql, parts, kRepeatable))
    throw wrong(migration, "CREATE INDEX CONCURRENTLY needs IF NOT EXISTS and a name");
  return parts[1];
}

}  // namespace

std::vector<MigrationStep> steps_of(const Migration& migration) {
  static const std::regex kInPieces(R"(--! in pieces of (\w+) by (\w+))");
  std::vector<MigrationStep> steps;
  std::smatch parts;
  bool is_transaction = false;
  std::istringstream lines(migration.sql);
  for (std::string line; std::getline(lines, line);) {
    if (line == "--! outside a transaction") {
      steps.emplace_back();
    } else if (std::regex_match(line, parts, kInPieces)) {
      steps.push_back({"", parts[1], parts[2], ""});
    } else if (line.starts_with("--!")) {
      throw wrong(migration, "'" + line + "' is no way to run a statement");
    } else if (!steps.empty()) {
      steps.back().sql += line + '\n';
    } else if (!line.empty() && !line.starts_with("--")) {
      is_transaction = true;
    }
  }
  if (is_transaction && !steps.empty()) throw wrong(migration, "what precedes '--!' must be a file of its own");
  for (auto& step : steps) step.index = concurrent_index(migration, step.sql);
  return steps;
}

std::vector<Migration> read_migrations(const std::string& directory) {
  static const std::regex kName(R"((\d{4})_(\w+)\.sql)");
  std::map<int, Migration> found;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const auto name = entry.path().filename().string();
    if (!name.ends_with(".sql")) continue;
    std::smatch parts;
    if (!std::regex_match(name, parts, kName))
      throw std::runtime_error(name + " is not named like 0001_what_it_does.sql");
    std::ifstream file(entry.path());
    if (!file) throw std::runtime_error(entry.path().string() + " cannot be read");
    std::string sql(std::istreambuf_iterator<char>(file), {});
    Migration migration{std::stoi(parts[1]), parts[2], sql, sha256_hex(sql)};
    steps_of(migration);
    const auto version = migration.version;
    if (!found.emplace(version, std::move(migration)).second)
      throw std::runtime_error("two migrations have the version " + std::to_string(version));
  }
  std::vector<Migration> migrations;
  migrations.reserve(found.size());
  for (auto& [version, migration] : found) migrations.push_back(std::move(migration));
  return migrations;
}

}  // namespace ticketd::storage
