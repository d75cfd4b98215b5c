// ticketctl: what an operator does with ticketd from a shell.
#include <sodium.h>

#include <iostream>

#include "app/version.h"
#include "commands.h"

using namespace ticketd;

namespace {

constexpr const char* kUsage = R"(usage: ticketctl COMMAND

  migrate [--status]   bring the database's schema up to date, or say what is missing
  queue [--json]       how many commands are waiting, and for how long
  sample               load a few events to play with
  version

Settings come from the environment, as for the services: DATABASE_URL, QUEUE_REDIS_URL, …
)";

int run(const std::string& command, const ctl::Arguments& arguments) {
  if (command == "migrate") return ctl::migrate(arguments);
  if (command == "sample") return ctl::sample(config_or_exit());
  if (command == "queue") return ctl::queue(config_or_exit(), arguments);
  if (command == "version" || command == "--version") {
    std::cout << "ticketd " << kVersion << '\n';
    return 0;
  }
  const bool asked = command == "help" || command == "--help" || command == "-h";
  (asked ? std::cout : std::cerr) << kUsage;
  return asked ? 0 : 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (sodium_init() < 0) return EXIT_FAILURE;
  Log::open("ticketctl", Level::warning);
  const ctl::Arguments all(argv + 1, argv + argc);
  try {
    return all.empty() ? run("", {}) : run(all.front(), {all.begin() + 1, all.end()});
  } catch (const std::exception& e) {
    std::cerr << "ticketctl: " << e.what() << '\n';
    return 1;
  }
}
