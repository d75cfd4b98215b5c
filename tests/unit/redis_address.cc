#include "redis/address.h"

#include <stdexcept>

#include "unit/expect.h"

using namespace ticketd::redis;
using namespace ticketd::tests;

namespace {

// All of it in one text: where, user, password, database.
std::string reading_of(const std::string& url) try {
  const auto address = Address::parse(url);
  return address.text() + " " + address.user + ":" + address.password + " " + std::to_string(address.database);
} catch (const std::invalid_argument& e) {
  return e.what();
}

struct Reading {
  const char* url;
  const char* reads;
};

constexpr Reading kGood[] = {
    {"redis://", "127.0.0.1:6379 : 0"},
    {"redis://db.example.org", "db.example.org:6379 : 0"},
    {"redis://db.example.org:7000/3", "db.example.org:7000 : 3"},
    {"redis://127.0.0.1:1/", "127.0.0.1:1 : 0"},
    {"redis://:65535", "127.0.0.1:65535 : 0"},
    {"redis://:secret@db", "db:6379 :secret 0"},
    {"redis://api:secret@db:7000/15", "db:7000 api:secret 15"},
    {"redis://a%70i:p%40s%2Fs%25%3a@db", "db:6379 api:p@s/s%: 0"},
    {"redis://api:p@ss:word@db", "db:6379 api:p@ss:word 0"},
    {"redis://[::1]", "[::1]:6379 : 0"},
    {"redis://[::1]:6380/1", "[::1]:6380 : 1"},
    {"redis://api:secret@[2001:db8::7]:6380", "[2001:db8::7]:6380 api:secret 0"},
    {"unix:///run/redis.sock", "unix:/run/redis.sock : 0"},
    {"unix:///run/redis.sock?db=3", "unix:/run/redis.sock : 3"},
    {"unix://api:secret@/run/redis.sock", "unix:/run/redis.sock api:secret 0"},
    {"unix://api:p%40s%2fs@/run/redis.sock?db=3", "unix:/run/redis.sock api:p@s/s 3"},
    {"unix:///run/a%20place/redis.sock", "unix:/run/a place/redis.sock : 0"},
    {"unix:///run/a@b/redis.sock", "unix:/run/a@b/redis.sock : 0"},
};

constexpr Reading kBad[] = {
    {"", "must start with redis:// or unix://"},
    {"localhost", "must start with"},
    {"rediss://db", "must start with"},
    {"Redis://db", "must start with"},
    {"redis://db?x=1", "names no host"},
    {"redis://db/0?x=1", "a database that is no number"},
    {"redis://db/0/1", "a database that is no number"},
    {"redis://db/-1", "a database that is no number"},
    {"redis://db/zero", "a database that is no number"},
    {"redis://db:", "a port that is no number"},
    {"redis://db:0", "a port that is no number"},
    {"redis://db:65536", "a port that is no number"},
    {"redis://db:6379x", "a port that is no number"},
    {"redis://::1", "an IPv6 address stands in [ ]"},
    {"redis://[::1", "no IPv6 address and ] follow"},
    {"redis://[db]", "no IPv6 address and ] follow"},
    {"redis://[::1]6379", "that is no port"},
    {"redis://d b", "names no host"},
    {"redis://api@db", "a user without a password"},
    {"redis://api:@db", "a user without a password"},
    {"redis://@db", "a user without a password"},
    {"redis://api:p%4@db", "% that is not followed"},
    {"redis://api:p%zz@db", "% that is not followed"},
    {"redis://api:p%00@db", "% that is not followed"},
    {"redis://api:s3cret/word@db", "a / in a password is written %2F"},
    {"unix://", "a socket's whole path"},
    {"unix:///", "a socket's whole path"},
    {"unix://redis.sock", "a socket's whole path"},
    {"unix://api:s3cret/word@/run/redis.sock", "a / in a password is written %2F"},
    {"unix:///run/redis.sock?x=1", "something else than db=NUMBER"},
    {"unix:///run/redis.sock?db=1&x=1", "a database that is no number"},
};

}  // namespace

TEST_GROUP(RedisAddress){};

TEST(RedisAddress, ReadsWhatItUnderstands) {
  for (const auto& [url, reads] : kGood) STRCMP_EQUAL_TEXT(reads, reading_of(url).c_str(), url);
}

TEST(RedisAddress, RefusesTheRestAndSaysWhy) {
  for (const auto& [url, why] : kBad) STRCMP_CONTAINS_TEXT(why, reading_of(url).c_str(), url);
}

TEST(RedisAddress, RefusesASocketThatNoAddressHoldsWhole) {
  const std::string longest(106, 'x');
  expect_text("unix:/" + longest + " : 0", reading_of("unix:///" + longest));
  expect_contains("more than 107 bytes", reading_of("unix:///" + longest + "x"));
}

// A / in a password makes a host and a port of what is one.
TEST(RedisAddress, TellsNothingOfAPassword) {
  for (const auto& [url, why] : kBad) expect_lacks("s3cret", reading_of(url));
}
