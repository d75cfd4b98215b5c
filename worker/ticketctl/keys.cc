// `ticketctl keys`: the keys of access tokens, and with --sessions those of refresh and device tokens, changed in steps
// between which every endpoint is restarted, on every host. A key is accepted everywhere before it signs anywhere, and
// signs nowhere before it goes: so no token is ever shown to an endpoint that does not know its key.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>

#include "base/base64.h"
#include "base/json_text.h"
#include "base/random.h"
#include "base/time.h"
#include "ticketctl/arguments.h"
#include "ticketctl/commands.h"
#include "ticketctl/host.h"

namespace ticketd::ctl {
namespace {

constexpr std::size_t kKeyBytes = 32;

struct Key {
  std::string kid;
  std::string text;  // KID:BASE64, as it stands in the file
};
using Keys = std::vector<Key>;  // the first one signs

// What differs between those of access tokens and those of sessions.
struct Kind {
  const char* setting;
  const char* option;    // behind each command
  const char* good_for;  // how long a token is, that an old key signed
};
constexpr Kind kAccess = {"TICKETD_JWT_KEYS", "", "TICKETD_ACCESS_TTL_S, 15 minutes"};
constexpr Kind kSessions = {"TICKETD_SESSION_KEYS", " --sessions", "a month"};

Keys read_keys(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path.string() + ": " + std::strerror(errno));
  std::string line;
  std::getline(file, line);
  std::istringstream list(line);
  Keys keys;
  for (std::string item; std::getline(list, item, ',');) keys.push_back({item.substr(0, item.find(':')), item});
  if (keys.empty()) throw std::runtime_error(path.string() + " holds no key");
  return keys;
}

// The old file or the new one is there at any time, and neither is for others to read.
void write_keys(const std::filesystem::path& path, const Keys& keys) {
  std::string text;
  for (const auto& key : keys) text += (text.empty() ? "" : ",") + key.text;
  text += '\n';
  const auto fresh = path.string() + ".new";
  ::unlink(fresh.c_str());
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  bool good = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  good = good && std::rename(fresh.c_str(), path.c_str()) == 0;
  if (!good) throw std::runtime_error(fresh + ": " + std::strerror(errno));
}

// 2027-01-31T0900: the doctor reads its age off it.
std::string kid_of(Time now) {
  auto text = format_time(now).substr(0, 16);
  std::erase(text, ':');
  return text;
}

Keys::iterator find(Keys& keys, const std::string& kid) {
  return std::find_if(keys.begin(), keys.end(), [&](const auto& key) { return key.kid == kid; });
}

int refuse(const std::string& why) {
  std::cerr << "ticketctl: " << why << '\n';
  return 1;
}

void print(const Keys& keys, const std::string& next, bool json) {
  if (json) {
    auto rows = JsonText::array();
    for (const auto& key : keys) rows.push(JsonText::object({{"kid", key.kid}}));
    std::cout << JsonText::object({{"signs", keys.front().kid}, {"accepted", rows}}).str() << '\n';
    return;
  }
  for (const auto& key : keys) std::cout << key.kid << (&key == &keys.front() ? " signs\n" : " is accepted\n");
  if (!next.empty()) std::cout << "restart every endpoint: systemctl restart 'ticketd@*.service'; " << next << '\n';
}

struct Change {
  const Kind& kind;
  std::filesystem::path path;
  Keys keys;
  bool json;
};

int add(Change change, const std::optional<std::string>& kid) {
  auto& keys = change.keys;
  SystemRandom random;
  std::array<std::uint8_t, kKeyBytes> bytes{};
  random.fill(bytes);
  const auto name = kid.value_or(kid_of(SystemClock().now()));
  if (name.empty() || name.find_first_of(":, ") != std::string::npos) return refuse(name + " is no name for a key");
  if (find(keys, name) != keys.end()) return refuse("there is a key " + name + " already");
  const auto secret = base64url_of({reinterpret_cast<const char*>(bytes.data()), bytes.size()}) + '=';
  keys.push_back({name, name + ':' + secret});
  write_keys(change.path, keys);
  print(keys, "then ticketctl keys use " + name + change.kind.option, change.json);
  return 0;
}

int use(Change change, const std::string& kid) {
  auto& keys = change.keys;
  const auto key = find(keys, kid);
  if (key == keys.end()) return refuse("there is no key " + kid + ": ticketctl keys show");
  std::rotate(keys.begin(), key, key + 1);
  write_keys(change.path, keys);
  print(keys, std::string("after ") + change.kind.good_for + ", ticketctl keys drop the old one" + change.kind.option,
        change.json);
  return 0;
}

int drop(Change change, const std::string& kid) {
  auto& keys = change.keys;
  const auto key = find(keys, kid);
  if (key == keys.end()) return refuse("there is no key " + kid + ": ticketctl keys show");
  if (key == keys.begin()) return refuse(kid + " signs: ticketctl keys use another one first");
  keys.erase(key);
  write_keys(change.path, keys);
  print(keys, "then its tokens are refused", change.json);
  return 0;
}

}  // namespace

int keys(const Options& options) {
  Arguments arguments(options.words);
  const auto what = arguments.next().value_or("");
  const Kind& kind = arguments.flag("--sessions") ? kSessions : kAccess;
  const std::filesystem::path path =
      arguments.value("--file").value_or((kEtc / "credentials" / "api" / kind.setting).string());
  const auto kid = what == "show" ? std::nullopt : arguments.next();
  if (arguments.wrong() || ((what == "use" || what == "drop") && !kid))
    return wrong_usage("keys " + what + " takes " + (what == "show" ? "" : "a KID, ") + "--sessions and --file FILE");
  Change change{kind, path, read_keys(path), options.json};
  if (what == "add") return add(std::move(change), kid);
  if (what == "use") return use(std::move(change), *kid);
  if (what == "drop") return drop(std::move(change), *kid);
  print(change.keys, "", options.json);
  return 0;
}

}  // namespace ticketd::ctl
