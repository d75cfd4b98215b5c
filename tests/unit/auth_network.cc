#include "auth/network.h"

#include "unit/expect.h"

using ticketd::auth::site_of;
using namespace ticketd::tests;

TEST_GROUP(Network){// Each with its shares: "NAME*1 NAME*4".
                    static std::string networks(const std::string& address){std::string list;
for (const auto& network : ticketd::auth::networks_of(address))
  list += (list.empty() ? "" : " ") + network.name + '*' + std::to_string(network.shares);
return list;
}
}
;

TEST(Network, IsOneIPv4Address) { expect_text("192.0.2.7*1", networks("192.0.2.7")); }

TEST(Network, IsTheFirst64BitsOfAnIPv6AddressAndTheLargerOnesThatItIsIn) {
  expect_text("20010db800010203*1 20010db8000102*4 20010db80001*16", networks("2001:db8:1:203::1"));
  expect_text(networks("2001:db8:1:203:ffff:ffff:ffff:ffff"), networks("2001:db8:1:203::1"));
}

TEST(Network, ASiteIsTheLargestOfThem) {
  expect_text("20010db80001", site_of("2001:db8:1:2::1"));
  expect_text("192.0.2.7", site_of("192.0.2.7"));
}

TEST(Network, OfAMappedAddressIsTheIPv4Address) { expect_text("192.0.2.7*1", networks("::ffff:192.0.2.7")); }

TEST(Network, OfWhatIsNoAddressIsTheTextItself) {
  for (const std::string text : {"", "unix:", "10.0.0", "::g"}) expect_text(text + "*1", networks(text));
}
