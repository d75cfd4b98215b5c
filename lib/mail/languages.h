// The languages that mails are written in.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mail/templates.h"

namespace ticketd::mail {

class Languages {
 public:
  // Reads every directory named with two letters that is in one of the two. A language that `shipped` has not needs all
  // of its files in `ours`; one that cannot be read is left out, with a line in the log. Throws std::runtime_error if
  // that is the default, or nobody has it.
  Languages(const std::filesystem::path& shipped, const std::filesystem::path& ours, std::string default_language);

  // In that language, if there is such a mail in it; or else in the default one.
  [[nodiscard]] const Templates& of(std::string_view language, std::string_view kind) const;

  // Of what is mailed: the default language says it.
  [[nodiscard]] std::vector<std::string> kinds() const;

 private:
  std::map<std::string, Templates, std::less<>> languages_;
  std::string default_;
};

}  // namespace ticketd::mail
