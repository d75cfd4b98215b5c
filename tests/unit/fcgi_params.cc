#include "fcgi/params.h"

#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::fcgi;
using namespace ticketd::tests;

TEST_GROUP(FcgiParams){};

TEST(FcgiParams, AreARequest) {
  const char* params[] = {"REQUEST_METHOD=POST", "DOCUMENT_URI=/v1/x",  "QUERY_STRING=a=b&c",
                          "CONTENT_TYPE=text/x", "REMOTE_ADDR=::1",     "HTTP_X_REQUEST_ID=r-1",
                          "HTTP_IF_NONE_MATCH=", "PATH_EVENT_ID=0198A", nullptr};
  const auto request = request_of(params);
  expect_text("POST /v1/x a=b&c text/x ::1", request.method + ' ' + request.path + ' ' + request.query + ' ' +
                                                 request.content_type + ' ' + request.remote_addr);
  expect_text("r-1", request.request_id);
  expect_text("0198A", request.path_values.at("event_id"));
  CHECK_TRUE(request.headers.contains("if-none-match"));
}

TEST(FcgiParams, AreTakenByTheirWholeName) {
  const char* params[] = {"REQUEST_METHODS=x", "QUERY_STRING", "DOCUMENT_URI=", "PATH_EVENT_ID=", nullptr};
  const auto request = request_of(params);
  expect_text("", request.method + request.query + request.path);
  CHECK_TRUE(request.headers.empty() && request.path_values.empty());
}

TEST(FcgiParams, ComeFromWhoeverKnowsTheKey) {
  const char* none[] = {"HTTP_EDGE_KEY=secret", nullptr};
  const char* sent[] = {"EDGE_KEY=secret", nullptr};
  CHECK_TRUE(knows_key(none, "") && knows_key(sent, "") && knows_key(sent, "secret"));
  for (const auto* key : {"secre", "secret1", "Secret", "s"}) CHECK_FALSE(knows_key(sent, key));
  CHECK_FALSE(knows_key(none, "secret"));
}

TEST(FcgiParams, CountTheFirstTimeTheyCome) {
  const char* params[] = {"REQUEST_METHOD=GET", "REQUEST_METHOD=PUT", nullptr};
  expect_text("GET", request_of(params).method);
}

TEST(FcgiParams, MakeAListOfAHeaderThatComesTwice) {
  const char* params[] = {"HTTP_A=1", "HTTP_B=x", "HTTP_A=2", nullptr};
  expect_text("1, 2", request_of(params).header("a"));
}

TEST(FcgiParams, SayWhenTheRequestWasWhole) {
  const auto whole_at = [](const char* when) {
    const char* params[] = {when, nullptr};
    return request_of(params).whole_at;
  };
  CHECK_TRUE(from_epoch_ms(1'795'385'495'788) == whole_at("WHOLE_AT=1795385495.788"));
  for (const auto* none : {"WHOLE_AT=", "WHOLE_AT=1795385495", "WHOLE_AT=.788x", "WHOLE_AT=x.788", "WHOLE_AT=7.88",
                           "WHOLE_AT=99999999999999999999.000"})
    CHECK_FALSE(whole_at(none).has_value());
}

TEST(FcgiParams, SayHowLongTheBodyIs) {
  const auto size = [](const char* length) {
    const char* params[] = {length, nullptr};
    return body_size(params, 16'384);
  };
  LONGS_EQUAL(0, size("CONTENT_LENGTH="));
  LONGS_EQUAL(0, size("CONTENT_LENGTH=0"));
  LONGS_EQUAL(17, size("CONTENT_LENGTH=17"));
  for (const auto* too_large : {"CONTENT_LENGTH=16385", "CONTENT_LENGTH=99999999999999999999", "CONTENT_LENGTH=x",
                                "CONTENT_LENGTH=-1", "CONTENT_LENGTH=1x"})
    LONGS_EQUAL(16'385, size(too_large));
}
