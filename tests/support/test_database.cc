#include "support/test_database.h"

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <pqxx/pqxx>

#include "storage/migrations.h"

namespace ticketd::tests {
namespace {

void as_admin(const std::string& url, const std::string& statement) {
  pqxx::connection connection(url);
  pqxx::nontransaction(connection).exec(statement);
}

std::string text_of(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string role_of(const std::string& url) {
  pqxx::connection connection(url);
  return pqxx::nontransaction(connection).exec("SELECT quote_ident(current_user)")[0][0].c_str();
}

}  // namespace

std::string with_database(const std::string& url, const std::string& database) {
  return url.substr(0, url.rfind('/') + 1) + database;
}

TestDatabase::TestDatabase(const std::string& url, const std::string& admin_url, const std::string& migrations)
    : url_(url), admin_url_(admin_url), name_("ticketd_test_" + std::to_string(::getpid())) {
  as_admin(admin_url_, "DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
  as_admin(admin_url_, "CREATE DATABASE " + name_ + " OWNER " + role_of(url_));
  as_admin(this->admin_url(), text_of("systemd/setup/rights.sql"));  // as `ticketctl setup` does
  postgres::DatabaseConnection connection(this->url(), {"migrate"});
  storage::apply_migrations(connection.get(), storage::read_migrations(migrations), [](const auto&) {});
}

TestDatabase::~TestDatabase() {
  try {
    as_admin(admin_url_, "DROP DATABASE " + name_ + " WITH (FORCE)");
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s was not dropped: %s\n", name_.c_str(), e.what());
  }
}

}  // namespace ticketd::tests
