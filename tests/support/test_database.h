// A database of a test run's own, next to the stack's, whose workers therefore never see it.
#pragma once
#include <string>

namespace ticketd::tests {

// The same server, another database.
std::string with_database(const std::string& url, const std::string& database);

class TestDatabase {
 public:
  // Makes an empty database through `admin_url`, owned by the role of `url`, and applies the files of `migrations`.
  // Throws what libpqxx and the migrations throw.
  TestDatabase(const std::string& url, const std::string& admin_url, const std::string& migrations);
  // Drops it, whoever is connected.
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  [[nodiscard]] std::string url() const { return with_database(url_, name_); }
  // As the superuser.
  [[nodiscard]] std::string admin_url() const { return with_database(admin_url_, name_); }

 private:
  const std::string url_;
  const std::string admin_url_;
  const std::string name_;
};

}  // namespace ticketd::tests
