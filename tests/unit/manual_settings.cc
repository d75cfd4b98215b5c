// ticketd.env(5) and config.cc must say the same.
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "config/config.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;

namespace {

std::string text_of(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// "30 * 86'400" -> 2592000
std::int64_t product(const std::string& expression) {
  std::int64_t value = 1;
  static const std::regex kNumber(R"(\d[\d']*)");
  for (std::sregex_iterator at(expression.begin(), expression.end(), kNumber), end; at != end; ++at)
    value *= std::stoll(std::regex_replace(at->str(), std::regex("'"), ""));
  return value;
}

// What stands below `.It Ev NAME`; empty if it is not there.
std::string entry_of(const std::string& manual, const std::string& name) {
  const auto start = manual.find(".It Ev " + name + "\n");
  if (start == std::string::npos) return "";
  return manual.substr(start, std::min(manual.find("\n.It ", start), manual.find("\n.El", start)) - start);
}

}  // namespace

TEST_GROUP(ManualOfSettings) {
  const std::string manual = text_of("systemd/man/ticketd.env.5");
  const std::string source = text_of("lib/config/config.cc");

  // Calls body(name, the rest of the arguments) for each `in.METHOD("NAME", …)`.
  template <class Body>
  int for_each(const std::string& method, Body body) {
    const std::regex call("in\\." + method + R"re(\("(\w+)"(?:, ([^;]*))?\);)re");
    int count = 0;
    for (std::sregex_iterator at(source.begin(), source.end(), call), end; at != end; ++at, ++count)
      body((*at)[1].str(), (*at)[2].str());
    return count;
  }
};

TEST(ManualOfSettings, NamesEveryOneAndNoOther) {
  std::set<std::string> names = {"TICKETD_MIGRATIONS_DIR", "TICKETD_WORKER_NAME"};  // read elsewhere
  const auto note = [&](const std::string& name) {
    names.insert(name);
    return std::optional<std::string>();
  };
  read_config(Part::all, note);
  const std::regex entry(R"(\.It Ev (\w+))");
  std::set<std::string> described;
  for (std::sregex_iterator at(manual.begin(), manual.end(), entry), end; at != end; ++at) described.insert((*at)[1]);
  for (const auto& name : names) CHECK_TRUE_TEXT(described.contains(name), (name + " is not described").c_str());
  for (const auto& name : described) CHECK_TRUE_TEXT(names.contains(name), (name + " is no setting").c_str());
}

TEST(ManualOfSettings, SaysTheDefaultAndBoundsOfNumbers) {
  const int count = for_each("number", [&](const std::string& name, const std::string& rest) {
    std::smatch parts;
    CHECK_TRUE_TEXT(std::regex_match(rest, parts, std::regex("([^,]+), ([^,]+), ([^,]+)")), name.c_str());
    expect_contains("\nDefault " + std::to_string(product(parts[1])) + ", from " + std::to_string(product(parts[2])) +
                        " to " + std::to_string(product(parts[3])) + ".",
                    entry_of(manual, name) + name);
  });
  CHECK_TRUE(count >= 13);
}

TEST(ManualOfSettings, SaysTheDefaultOfTexts) {
  const int count = for_each("text", [&](const std::string& name, const std::string& rest) {
    const auto fallback = rest.substr(1, rest.size() - 2);
    expect_contains(fallback.empty() ? "\nNo default." : "\nDefault " + fallback + ".", entry_of(manual, name) + name);
  });
  CHECK_TRUE(count >= 3);
}

TEST(ManualOfSettings, SaysTheDefaultOfRates) {
  const int count = for_each("(?:guess_)?rate", [&](const std::string& name, const std::string& rest) {
    const auto rule =
        std::regex_replace(std::regex_replace(rest, std::regex("'"), ""), std::regex(R"(\{(\d+), (\d+)\})"), "$1/$2");
    expect_contains("\nDefault " + rule + ".", entry_of(manual, name) + name);
  });
  LONGS_EQUAL(8, count);
}

TEST(ManualOfSettings, SaysWhatIsRequired) {
  const int count = for_each("(?:required|required_keys)", [&](const std::string& name, const std::string&) {
    expect_contains("\nRequired.", entry_of(manual, name) + name);
  });
  LONGS_EQUAL(4, count);
}
