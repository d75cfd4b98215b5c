// The words of mails: files that an operator may replace, one by one.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ticketd::mail {

// What stands for {{name}}, by the name; nothing, where the name is not among them.
using Values = std::map<std::string, std::string, std::less<>>;

// What {{message}} is.
enum class Words {
  own,     // what the templates have for the kind, or else what is in the values
  as_told  // what is in the values: not all that words of their own would need is known
};

// The mails of one language. A line of a text in which each {{name}} stands for nothing is left out.
class Templates {
 public:
  // Reads subjects, messages, dates, body.txt and body.html; each from `ours` if it is there, or else from `shipped`.
  // For what `ours` has no message, the shipped one counts. Mails about accounts are always mailed: also if `ours` has
  // no subject for them. Throws std::runtime_error, naming the file and the line, if one cannot be read, lacks what it
  // must have or has a {{name}} that there is not.
  Templates(const std::filesystem::path& shipped, const std::filesystem::path& ours);

  // The kinds of notifications, and of mails about accounts, that are mailed: those that have a subject.
  [[nodiscard]] std::vector<std::string> kinds() const;
  [[nodiscard]] bool has(std::string_view kind) const { return subjects_.contains(kind); }

  struct Rendered {
    std::string subject;
    std::string text;
    std::string html;  // what stands for a name is escaped; {{link}} and {{stop}} can be clicked
  };
  // Empty for a kind that is not mailed.
  [[nodiscard]] std::optional<Rendered> render(std::string_view kind, const Values& values, Words words) const;

  // In words, for {{reason}}: why something was rejected, by the reason's name. Empty if there are none.
  [[nodiscard]] std::string reason(std::string_view name) const;
  // "2026-12-05 20:00 Europe/Berlin" in words, for {{when}} and {{until}}; a text of another form as it is.
  [[nodiscard]] std::string when(std::string_view text) const;

 private:
  struct Dates {
    std::vector<std::string> days;  // from Sunday
    std::vector<std::string> months;
    std::string when;
  };
  static Dates read_dates(const std::filesystem::path& path);

  Values subjects_;  // by kind
  Values messages_;  // likewise, and reasons by "reason." and their name
  Dates dates_;
  std::string text_;
  std::string html_;
};

}  // namespace ticketd::mail
