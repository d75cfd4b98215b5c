// ticketctl's subcommands, each in the file of its name.
#pragma once
#include <string>
#include <vector>

#include "config/config.h"

namespace ticketd::ctl {

using Arguments = std::vector<std::string>;

// Each gives back the exit status: 0, 1 for "found something wrong", 2 for wrong usage. They throw what storage and
// redis throw.
int migrate(const Arguments& arguments);  // needs DATABASE_URL alone
int sample(const Config& config);
int queue(const Config& config, const Arguments& arguments);

}  // namespace ticketd::ctl
