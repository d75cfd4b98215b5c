#include "auth/network.h"

#include "unit/expect.h"

using ticketd::auth::network_of;
using ticketd::auth::site_of;
using namespace ticketd::tests;

TEST_GROUP(Network){};

TEST(Network, IsOneIPv4Address) { expect_text("192.0.2.7", network_of("192.0.2.7")); }

TEST(Network, IsTheFirstHalfOfAnIPv6Address) {
  expect_text("20010db800010002", network_of("2001:db8:1:2::1"));
  expect_text(network_of("2001:db8:1:2:ffff:ffff:ffff:ffff"), network_of("2001:db8:1:2::1"));
  CHECK_FALSE(network_of("2001:db8:1:3::1") == network_of("2001:db8:1:2::1"));
}

TEST(Network, ASiteIsTheFirst48BitsOfAnIPv6Address) {
  expect_text("20010db80001", site_of("2001:db8:1:2::1"));
  expect_text(site_of("2001:db8:1:ffff::"), site_of("2001:db8:1::"));
  CHECK_FALSE(site_of("2001:db8:2::") == site_of("2001:db8:1::"));
  expect_text("192.0.2.7", site_of("192.0.2.7"));
}

TEST(Network, OfAMappedAddressIsTheIPv4Address) { expect_text("192.0.2.7", network_of("::ffff:192.0.2.7")); }

TEST(Network, OfWhatIsNoAddressIsTheTextItself) {
  for (const char* text : {"", "unix:", "10.0.0", "::g"}) expect_text(text, network_of(text));
}
