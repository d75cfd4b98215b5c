// What ticketctl can be told: its help, and what was meant by a word that it does not know.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ticketd::ctl {

// The whole of it.
std::string_view usage();

// The lines about one command: "queue", "user show", or "user" for all that begin so. Empty if there is none.
std::string help_of(const std::string& command);

// Looks at the words of a call before anything else does, the command first. Gives back what is wrong with them, as the
// end of a sentence that begins with ticketctl: no such command, no such option of it, and what may have been meant.
// Empty if all of them are known.
std::optional<std::string> unknown_word(const std::vector<std::string>& words);

// The candidate that differs in the fewest letters, if these are few enough for a slip of the fingers.
std::optional<std::string> nearest(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace ticketd::ctl
