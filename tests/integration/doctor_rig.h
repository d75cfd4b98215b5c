// The doctor, and what it says about one thing.
#pragma once
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "ctl_rig.h"
#include "support/private_redis.h"

namespace ticketd::tests {

// Another host's files, for doctor --root.
struct Tree {
  const std::filesystem::path root = std::filesystem::temp_directory_path() / fresh_word();
  Tree() { std::filesystem::create_directories(root / "etc/ticketd"); }
  ~Tree() { std::filesystem::remove_all(root); }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  void write(const std::string& path, const std::string& text, mode_t mode) const {
    std::filesystem::create_directories((root / path).parent_path());
    std::ofstream(root / path) << text;
    ::chmod((root / path).c_str(), mode);
  }
  void listen(const std::string& path, mode_t mode) const {
    std::filesystem::create_directories((root / path).parent_path());
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{AF_UNIX, {}};
    (root / path).string().copy(address.sun_path, sizeof address.sun_path - 1);
    ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::close(fd);
    ::chmod((root / path).c_str(), mode);
  }
  [[nodiscard]] Ended doctor() const { return call_on_stack("doctor --json --root " + root.string()); }
};

struct DoctorTest : CtlTest {
  // The finding on `check` with that verdict; null if there is none.
  static Json finding(const Ended& doctor, const std::string& verdict, const std::string& check) {
    const auto checks = doctor.json()["checks"];
    for (std::size_t i = 0; i < checks.size(); ++i) {
      if (checks.at(i)["check"].text() == check && checks.at(i)["verdict"].text() == verdict) return checks.at(i);
    }
    return {};
  }
  static void expect_finding(const std::string& verdict, const std::string& check, const std::string& found,
                             const std::string& remedy, const Ended& doctor, Where where = Where::current()) {
    const auto row = finding(doctor, verdict, check);
    const auto text = "no " + verdict + " of " + check + " in: " + doctor.said;
    CHECK_TRUE_LOCATION(row.is_object(), "CHECK", "finding", text.c_str(), where.file_name(), where.line());
    expect_contains(found, row["found"].text(), where);
    expect_contains(remedy, row["remedy"].text(), where);
  }
  static void expect_fault(const std::string& check, const std::string& found, const std::string& remedy,
                           const Ended& doctor, Where where = Where::current()) {
    expect_finding("fault", check, found, remedy, doctor, where);
    LONGS_EQUAL_LOCATION(1, doctor.status, "", where.file_name(), where.line());
  }
  static void expect_warning(const std::string& check, const std::string& found, const std::string& remedy,
                             const Ended& doctor, Where where = Where::current()) {
    expect_finding("warning", check, found, remedy, doctor, where);
  }
  static void expect_ok(const std::string& check, const Ended& doctor, Where where = Where::current()) {
    expect_finding("ok", check, "", "", doctor, where);
  }
  static void expect_unknown(const std::string& check, const Ended& doctor, Where where = Where::current()) {
    expect_finding("unknown", check, "", "", doctor, where);
  }
};

}  // namespace ticketd::tests
