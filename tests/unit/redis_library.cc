#include "redis/library.h"

#include "unit/expect.h"

using namespace ticketd::redis;
using namespace ticketd::tests;

namespace {

Library library_of(const std::string& body) { return {"ticketd_test", {{"one", body, "'no-writes'"}}}; }

}  // namespace

TEST_GROUP(RedisLibrary){};

TEST(RedisLibrary, IsNamedByItsCode) {
  const auto library = library_of("return 1\n");
  expect_text(library.name(), library_of("return 1\n").name());
  CHECK_FALSE(library.name() == library_of("return 2\n").name());
  expect_text("ticketd_test_", library.name().substr(0, 13));
  expect_text(library.name() + "_one", library.function("one"));
}

TEST(RedisLibrary, ANameTellsTheFlagsApartToo) {
  const Library other("ticketd_test", {{"one", "return 1\n"}});
  CHECK_FALSE(other.name() == library_of("return 1\n").name());
}

TEST(RedisLibrary, RegistersEachFunction) {
  const auto library = library_of("return 1\n");
  expect_text("#!lua name=" + library.name() + "\nredis.register_function{function_name = '" + library.name() +
                  "_one', flags = {'no-writes'}, callback = function(KEYS, ARGV)\nreturn 1\nend}\n",
              library.text());
}

TEST(RedisLibrary, AnRdbFileHasItsLength) {
  const auto library = library_of(std::string(300, ' '));
  const auto size = library.text().size();
  const std::string length = {'\x80', 0, 0, static_cast<char>(size / 256), static_cast<char>(size % 256)};
  expect_text("REDIS0010\xf5" + length + library.text() + '\xff' + std::string(8, '\0'), library.rdb());
}
