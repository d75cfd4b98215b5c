#include "queue/functions.h"

#include <algorithm>
#include <map>
#include <regex>

#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;

namespace {

// As COMMAND INFO says it, the command's name among them; -3: three or more.
const std::map<std::string, int> kArity = {{"MGET", -2}, {"HMGET", -3},  {"XLEN", 2},    {"HLEN", 2},
                                           {"TTL", 2},   {"HGETALL", 2}, {"HDEL", -3},   {"XADD", -5},
                                           {"HSET", -4}, {"EXPIRE", -3}, {"HINCRBY", 4}, {"INCR", 2}};

}  // namespace

TEST_GROUP(QueueFunctions){};

// Redis 8 looks at the number of arguments before it answers.
TEST(QueueFunctions, AskForACommandWithTheArgumentsThatItTakes) {
  const std::string text = queue::functions().text();
  const std::regex question(R"(acl_check_cmd\('([A-Z]+)'([^)]*)\))");
  int questions = 0;
  for (std::sregex_iterator at(text.begin(), text.end(), question), end; at != end; ++at, ++questions) {
    const auto arguments = (*at)[2].str();
    const auto count = 1 + std::count(arguments.begin(), arguments.end(), ',');
    const auto arity = kArity.at((*at)[1].str());
    CHECK_TRUE_TEXT(arity < 0 ? count >= -arity : count == arity, at->str().c_str());
  }
  CHECK_TRUE(questions > 10);
}
