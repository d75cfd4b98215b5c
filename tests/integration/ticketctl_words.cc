// The words of ticketctl: its help, its manual page and bash's completion must know the same ones.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

#include "ctl_rig.h"

namespace ticketd::tests {
namespace {

using Words = std::set<std::string>;

std::string joined(const Words& words) {
  std::string text;
  for (const auto& word : words) text += word + '\n';
  return text;
}

// All that `pattern` finds, its first group, with the options behind it.
Words found(const std::string& text, const char* pattern) {
  Words words;
  const std::regex kPattern(pattern);
  for (std::sregex_iterator at(text.begin(), text.end(), kPattern), end; at != end; ++at) words.insert((*at)[1]);
  return words;
}

// "user delete --yes" for each option in the line of a command; the command alone, too.
void add_options(Words& words, const std::string& command, const std::string& line, const char* pattern) {
  words.insert(command);
  for (const auto& option : found(line, pattern)) words.insert(command + " --" + option);
}

Words in_help() {
  Words words;
  std::istringstream lines(call_on_stack("help").said);
  static const std::regex kLine(R"(  ((?:(?:user|event|dead|mail|webhooks|privacy|keys|functions) )?[a-z-]+)(?: .*|))");
  std::string command;
  for (std::string line; std::getline(lines, line);) {
    std::smatch parts;
    if (std::regex_match(line, parts, kLine)) command = parts[1];
    if (line.empty()) command.clear();  // a group's end
    if (!command.empty()) add_options(words, command, line, "--([a-z-]+)");
  }
  return words;
}

Words in_manual() {
  std::ifstream file("systemd/man/ticketctl.1");
  Words words;
  static const std::regex kEntry(
      R"(\.(?:It )?Cm ((?:(?:user|event|dead|mail|webhooks|privacy|keys|functions) )?[a-z-]+)(?: .*|))");
  std::string command;
  bool in_entry = false;  // .It, or a long one from .It Xo to .Xc
  for (std::string line; std::getline(file, line);) {
    std::smatch parts;
    const bool is_long = line == ".It Xo";
    in_entry = is_long || line.starts_with(".It Cm ") || (in_entry && line != ".Xc");
    if (in_entry && std::regex_match(line, parts, kEntry)) command = parts[1];
    if (in_entry && !is_long) add_options(words, command, line, "Fl -([a-z-]+)");
    if (line.starts_with(".It Cm ")) in_entry = false;
  }
  return words;
}

Words completed(const std::string& line) {
  std::istringstream lines(run_line("tests/support/complete " + line + " ''").said);
  Words words;
  for (std::string word; std::getline(lines, word);) {
    if (!word.empty() && word != "--json") words.insert(word);
  }
  return words;
}

bool has_parts(const std::string& command) {
  return command == "user" || command == "event" || command == "dead" || command == "mail" || command == "webhooks" ||
         command == "privacy" || command == "keys" || command == "functions";
}

Words in_completion() {
  Words words;
  for (const auto& command : completed("")) {
    const auto subs = completed(command);
    if (!has_parts(command)) words.insert(command);
    for (const auto& sub : subs) {
      words.insert(command + ' ' + sub);
      if (!has_parts(command)) continue;
      for (const auto& option : completed(command + ' ' + sub)) {
        if (option.starts_with("--"))
          words.insert(std::string(command).append(" ").append(sub).append(" ").append(option));
      }
    }
  }
  return words;
}

}  // namespace

TEST_GROUP_BASE(TicketctlWords, IntegrationTest){};

TEST(TicketctlWords, ManualKnowsThoseOfTheHelp) {
  const auto words = in_help();
  CHECK_TRUE_TEXT(words.contains("user delete --close-events") && words.contains("doctor"), joined(words).c_str());
  expect_text(joined(words), joined(in_manual()));
}

TEST(TicketctlWords, CompletionKnowsThoseOfTheHelp) { expect_text(joined(in_help()), joined(in_completion())); }

TEST(TicketctlWords, EveryOneIsACommand) {
  for (const auto& words : in_help()) {
    if (words.find("--") != std::string::npos || words == "sample" || words == "migrate" || words == "setup" ||
        words.starts_with("keys"))
      continue;  // the last ones would change this host's own
    const auto ended = call_on_stack(words + " --json");
    expect_lacks("there is no command", ended.said);
    expect_lacks(" takes show, list", ended.said);
    expect_lacks("dead takes list", ended.said);
  }
}

TEST(TicketctlWords, CompletionOffersValuesAndNoOptionTwice) {
  expect_text("waitlisted\n", run_line("tests/support/complete event bookings --state w").said);
  expect_text("admin\nuser\n", joined(completed("user set-role x")));
  expect_text("--close-events\n", joined(completed("user delete --yes")));
  expect_text("--json\n", run_line("tests/support/complete queue --j").said);
  expect_text("--database-url\n--server-name\n--tls\n--tls-certificate\n--tls-key\n",
              joined(completed("setup --port 80")));
  expect_text("\n", run_line("tests/support/complete event list --limit ''").said);
}

TEST(TicketctlWords, ManualPagesAreWellFormed) {
  int pages = 0;
  for (const auto& page : std::filesystem::directory_iterator("systemd/man")) {
    const auto path = page.path().string();
    ++pages;
    expect_text("", run_line("mandoc -T lint -W warning " + path).said);
    expect_text("", run_line("groff -mandoc -wall -Tutf8 -z " + path).said);
    expect_text("", run_line("(LC_ALL=C.UTF-8 man --warnings -Tutf8 -l " + path + " >/dev/null)").said);
  }
  LONGS_EQUAL(3, pages);
}

}  // namespace ticketd::tests
