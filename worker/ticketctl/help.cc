#include "ticketctl/help.h"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

namespace ticketd::ctl {
namespace {

// A command's line begins with two spaces and its name; more lines about it are further in. An empty line ends a group.
constexpr std::string_view kUsage = R"(usage: ticketctl COMMAND [--json]

  setup                       bring an installed ticketd to life, or mend what is missing, as root;
                              --server-name NAME, --port PORT, --database-url URL,
                              --tls HOW, --tls-certificate FILE, --tls-key FILE
  doctor [--root DIRECTORY]   what is wrong with settings, stores, services and this host, and what to do
  status [--watch]            traffic, queue, workers, connections; kept live until q
  migrate [--status]          bring the database's schema up to date, or say what is missing;
                              --patience SECONDS
  verify                      recount everything against the rules, next to the running service
  queue                       how many commands are waiting, for how long, and in which shards

  user show USER              an account, its sessions and its newest bookings
  user list [TEXT]            accounts by a part of e-mail or name, the newest first; --limit N
  user export USER            everything that is known about them, in JSON
  user set-role USER ROLE     ROLE is user or admin
  user set-email USER EMAIL   another address to sign in with
  user reset-password USER    a new password, shown this once; logs them out everywhere
  user revoke-sessions USER | --all  log them out everywhere; --yes
  user delete USER            empty the account and cancel what it holds; --close-events, --yes

  event show EVENT            an event and its organiser
  event list [TEXT]           events by a part of title or place, the newest first; --limit N
  event waiting EVENT         who waits, the next one first; --limit N
  event bookings EVENT        who booked, in order; --state STATE, --limit N
  event transfer EVENT USER   make another user its organiser
  event close EVENT           cancel it with every booking, and tell everyone; --yes

  dead list                   commands that failed again and again, and were put aside
  dead show ID                all that is known about one
  dead retry ID | --all       put it back into the queue, to be carried out
  dead drop ID | --all        give it up: its request stays failed

  mail on                     tell people by mail what happens, from now on; for all hosts
  mail off                    tell them by mail no more
  mail list [STATE]           mails that failed, or are waiting, or were sent: the newest first
  mail show ID                all that is known about one
  mail retry ID | --all       send it now; all that failed, or wait for another try
  mail test ADDRESS           send one there, and show what the mail server says
  webhooks on                 let organisers have events posted to a URL, from now on; for all hosts
  webhooks off                post no more of what happens
  webhooks list               whose there are, which fail, and how much waits for each

  privacy report              what is known about people: where, why, how long, and what is due to be deleted
  privacy purge               delete what is due, by TICKETD_RETENTION_DAYS; every night the timer does it

  keys show                   of access tokens: which are accepted, and which one signs; --sessions: of refresh and
                              device tokens; --file FILE
  keys add [KID]              a new one, which is accepted and does not sign yet; --sessions, --file FILE
  keys use KID                sign with it, once every endpoint accepts it; --sessions, --file FILE
  keys drop KID               accept it no more; --sessions, --file FILE

  functions load [REDIS]      bring what both Redis run for ticketd up to date, or what the queue or the cache does;
                              --only: and drop what is of other versions
  functions rdb               what a cache that keeps nothing on disk starts with, on standard output

  sample                      load a few events to play with
  version                     of ticketd
  help                        this

USER is an id or an e-mail address, EVENT an id; ID is a request's id, or SHARD/ENTRY for what could not be
read; of a mail, its notification's.
--json: one JSON object for programs; every command but setup, functions rdb and help.
Exit status: 0 all is well, 1 something is wrong or was not found, 2 wrong usage, 75 try later, 78 bad settings.
Settings come from the environment (DATABASE_URL, QUEUE_REDIS_URL, …). On a host with the package, call it as root: it
reads /etc/ticketd and becomes the user ticketd.
)";

struct Entry {
  std::string name;  // "queue", "user show"
  std::string text;  // its lines
  std::vector<std::string> options = {"--json"};
};

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

// "--limit" of "--limit N" and of "[--watch]".
std::vector<std::string> options_in(const std::string& line) {
  std::vector<std::string> options;
  for (auto at = line.find("--"); at != std::string::npos; at = line.find("--", at + 2)) {
    const auto end = line.find_first_not_of("abcdefghijklmnopqrstuvwxyz-", at);
    options.push_back(line.substr(at, end == std::string::npos ? end : end - at));
  }
  return options;
}

// Of a line that is a command's first one. Commands that are made of two words stand in a group of their own.
std::string name_in(const std::string& line) {
  static const std::set<std::string> kPairs = {"user",     "event",   "dead", "mail",
                                               "webhooks", "privacy", "keys", "functions"};
  const auto words = words_of(line);
  return kPairs.contains(words[0]) ? words[0] + ' ' + words[1] : words[0];
}

const std::vector<Entry>& entries() {
  static const auto all = [] {
    std::vector<Entry> entries;
    std::istringstream lines{std::string(kUsage)};
    bool open = false;  // may lines further in follow?
    for (std::string line; std::getline(lines, line);) {
      const bool begins = line.starts_with("  ") && line.size() > 2 && line[2] != ' ';
      open = begins || (open && line.starts_with("   "));
      if (begins) entries.push_back({name_in(line), ""});
      if (!open) continue;
      entries.back().text += line + '\n';
      for (auto& option : options_in(line)) entries.back().options.push_back(std::move(option));
    }
    return entries;
  }();
  return all;
}

// "show, list or delete"
std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : i + 1 < words.size() ? ", " : " or ") + words[i];
  return text;
}

// " (did you mean show?)", or nothing.
std::string suggestion(const std::string& word, const std::vector<std::string>& candidates) {
  const auto meant = nearest(word, candidates);
  return meant ? " (did you mean " + *meant + "?)" : "";
}

// Letters to be put in, taken out, replaced, or swapped with their neighbours (Damerau and Levenshtein).
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> rows(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        rows[i][j] = i + j;
        continue;
      }
      const bool same = a[i - 1] == b[j - 1];
      rows[i][j] = std::min({rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        rows[i][j] = std::min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[a.size()][b.size()];
}

}  // namespace

std::string_view usage() { return kUsage; }

std::string help_of(const std::string& command) {
  std::string text;
  for (const auto& entry : entries()) {
    if (entry.name == command || entry.name.starts_with(command + ' ')) text += entry.text;
  }
  return text;
}

std::optional<std::string> nearest(const std::string& word, const std::vector<std::string>& candidates) {
  std::optional<std::string> best;
  std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const auto& candidate : candidates) {
    const auto away = distance(word, candidate);
    if (away < least) best = candidate, least = away;
  }
  return best;
}

std::optional<std::string> unknown_word(const std::vector<std::string>& words) {
  std::map<std::string, std::vector<std::string>> parts;  // "user" -> show, list, …; "queue" -> none
  for (const auto& entry : entries()) {
    const auto names = words_of(entry.name);
    auto& list = parts[names[0]];
    if (names.size() > 1) list.push_back(names[1]);
  }
  std::vector<std::string> commands;
  commands.reserve(parts.size());
  for (const auto& [name, list] : parts) commands.push_back(name);
  const auto& command = words.front();
  const auto found = parts.find(command);
  if (found == parts.end()) return "there is no command " + command + suggestion(command, commands);
  auto name = command;
  if (!found->second.empty()) {
    if (words.size() == 1) return command + " takes " + listed(found->second);
    if (std::find(found->second.begin(), found->second.end(), words[1]) == found->second.end())
      return "there is no " + command + ' ' + words[1] + suggestion(words[1], found->second);
    name += ' ' + words[1];
  }
  const auto entry =
      std::find_if(entries().begin(), entries().end(), [&](const auto& known) { return known.name == name; });
  for (const auto& word : words) {
    if (!word.starts_with("--")) continue;
    if (std::find(entry->options.begin(), entry->options.end(), word) == entry->options.end())
      return name.append(" has no option ").append(word).append(suggestion(word, entry->options));
  }
  return std::nullopt;
}

}  // namespace ticketd::ctl
