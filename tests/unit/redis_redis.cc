#include "redis/redis.h"

#include <hiredis/hiredis.h>

#include "unit/expect.h"

using namespace ticketd::redis;
using namespace ticketd::tests;

namespace {

// What hiredis makes of these bytes from a server.
Reply reply_of(const std::string& bytes) {
  const std::unique_ptr<redisReader, decltype(&redisReaderFree)> reader(redisReaderCreate(), redisReaderFree);
  void* reply = nullptr;
  redisReaderFeed(reader.get(), bytes.data(), bytes.size());
  redisReaderGetReply(reader.get(), &reply);
  return Reply(std::shared_ptr<redisReply>(static_cast<redisReply*>(reply), freeReplyObject));
}

}  // namespace

TEST_GROUP(RedisReply){};

TEST(RedisReply, ReadsTextsANulIncluded) {
  expect_text("OK", reply_of("+OK\r\n").text());
  expect_text(std::string_view("a\0b", 3), reply_of(std::string("$3\r\na\0b\r\n", 9)).text());
}

TEST(RedisReply, ReadsIntegers) {
  LONGS_EQUAL(-7, reply_of(":-7\r\n").integer());
  expect_text("", reply_of(":-7\r\n").text());
  LONGS_EQUAL(0, reply_of("$1\r\n7\r\n").integer());
}

TEST(RedisReply, ReadsNestedArraysAndNilBeyondTheirEnd) {
  const auto reply = reply_of("*2\r\n*1\r\n$1\r\nx\r\n$-1\r\n");
  LONGS_EQUAL(2, reply.size());
  expect_text("x", reply.at(0).at(0).text());
  CHECK_TRUE(reply.at(1).is_nil() && reply.at(2).is_nil() && reply.at(2).at(5).is_nil());
  CHECK_FALSE(reply.is_nil());
}

TEST(RedisReply, KeepsTheWholeAliveForItsParts) {
  const auto part = reply_of("*1\r\n$4\r\npart\r\n").at(0);
  expect_text("part", part.text());
}

TEST(RedisReply, IsNilForANilArray) {
  CHECK_TRUE(reply_of("*-1\r\n").is_nil());
  LONGS_EQUAL(0, reply_of("*-1\r\n").size());
}

TEST_GROUP(RedisErrors){};

TEST(RedisErrors, AreToldApartByTheirPrefix) {
  const RedisError error("OOM command not allowed.");
  CHECK_TRUE(error.is("OOM"));
  CHECK_FALSE(error.is("NOPERM") || error.is("command"));
}
