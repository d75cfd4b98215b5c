// PostgreSQL reads from each kind of array parameter what was put in.
#include "postgres/array_parameter.h"

#include "support/integration_test.h"
#include "support/stores.h"

using ticketd::postgres::ArrayParameter;

namespace ticketd::tests {

TEST_GROUP_BASE(ArrayParameter, IntegrationTest){
    // As the server's text form of an array of that type.
    template <class T>
    static std::string read(const std::string& type,
                            std::initializer_list<std::optional<T>> elements){postgres::ArrayParameter<T> array;
for (const auto& element : elements) array.add(element);
return commit([&](pqxx::work& tx) {
  tx.exec("SET LOCAL timezone = 'UTC'");
  return std::string(postgres::execute(tx, "SELECT $1::" + type + "[]::text", array.binary())[0][0].c_str());
});
}  // namespace ticketd::tests
}
;

TEST(ArrayParameter, MayBeEmpty) { expect_text("{}", read<int>("integer", {})); }

TEST(ArrayParameter, HoldsNumbersOfEachSize) {
  expect_text("{1,NULL,-32768,32767}", read<std::int16_t>("smallint", {1, {}, -32'768, 32'767}));
  expect_text("{0,-2147483648,2147483647}", read<int>("integer", {0, -2'147'483'647 - 1, 2'147'483'647}));
  expect_text("{-2,9223372036854775807}", read<std::int64_t>("bigint", {-2, 9'223'372'036'854'775'807}));
}

TEST(ArrayParameter, HoldsIds) {
  const auto id = *EventId::parse("01932b1c-7f00-7abc-8def-0123456789ab");
  expect_text("{01932b1c-7f00-7abc-8def-0123456789ab,NULL}", read<EventId>("uuid", {id, {}}));
}

TEST(ArrayParameter, HoldsTexts) {
  expect_text(R"({"",NULL,"NULL","a \"b\" \\ {c,d}",Zürich})",
              read<std::string_view>("text", {"", {}, "NULL", R"(a "b" \ {c,d})", "Zürich"}));
}

TEST(ArrayParameter, HoldsTruths) { expect_text("{t,f,NULL}", read<bool>("boolean", {true, false, {}})); }

TEST(ArrayParameter, HoldsTimesToTheMillisecond) {
  expect_text(
      R"({"1970-01-01 00:00:00+00","2000-01-01 00:00:00.001+00","2026-11-24 21:03:00.25+00","9999-12-31 23:59:59.999+00"})",
      read<Time>("timestamptz", {Time(), from_epoch_ms(946'684'800'001), from_epoch_ms(1'795'554'180'250),
                                 kYear10000 - milliseconds(1)}));
}

TEST(ArrayParameter, IsRefusedWhereAnotherTypeIsMeant) {
  expect_throws<pqxx::sql_error>([] { read<int>("bigint", {1}); });
}

}  // namespace ticketd::tests
