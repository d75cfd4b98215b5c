// ticketctl: what an operator does with ticketd from a shell.
#include <sodium.h>

#include <iostream>

#include "app/version.h"
#include "base/json.h"
#include "commands.h"
#include "host.h"

using namespace ticketd;

namespace {

constexpr const char* kUsage = R"(usage: ticketctl COMMAND [--json]

  setup [--help]            bring an installed ticketd to life, or mend what is missing; as root
  migrate [--status]        bring the database's schema up to date, or say what is missing
  verify                    recount everything against the rules, next to the running service
  queue                     how many commands are waiting, and for how long
  dead list                 commands that failed again and again, and were put aside
  dead show ID              all that is known about one
  dead retry ID | --all     put it back into the queue, to be carried out
  dead drop ID | --all      give it up: its request stays failed
  sample                    load a few events to play with
  version

ID is a request's id, or SHARD/ENTRY for what could not be read. --json: one JSON object for programs.
Exit status: 0 all is well, 1 something is wrong or was not found, 2 wrong usage, 78 bad settings.
Settings come from the environment (DATABASE_URL, QUEUE_REDIS_URL, …). On a host with the package, call it as root: it
reads /etc/ticketd and becomes the user ticketd.
)";

int version(const ctl::Options& options) {
  if (options.json) {
    std::cout << Json::object({{"version", kVersion}}).dump() << '\n';
  } else {
    std::cout << "ticketd " << kVersion << '\n';
  }
  return 0;
}

int run(const std::string& command, const ctl::Options& options) {
  if (command == "setup") return ctl::setup(options);
  if (command == "migrate") return ctl::migrate(options);
  if (command == "sample") return ctl::sample(config_or_exit(Part::admin), options);
  if (command == "queue") return ctl::queue(config_or_exit(Part::admin), options);
  if (command == "verify") return ctl::verify(config_or_exit(Part::admin), options);
  if (command == "dead") return ctl::dead(config_or_exit(Part::admin), options);
  if (command == "version" || command == "--version") return version(options);
  const bool asked = command == "help" || command == "--help" || command == "-h";
  if (!asked && !command.empty()) std::cerr << "ticketctl: there is no command " << command << "\n\n";
  (asked ? std::cout : std::cerr) << kUsage;
  return asked ? 0 : 2;
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
  std::string command;
  if (!options.words.empty()) {
    command = options.words.front();
    options.words.erase(options.words.begin());
  }
  try {
    if (command != "setup" && ctl::load_host_settings()) ctl::drop_root();  // setup makes them, and needs root
    return run(command, options);
  } catch (const std::exception& e) {
    std::cerr << "ticketctl: " << e.what() << '\n';
    return 1;
  }
}
