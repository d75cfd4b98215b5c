// Who may send requests to the endpoints: nginx, and no other program that can connect to their sockets.
#include "support/fcgi_client.h"
#include "support/stack.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;

namespace {

FcgiParams read_of(const std::string& key, const std::string& address = "192.0.2.1") {
  FcgiParams params = {{"REQUEST_METHOD", "GET"}, {"DOCUMENT_URI", "/livez"}, {"REMOTE_ADDR", address}};
  if (!key.empty()) params["EDGE_KEY"] = key;
  return params;
}

std::string status_of(const std::string& answer) { return answer.substr(0, answer.find("\r\n")); }

}  // namespace

TEST_GROUP(Edge){};

TEST(Edge, TakesRequestsOfNginxAlone) {
  const auto key = setting("TICKETD_EDGE_KEY");
  STRCMP_EQUAL("Status: 403 Forbidden", status_of(ask_endpoint("livez", read_of(""))).c_str());
  STRCMP_EQUAL("Status: 403 Forbidden",
               status_of(ask_endpoint("livez", read_of(std::string(key.size(), '0')))).c_str());
  STRCMP_EQUAL("Status: 403 Forbidden", status_of(ask_endpoint("livez", read_of(key + "0"))).c_str());
  STRCMP_EQUAL("Status: 403 Forbidden", status_of(ask_endpoint("livez", read_of(key.substr(1)))).c_str());
  // Control: with the key it is a request like any other, from wherever it says.
  STRCMP_EQUAL("Status: 200 OK", status_of(ask_endpoint("livez", read_of(key))).c_str());
}

// A client's header is no parameter of that name.
TEST(Edge, AHeaderIsNoKey) {
  auto params = read_of("");
  params["HTTP_EDGE_KEY"] = setting("TICKETD_EDGE_KEY");
  STRCMP_EQUAL("Status: 403 Forbidden", status_of(ask_endpoint("livez", params)).c_str());
}
