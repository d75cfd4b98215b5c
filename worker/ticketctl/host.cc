#include "ticketctl/host.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <system_error>

namespace ticketd::ctl {
namespace {

constexpr const char* kUser = "ticketd";
constexpr int kKeep = 0;  // setenv: what is set stays

void load_credentials(const std::filesystem::path& directory) {
  if (!std::filesystem::is_directory(directory)) return;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    std::ifstream file(entry.path());
    std::string value(std::istreambuf_iterator<char>(file), {});
    if (value.ends_with('\n')) value.pop_back();
    ::setenv(entry.path().filename().c_str(), value.c_str(), kKeep);
  }
}

// NAME=value or NAME="value" a line, # before a comment: what systemd.exec(5) calls an EnvironmentFile, without its
// continued lines and escapes.
void load_environment(const std::filesystem::path& path) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const auto equals = line.find('=');
    if (line.starts_with('#') || line.starts_with(';') || equals == std::string::npos) continue;
    std::string value = line.substr(equals + 1);
    const bool quoted = value.size() >= 2 && value.front() == value.back() && (value[0] == '"' || value[0] == '\'');
    if (quoted) value = value.substr(1, value.size() - 2);
    ::setenv(line.substr(0, equals).c_str(), value.c_str(), kKeep);
  }
}

void must(int result, const char* what) {
  if (result != 0) throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

bool load_host_settings(const std::filesystem::path& etc) {
  if (std::getenv("DATABASE_URL") != nullptr || std::getenv("CREDENTIALS_DIRECTORY") != nullptr || ::geteuid() != 0 ||
      !std::filesystem::exists(etc / "ticketd.env"))
    return false;
  load_credentials(etc / "credentials" / "admin");
  load_credentials(etc / "credentials" / "messenger");  // the mail server's password; what admin has stays
  load_environment(etc / "ticketd.env");
  return true;
}

void drop_root() {
  const auto* user = ::getpwnam(kUser);
  if (user == nullptr) throw std::runtime_error("there is no user ticketd; is the package installed?");
  must(::initgroups(kUser, user->pw_gid), "initgroups");
  must(::setgid(user->pw_gid), "setgid");
  must(::setuid(user->pw_uid), "setuid");
}

}  // namespace ticketd::ctl
