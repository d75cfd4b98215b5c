// ticketctl: what an operator does with ticketd from a shell.
#include <sodium.h>

#include <algorithm>
#include <iostream>
#include <optional>

#include "base/json_text.h"
#include "endpoint/version.h"
#include "postgres/errors.h"
#include "redis/redis.h"
#include "ticketctl/commands.h"
#include "ticketctl/help.h"
#include "ticketctl/host.h"

using namespace ticketd;

namespace {

int version(const ctl::Options& options) {
  if (!options.words.empty()) return ctl::wrong_usage("version takes nothing but --json");
  if (options.json) {
    std::cout << JsonText::object({{"version", kVersion}}).str() << '\n';
  } else {
    std::cout << "ticketd " << kVersion << '\n';
  }
  return 0;
}

int run(const std::string& command, const ctl::Options& options) {
  if (command == "migrate") return ctl::migrate(options);
  if (command == "status") return ctl::status(config_or_exit(Part::admin), options);
  if (command == "user") return ctl::user(config_or_exit(Part::admin), options);
  if (command == "event") return ctl::event(config_or_exit(Part::admin), options);
  if (command == "sample") return ctl::sample(config_or_exit(Part::admin), options);
  if (command == "queue") return ctl::queue(config_or_exit(Part::admin), options);
  if (command == "verify") return ctl::verify(config_or_exit(Part::admin), options);
  if (command == "mail") return ctl::mail(config_or_exit(Part::messenger), options);
  if (command == "webhooks") return ctl::webhooks(config_or_exit(Part::webhooks), options);
  if (command == "privacy") return ctl::privacy(config_or_exit(Part::admin), options);
  if (command == "dead") return ctl::dead(config_or_exit(Part::admin), options);
  return version(options);
}

bool is_help(const std::string& word) { return word == "--help" || word == "-h"; }

// What needs no settings: help, and a word that nobody knows. Empty if the call is to be carried out.
std::optional<int> answer_at_once(const std::vector<std::string>& words) {
  if (words.empty()) {
    std::cerr << ctl::usage();
    return 2;
  }
  const auto& command = words.front();
  if (command == "help" || is_help(command)) {
    std::cout << ctl::usage();
    return 0;
  }
  if (command == "setup") return std::nullopt;  // has a help of its own
  if (std::any_of(words.begin(), words.end(), is_help)) {
    auto text = words.size() > 2 ? ctl::help_of(command + ' ' + words[1]) : "";
    if (text.empty()) text = ctl::help_of(command);
    if (!text.empty()) {
      std::cout << text << "\n`ticketctl help` lists all commands, ticketctl(1) says more\n";
      return 0;
    }
  }
  if (const auto unknown = ctl::unknown_word(words)) return ctl::wrong_usage(*unknown);
  return std::nullopt;
}

}  // namespace

int ctl::wrong_usage(std::string_view what) {
  std::cerr << "ticketctl: " << what << "; `ticketctl help` says more\n";
  return 2;
}

int main(int argc, char** argv) {
  if (sodium_init() < 0) return EXIT_FAILURE;
  Log::open("ticketctl", Level::warning);
  ctl::Options options;
  options.words.assign(argv + 1, argv + argc);
  options.json = std::erase(options.words, "--json") > 0;
  if (!options.words.empty() && options.words.front() == "--version") options.words.front() = "version";
  if (const auto status = answer_at_once(options.words)) return *status;
  const auto command = options.words.front();
  options.words.erase(options.words.begin());
  try {
    if (command == "setup") return ctl::setup(options);  // makes the settings, and needs root
    if (command == "keys") return ctl::keys(options);    // which only root may read
    if (command == "functions") return ctl::functions(options);
    const bool on_host = ctl::load_host_settings();
    if (command == "doctor") return ctl::doctor(options, on_host);
    if (on_host) ctl::drop_root();
    return run(command, options);
  } catch (const postgres::DatabaseUnavailable& e) {
    std::cerr << "ticketctl: PostgreSQL: " << e.what() << '\n';
  } catch (const redis::RedisUnavailable& e) {  // of the two Redis no command needs the other one
    std::cerr << "ticketctl: the queue's " << e.what() << '\n';
  } catch (const std::exception& e) {
    std::cerr << "ticketctl: " << e.what() << '\n';
  }
  return 1;
}
