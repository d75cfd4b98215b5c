// ticketctl's subcommands, each in the file of its name.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace ticketd::ctl {

// What stood behind the subcommand. --json may stand anywhere: the answer is one JSON object in one line then.
struct Options {
  std::vector<std::string> words;  // all but --json
  bool json = false;
};

// EX_TEMPFAIL of sysexits.h: the same call may go well later. An upgrade goes on by itself then.
constexpr int kExitTryLater = 75;

// Says what is wrong with the call, on stderr; gives back the exit status for it.
int wrong_usage(std::string_view what);

// Where the migrations of this version lie: TICKETD_MIGRATIONS_DIR, or the package's.
std::string migrations_directory();

// Each gives back the exit status: 0, 1 for "found something wrong", 2 for wrong usage. They throw what storage and
// redis throw.
int migrate(const Options& options);  // needs DATABASE_URL alone
int setup(const Options& options);    // as root; needs no settings, it makes them
// Works with whatever settings there are. `drops_root`: becomes the user ticketd once it has looked at the host.
int doctor(const Options& options, bool drops_root);
int keys(const Options& options);       // as root; needs no settings
int functions(const Options& options);  // needs the address of one Redis at least, and to write the RDB none
int status(const Config& config, const Options& options);
int user(const Config& config, const Options& options);
int event(const Config& config, const Options& options);
int sample(const Config& config, const Options& options);
int queue(const Config& config, const Options& options);
int verify(const Config& config, const Options& options);
int mail(const Config& config, const Options& options);
int webhooks(const Config& config, const Options& options);
int privacy(const Config& config, const Options& options);
int dead(const Config& config, const Options& options);

}  // namespace ticketd::ctl
