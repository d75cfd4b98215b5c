// Functions that Redis itself runs (since Redis 7). An admin loads them; the parts of ticketd call them by name and
// send no code. So nobody who took a part over can make Redis run a loop of their own, which nothing else would get
// past.
//
// A library's name, and the names of its functions, end in a hash of their code. The functions of two releases stand
// beside each other in one Redis, and each release calls its own.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "redis/redis.h"

namespace ticketd::redis {

struct Function {
  std::string name;
  std::string body;        // Lua; its arguments are KEYS and ARGV, as in a script
  std::string flags = {};  // as register_function() takes them: 'allow-oom', 'no-writes'
};

class Library {
 public:
  // `name`: ticketd_ and a word.
  Library(const std::string& name, const std::vector<Function>& functions);

  [[nodiscard]] const std::string& name() const { return name_; }
  // What FUNCTION LOAD takes.
  [[nodiscard]] const std::string& text() const { return text_; }
  // How Redis calls one of the functions.
  [[nodiscard]] std::string function(std::string_view name) const { return name_ + '_' + std::string(name); }

  // An RDB file with the library and nothing else. A Redis that keeps nothing on disk starts with it, and so has the
  // functions before it takes the first connection.
  [[nodiscard]] std::string rdb() const;

 private:
  std::string name_;
  std::string text_;
};

// Needs a user who may do FUNCTION. All throw as Commands::pipeline() does.

// Those who call the functions meanwhile notice nothing.
void load(RedisConnection& redis, const Library& library);
[[nodiscard]] bool has(RedisConnection& redis, const Library& library);
// Deletes the libraries of the same kind whose code is another: of other releases. Gives back their names.
std::vector<std::string> drop_others(RedisConnection& redis, const Library& library);

}  // namespace ticketd::redis
