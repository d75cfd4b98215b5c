#include <algorithm>
#include <charconv>
#include <iostream>
#include <set>

#include "queue/requeue.h"
#include "ticketctl/commands.h"
#include "ticketctl/dead_letters_view.h"

namespace ticketd::ctl {
namespace {

using Letters = std::vector<storage::StoredLetter>;

constexpr int kListMax = 1'000;   // shown at once
constexpr int kAllMax = 100'000;  // taken on at once by --all
constexpr int kRedisTimeoutMs = 2'000;

// "3/1730000000000-0"
std::optional<std::pair<int, std::string>> parse_entry(const std::string& word) {
  int shard = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), shard);
  const auto rest = word.substr(static_cast<std::size_t>(end - word.data()));
  if (error != std::errc{} || rest.size() < 2 || rest.front() != '/') return std::nullopt;
  return std::pair(shard, rest.substr(1));
}

// All letters of the one that the word names; a command may have two.
Letters find(pqxx::transaction_base& tx, const std::string& word) {
  if (const auto id = CommandId::parse(word)) return storage::find_dead_letters(tx, *id);
  const auto entry = parse_entry(word);
  if (!entry) return {};
  auto letters = storage::find_dead_letters(tx, entry->first, entry->second);
  if (!letters.empty() && letters[0].command_id) return storage::find_dead_letters(tx, *letters[0].command_id);
  return letters;
}

// The ids that the call names. `more`: how many --all leaves for another time.
std::vector<std::string> named(postgres::DatabasePool& database, const std::string& word, std::int64_t& more) {
  if (word != "--all") return {word};
  return postgres::autocommit(database, [&](pqxx::transaction_base& tx) {
    const auto letters = storage::list_dead_letters(tx, kAllMax);
    more = std::max<std::int64_t>(0, storage::count_dead_letters(tx) - kAllMax);
    std::vector<std::string> ids;
    std::set<std::string> seen;
    for (const auto& letter : letters) {
      if (seen.insert(id_of(letter)).second) ids.push_back(id_of(letter));
    }
    return ids;
  });
}

int print_list(postgres::DatabasePool& database, bool json) {
  const auto [letters, count] = postgres::autocommit(database, [](pqxx::transaction_base& tx) {
    return std::pair(storage::list_dead_letters(tx, kListMax), storage::count_dead_letters(tx));
  });
  if (json) {
    auto rows = JsonText::array();
    for (const auto& letter : letters) rows.push(json_of(letter));
    std::cout << JsonText::object({{"count", count}, {"dead_letters", rows}}).str() << '\n';
    return 0;
  }
  if (count == 0) std::cout << "there are no dead letters\n";
  for (const auto& letter : letters) print_line(letter);
  const auto rest = count - static_cast<std::int64_t>(letters.size());
  if (rest > 0) std::cout << "and " << rest << " more\n";
  return 0;
}

int say_unknown(const std::string& id) {
  std::cerr << "ticketctl: there is no dead letter " << id << '\n';
  return 1;
}

int show(postgres::DatabasePool& database, const std::string& id, bool json) {
  const auto letters = postgres::autocommit(database, [&](pqxx::transaction_base& tx) { return find(tx, id); });
  if (letters.empty()) return say_unknown(id);
  if (json) {
    auto rows = JsonText::array();
    for (const auto& letter : letters) rows.push(json_of(letter));
    std::cout << JsonText::object({{"dead_letters", rows}}).str() << '\n';
    return 0;
  }
  for (const auto& letter : letters) print_all(letter);
  return 0;
}

// What was done with each id, in the order in which it was done, and how the program ends.
class Tally {
 public:
  explicit Tally(bool json) : json_(json) {}
  void add(const std::string& id, const char* outcome, const std::string& words, bool good = true) {
    ++(good ? good_ : bad_);
    if (json_) {
      rows_.push(JsonText::object({{"id", id}, {"outcome", outcome}}));
    } else {
      (good ? std::cout : std::cerr) << id << ": " << words << '\n';
    }
  }
  int close(std::int64_t more) {
    if (json_) {
      std::cout << JsonText::object({{"dead_letters", rows_}, {"more", more}}).str() << '\n';
    } else if (good_ + bad_ == 0) {
      std::cout << "there are no dead letters\n";
    } else if (more > 0) {
      std::cout << "there are " << more << " more: call it again\n";
    }
    return bad_ == 0 ? 0 : 1;
  }

 private:
  const bool json_;
  JsonText rows_ = JsonText::array();
  int good_ = 0;
  int bad_ = 0;
};

void retry_one(const Config& config, postgres::DatabasePool& database, redis::RedisConnection& redis,
               const std::string& id, Tally& tally) {
  const auto letters = postgres::autocommit(database, [&](pqxx::transaction_base& tx) { return find(tx, id); });
  if (letters.empty()) return tally.add(id, "not_found", "there is no such dead letter", false);
  const auto command = command_in(letters.front());
  if (!command)
    return tally.add(id, "unreadable", "this version of ticketd cannot read it, and would only put it aside again",
                     false);
  const auto put_back = [&] { ticketd::queue::requeue(redis, *command, config.shards); };
  switch (storage::retry_dead_letters(database, letters, *command, put_back, SystemClock().now())) {
    case storage::RetryOutcome::put_back: return tally.add(id, "put_back", "is back in the queue");
    case storage::RetryOutcome::took_effect:
      return tally.add(id, "took_effect", "had been carried out already, after an earlier retry");
    case storage::RetryOutcome::gone:
      return tally.add(id, "not_found", "somebody else has just retried or dropped it", false);
  }
}

int retry(const Config& config, postgres::DatabasePool& database, const std::string& word, bool json) {
  redis::RedisConnection redis(config.queue_redis_url, kRedisTimeoutMs);
  redis.command({"PING"});  // without the queue nothing is begun
  std::int64_t more = 0;
  Tally tally(json);
  for (const auto& id : named(database, word, more)) retry_one(config, database, redis, id, tally);
  return tally.close(more);
}

int drop(postgres::DatabasePool& database, const std::string& word, bool json) {
  std::int64_t more = 0;
  Tally tally(json);
  for (const auto& id : named(database, word, more)) {
    const bool found = postgres::transact(database, [&](pqxx::work& tx) {
      const auto letters = find(tx, id);
      if (letters.empty()) return false;
      storage::delete_dead_letters(tx, letters, command_in(letters.front()), SystemClock().now());
      return true;
    });
    found ? tally.add(id, "dropped", "is dropped") : tally.add(id, "not_found", "there is no such dead letter", false);
  }
  return tally.close(more);
}

bool is_id(const std::string& word) { return CommandId::parse(word) || parse_entry(word); }

}  // namespace

int dead(const Config& config, const Options& options) {
  const auto& words = options.words;
  const auto what = words.empty() ? "" : words.front();
  postgres::DatabasePool database(config.database_url, {"ticketctl"}, 1);
  if (what == "list" && words.size() == 1) return print_list(database, options.json);
  if (what != "list" && what != "show" && what != "retry" && what != "drop")
    return wrong_usage("dead takes list, show, retry or drop");
  if (what == "list") return wrong_usage("dead list takes nothing but --json");
  const bool all = words.size() == 2 && words[1] == "--all";
  if (words.size() != 2 || (all && what == "show"))
    return wrong_usage("dead " + what + " takes one ID" + (what == "show" ? "" : " or --all"));
  if (!all && !is_id(words[1]))
    return wrong_usage(words[1] + " is no ID: that is a request's id, or SHARD/ENTRY as `dead list` shows it");
  if (what == "show") return show(database, words[1], options.json);
  if (what == "retry") return retry(config, database, words[1], options.json);
  return drop(database, words[1], options.json);
}

}  // namespace ticketd::ctl
