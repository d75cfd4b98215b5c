// The words of mails: files that an operator may replace, one by one.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ticketd::mail {

// What stands for {{name}}, by the name. Every name that a template may have is among them, if with nothing.
using Values = std::map<std::string, std::string, std::less<>>;

// The mails of one language. A line of a text in which each {{name}} stands for nothing is left out.
class Templates {
 public:
  // Reads subjects, messages, body.txt and body.html; each from `ours` if it is there, or else from `shipped`. What
  // `shipped` has a message for is always mailed: in its words where `ours` has none. Throws std::runtime_error, naming
  // the file and the line, if one cannot be read or has a {{name}} that is not in kNames.
  Templates(const std::filesystem::path& shipped, const std::filesystem::path& ours);

  // The kinds of notifications, and of mails about accounts, that are mailed: those that have a subject.
  [[nodiscard]] std::vector<std::string> kinds() const;

  struct Rendered {
    std::string subject;
    std::string text;
    std::string html;  // what stands for a name is escaped; {{link}} can be clicked
  };
  // Empty for a kind that is not mailed. {{message}} is what the templates have for the kind, or else what is in
  // `values`.
  [[nodiscard]] std::optional<Rendered> render(std::string_view kind, const Values& values) const;

 private:
  Values subjects_;  // by kind, as the next
  Values messages_;
  std::string text_;
  std::string html_;
};

}  // namespace ticketd::mail
