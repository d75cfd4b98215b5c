// ticketctl: what an operator does with ticketd from a shell.
#include <sodium.h>

#include <iostream>

#include "base/json_text.h"
#include "endpoint/version.h"
#include "ticketctl/commands.h"
#include "ticketctl/host.h"

using namespace ticketd;

namespace {

constexpr const char* kUsage = R"(usage: ticketctl COMMAND [--json]

  setup                       bring an installed ticketd to life, or mend what is missing, as root;
                              --server-name NAME, --port PORT, --database-url URL
  doctor [--root DIRECTORY]   what is wrong with settings, stores, services and this host, and what to do
  status [--watch]            traffic, queue, workers, connections; kept live until q
  migrate [--status]          bring the database's schema up to date, or say what is missing
  verify                      recount everything against the rules, next to the running service
  queue                       how many commands are waiting, and for how long

  user show USER              an account, its sessions and its newest bookings
  user list [TEXT]            accounts by a part of e-mail or name, the newest first; --limit N
  user set-role USER ROLE     ROLE is user or admin
  user revoke-sessions USER   log them out everywhere
  user delete USER            empty the account and cancel what it holds; --close-events, --yes

  event show EVENT            an event and its organiser
  event list [TEXT]           events by a part of title or place, the newest first; --limit N
  event waiting EVENT         who waits, the next one first; --limit N
  event bookings EVENT        who booked, in order; --state STATE, --limit N
  event close EVENT           cancel it with every booking, and tell everyone; --yes

  dead list                   commands that failed again and again, and were put aside
  dead show ID                all that is known about one
  dead retry ID | --all       put it back into the queue, to be carried out
  dead drop ID | --all        give it up: its request stays failed

  sample                      load a few events to play with
  version                     of ticketd
  help                        this

USER is an id or an e-mail address, EVENT an id; ID is a request's id, or SHARD/ENTRY for what could not be read.
--json: one JSON object for programs; every command but setup and help.
Exit status: 0 all is well, 1 something is wrong or was not found, 2 wrong usage, 78 bad settings.
Settings come from the environment (DATABASE_URL, QUEUE_REDIS_URL, …). On a host with the package, call it as root: it
reads /etc/ticketd and becomes the user ticketd.
)";

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
    if (command == "setup") return ctl::setup(options);  // makes the settings, and needs root
    const bool on_host = ctl::load_host_settings();
    if (command == "doctor") return ctl::doctor(options, on_host);
    if (on_host) ctl::drop_root();
    return run(command, options);
  } catch (const std::exception& e) {
    std::cerr << "ticketctl: " << e.what() << '\n';
    return 1;
  }
}
