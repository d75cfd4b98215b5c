#include "redis/library.h"

#include <sodium.h>

#include <array>

#include "base/hex.h"

namespace ticketd::redis {
namespace {

constexpr std::size_t kHashDigits = std::size_t{2} * crypto_generichash_BYTES_MIN;

std::string hash_of(const std::string& text) {
  std::array<unsigned char, crypto_generichash_BYTES_MIN> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                     nullptr, 0);
  return hex_of(hash);
}

// ticketd_queue_ of ticketd_queue_0123456789abcdef0123456789abcdef
std::string_view kind_of(std::string_view name) { return name.substr(0, name.size() - kHashDigits); }

std::vector<std::string> names_in(const Reply& list) {
  std::vector<std::string> names;
  // Each is a map of name and value, one behind the other; library_name is the first.
  for (std::size_t i = 0; i < list.size(); ++i) names.emplace_back(list.at(i).at(1).text());
  return names;
}

// A length as an RDB file has it, in its form for 32 bits.
std::string rdb_length(std::size_t size) {
  std::string bytes(1, '\x80');
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(size >> shift & 0xffU);
  return bytes;
}

}  // namespace

Library::Library(const std::string& name, const std::vector<Function>& functions) {
  std::string code;
  for (const auto& each : functions) code += each.name + '\n' + each.flags + '\n' + each.body;
  name_ = name + '_' + hash_of(code);
  text_ = "#!lua name=" + name_ + '\n';
  for (const auto& each : functions) {
    text_ += "redis.register_function{function_name = '" + function(each.name) + "', flags = {" + each.flags +
             "}, callback = function(KEYS, ARGV)\n" + each.body + "end}\n";
  }
}

// Version 10 is the first one with functions, and every later Redis reads it. Without a checksum, which zeros mean.
std::string Library::rdb() const {
  constexpr char kFunction = '\xf5', kEnd = '\xff';
  constexpr std::size_t kChecksumBytes = 8;
  return "REDIS0010" + (kFunction + rdb_length(text_.size())) + text_ + kEnd + std::string(kChecksumBytes, '\0');
}

void load(RedisConnection& redis, const Library& library) {
  redis.command({"FUNCTION", "LOAD", "REPLACE", library.text()});
}

bool has(RedisConnection& redis, const Library& library) {
  return redis.command({"FUNCTION", "LIST", "LIBRARYNAME", library.name()}).size() > 0;
}

std::vector<std::string> drop_others(RedisConnection& redis, const Library& library) {
  const auto pattern = std::string(kind_of(library.name())) + '*';
  auto names = names_in(redis.command({"FUNCTION", "LIST", "LIBRARYNAME", pattern}));
  std::erase(names, library.name());
  for (const auto& name : names) redis.command({"FUNCTION", "DELETE", name});
  return names;
}

}  // namespace ticketd::redis
