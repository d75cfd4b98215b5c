#include "api/booking_fields.h"

#include "support/fakes.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;
using domain::Remainder;

TEST_GROUP(BookingFields) {
  const BookingId id = numbered<BookingId>(7);

  static std::string errors_of(const http::Fields& in) {
    std::string list;
    if (in.ok()) return list;
    for (const auto& error : in.refusal().errors) list += error.field + ':' + error.code + ' ';
    return list;
  }
  static http::Fields fields(const char* json) { return http::Fields(*Json::parse(json)); }

  static domain::Book wish(const char* json) {
    auto in = fields(json);
    auto read = read_wish(in);
    expect_text("", errors_of(in));
    return read;
  }
  static std::string bad_wish(const char* json) {
    auto in = fields(json);
    read_wish(in);
    return errors_of(in);
  }
  domain::UpdateBooking terms(const char* json) const {
    auto in = fields(json);
    auto read = read_new_terms(in, id);
    expect_text("", errors_of(in));
    return read;
  }
  std::string bad_terms(const char* json) const {
    auto in = fields(json);
    read_new_terms(in, id);
    return errors_of(in);
  }
  static domain::Cancel given_back(const char* json) {
    auto in = fields(json);
    auto read = read_given_back(in);
    expect_text("", errors_of(in));
    return read;
  }
  static std::string bad_given_back(const char* json) {
    auto in = fields(json);
    read_given_back(in);
    return errors_of(in);
  }
};

TEST(BookingFields, AskForOneTicketByThemselves) {
  CHECK_TRUE(wish("{}") == domain::Book{});
  CHECK_TRUE(wish(R"({"quantity":null,"accept_fewer":null,"remainder":null})") == domain::Book{});
  CHECK_TRUE(wish(R"({"quantity":4.0})") == (domain::Book{{}, 4, {}}));
}

TEST(BookingFields, KeepTheRestUnlessItIsDropped) {
  CHECK_TRUE(wish(R"({"quantity":4,"accept_fewer":true})").accept_fewer == Remainder::keep);
  CHECK_TRUE(wish(R"({"quantity":4,"accept_fewer":true,"remainder":"keep"})").accept_fewer == Remainder::keep);
  CHECK_TRUE(wish(R"({"quantity":4,"accept_fewer":true,"remainder":"drop"})").accept_fewer == Remainder::drop);
  CHECK_FALSE(wish(R"({"quantity":4,"accept_fewer":false})").accept_fewer.has_value());
}

// So that the command is the same as of a client that knows nothing of groups.
TEST(BookingFields, AskForOneTicketOrNone) {
  CHECK_TRUE(wish(R"({"quantity":1,"accept_fewer":true,"remainder":"drop"})") == domain::Book{});
}

TEST(BookingFields, RefuseWhatIsNoNumberOfTickets) {
  for (const auto* bad : {"0", "101", "-1", "1e3"})
    expect_text("quantity:out_of_range ", bad_wish((std::string(R"({"quantity":)") + bad + '}').c_str()));
  for (const auto* bad : {"\"2\"", "2.5", "true", "[2]", "{}"})
    expect_text("quantity:wrong_type ", bad_wish((std::string(R"({"quantity":)") + bad + '}').c_str()));
}

TEST(BookingFields, KnowARemainderOnlyOfWhoTakesFewer) {
  expect_text("remainder:invalid ", bad_wish(R"({"quantity":4,"remainder":"keep"})"));
  expect_text("remainder:invalid ", bad_wish(R"({"quantity":4,"accept_fewer":false,"remainder":"drop"})"));
  expect_text("remainder:invalid ", bad_wish(R"({"quantity":4,"accept_fewer":true,"remainder":"sell"})"));
  expect_text("accept_fewer:wrong_type ", bad_wish(R"({"quantity":4,"accept_fewer":"yes","remainder":"drop"})"));
  expect_text("quantity:out_of_range accept_fewer:wrong_type remainder:wrong_type ",
              bad_wish(R"({"quantity":0,"accept_fewer":1,"remainder":1})"));
}

TEST(BookingFields, ChangeWhatIsNamedAlone) {
  CHECK_TRUE(terms(R"({"quantity":2})") == (domain::UpdateBooking{id, 2, {}, {}}));
  CHECK_TRUE(terms(R"({"accept_fewer":false})") == (domain::UpdateBooking{id, {}, false, {}}));
  CHECK_TRUE(terms(R"({"remainder":"drop"})") == (domain::UpdateBooking{id, {}, {}, Remainder::drop}));
  CHECK_TRUE(terms(R"({"accept_fewer":true,"remainder":"keep"})") ==
             (domain::UpdateBooking{id, {}, true, Remainder::keep}));
}

TEST(BookingFields, ChangeSomething) {
  expect_text("quantity:required ", bad_terms("{}"));
  expect_text("quantity:required ", bad_terms(R"({"quantity":null,"title":"x"})"));
  expect_text("quantity:out_of_range ", bad_terms(R"({"quantity":0})"));
  expect_text("remainder:invalid ", bad_terms(R"({"accept_fewer":false,"remainder":"keep"})"));
}

TEST(BookingFields, GiveBackSomeOrAll) {
  CHECK_TRUE(given_back("{}") == domain::Cancel{});
  CHECK_TRUE(given_back(R"({"quantity":null,"tickets":null})") == domain::Cancel{});
  CHECK_TRUE(given_back(R"({"quantity":3})") == (domain::Cancel{{}, 3, {}}));
  expect_text("quantity:wrong_type ", bad_given_back(R"({"quantity":"3"})"));
}

TEST(BookingFields, GiveBackThoseThatAreNamed) {
  domain::TicketNumbers named;
  named.set(1).set(17).set(100);
  CHECK_TRUE(given_back(R"({"tickets":[17,100,1.0]})") == (domain::Cancel{{}, {}, named}));
  std::string all = "[1";
  for (int number = 2; number <= 100; ++number) all += ',' + std::to_string(number);
  LONGS_EQUAL(100, given_back((R"({"tickets":)" + all + "]}").c_str()).tickets->count());
}

// Were the field ignored, whoever names one ticket would lose all.
TEST(BookingFields, RefuseWhatNamesNoTicketOrOneTwice) {
  for (const auto* bad : {"1", "\"1\"", "{}", "[\"1\"]", "[1.5]", "[null]", "[1,true]", "true"})
    expect_text("tickets:wrong_type ", bad_given_back((std::string(R"({"tickets":)") + bad + '}').c_str()));
  for (const auto* bad : {"[]", "[0]", "[101]", "[-1]", "[1,4294967297]"})
    expect_text("tickets:out_of_range ", bad_given_back((std::string(R"({"tickets":)") + bad + '}').c_str()));
  expect_text("tickets:invalid ", bad_given_back(R"({"tickets":[2,1,2]})"));
}

TEST(BookingFields, SayHowManyOrWhich) {
  expect_text("tickets:invalid ", bad_given_back(R"({"quantity":1,"tickets":[1]})"));
  expect_text("quantity:out_of_range tickets:invalid ", bad_given_back(R"({"quantity":0,"tickets":[1]})"));
  expect_text("tickets:out_of_range ", bad_given_back(R"({"quantity":1,"tickets":[]})"));
}
