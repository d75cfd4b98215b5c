// ticketctl on a host where ticketd is installed: root calls it, and it finds the services' settings by itself.
#pragma once
#include <filesystem>

namespace ticketd::ctl {

// Where the package keeps ticketd.env and credentials/.
inline const std::filesystem::path kEtc = "/etc/ticketd";

// Puts the settings of `etc` into the environment, unless DATABASE_URL is there already, or root is not who asks: first
// ticketctl's credentials, one file for each, then the lines of ticketd.env. What is set stays as it is. True if it
// did.
bool load_host_settings(const std::filesystem::path& etc = kEtc);

// Becomes the user ticketd for good, whom the database knows. Throws std::system_error or std::runtime_error.
void drop_root();

}  // namespace ticketd::ctl
