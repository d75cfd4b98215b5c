#include "webhook/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <cstring>

#include "unit/expect.h"

using namespace ticketd::webhook;
using namespace ticketd::tests;

namespace {

bool may_ask_text(const std::string& text, const Networks& allowed = {}, int port = 443) {
  sockaddr_storage to{};
  sockaddr_in ipv4{};
  sockaddr_in6 ipv6{};
  if (::inet_pton(AF_INET, text.c_str(), &ipv4.sin_addr) == 1) {
    ipv4.sin_family = AF_INET;
    ipv4.sin_port = htons(static_cast<std::uint16_t>(port));
    std::memcpy(&to, &ipv4, sizeof ipv4);
  } else {
    CHECK_TRUE_TEXT(::inet_pton(AF_INET6, text.c_str(), &ipv6.sin6_addr) == 1, text.c_str());
    ipv6.sin6_family = AF_INET6;
    ipv6.sin6_port = htons(static_cast<std::uint16_t>(port));
    std::memcpy(&to, &ipv6, sizeof ipv6);
  }
  return may_ask(reinterpret_cast<const sockaddr&>(to), to.ss_family == AF_INET ? sizeof ipv4 : sizeof ipv6, allowed);
}

}  // namespace

TEST_GROUP(WebhookAddress){};

// Both ends of each network of the registries, and their neighbours.
TEST(WebhookAddress, ReachesNoSpecialAddress) {
  for (const auto* address :
       {"0.0.0.0",    "0.255.255.255",   "10.0.0.0",     "10.255.255.255",  "100.64.0.0",  "100.127.255.255",
        "127.0.0.1",  "127.255.255.255", "169.254.0.0",  "169.254.169.254", "172.16.0.0",  "172.31.255.255",
        "192.0.0.0",  "192.0.0.170",     "192.0.2.255",  "192.88.99.1",     "192.168.0.0", "192.168.255.255",
        "198.18.0.0", "198.19.255.255",  "198.51.100.7", "203.0.113.255",   "224.0.0.1",   "239.255.255.255",
        "240.0.0.0",  "255.255.255.255", "168.63.129.16"})
    CHECK_FALSE_TEXT(may_ask_text(address), address);
  for (const auto* address :
       {"1.0.0.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
        "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0",
        "198.17.255.255", "198.20.0.0", "223.255.255.255"})
    CHECK_TRUE_TEXT(may_ask_text(address), address);
}

TEST(WebhookAddress, ReachesNoSpecialAddressOfIPv6) {
  for (const auto* address :
       {"::", "::1", "fe80::1", "febf::1", "fc00::1", "fdff:ffff::1", "fec0::1", "ff02::1", "2001:db8::1", "100::1",
        "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::1", "2001::1", "3fff::1", "4000::1", "fd00:ec2::254"})
    CHECK_FALSE_TEXT(may_ask_text(address), address);
  for (const auto* address : {"2606:4700::1111", "2a00:1450:4001::200e", "2001:4860:4860::8888"})
    CHECK_TRUE_TEXT(may_ask_text(address), address);
}

// One address of IPv4 within IPv6 is that address.
TEST(WebhookAddress, AMappedAddressIsWhatItMaps) {
  for (const auto* address : {"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::10.0.0.1"})
    CHECK_FALSE_TEXT(may_ask_text(address), address);
  CHECK_TRUE(may_ask_text("::ffff:9.9.9.9"));
}

TEST(WebhookAddress, ReachesWhatIsAllowed) {
  const auto allowed = Networks::parse("10.1.0.0/16, fd00::/8 192.168.7.9");
  CHECK_TRUE(allowed.has_value());
  CHECK_TRUE(may_ask_text("10.1.255.255", *allowed));
  CHECK_FALSE(may_ask_text("10.2.0.0", *allowed));
  CHECK_TRUE(may_ask_text("fd12::1", *allowed));
  CHECK_TRUE(may_ask_text("::ffff:10.1.0.1", *allowed));
  CHECK_TRUE(may_ask_text("192.168.7.9", *allowed));
  CHECK_FALSE(may_ask_text("192.168.7.8", *allowed));
  CHECK_FALSE(may_ask_text("10.1.0.1", *allowed, 25));
}

TEST(WebhookAddress, ReachesNoPortOfOtherServices) {
  for (const int port : {1, 22, 25, 53, 465, 587, 993, 1'023}) CHECK_FALSE(may_ask_text("9.9.9.9", {}, port));
  for (const int port : {80, 443, 1'024, 8'443, 65'535}) CHECK_TRUE(may_ask_text("9.9.9.9", {}, port));
}

TEST(WebhookAddress, ReachesNoOtherKindOfSocket) {
  sockaddr address{};
  address.sa_family = AF_UNIX;
  CHECK_FALSE(may_ask(address, sizeof address, *Networks::parse("0.0.0.0/0 ::/0")));
}

TEST(WebhookAddress, ANetworkWithBitsBetweenBytes) {
  const auto networks = *Networks::parse("172.16.0.0/12");
  CHECK_TRUE(may_ask_text("172.31.0.1", networks));
  CHECK_TRUE(networks.contains({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 172, 31, 255, 255}));
  CHECK_FALSE(networks.contains({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 172, 32, 0, 0}));
  CHECK_FALSE(networks.contains({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 172, 15, 255, 255}));
  CHECK_TRUE(Networks::parse("0.0.0.0/0").has_value());
  CHECK_TRUE(may_ask_text("10.0.0.1", *Networks::parse("0.0.0.0/0")));
}

TEST(WebhookAddress, RefusesWhatIsNoNetwork) {
  for (const auto* text : {"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0/8", "fd00::/129", "host.example",
                           "10.0.0.0/8x", "10.0.0.0 /8", "0x7f.0.0.1"})
    CHECK_FALSE_TEXT(Networks::parse(text).has_value(), text);
  CHECK_TRUE(Networks::parse("").has_value());
}

TEST_GROUP(WebhookUrl){};

TEST(WebhookUrl, TakesWhatCanBePosted) {
  for (const auto* url :
       {"https://hooks.example.org", "http://hooks.example.org/", "https://hooks.example.org:8443/a?b=c",
        "http://127.0.0.1:3001/x", "https://[2001:db8::1]:443/", "https://h_1.example.org./", "https://example.org?x=1",
        "https://example.org/%20;a=@b"})
    expect_text("", fault_of_url(url));
}

TEST(WebhookUrl, RefusesAllElse) {
  for (const auto* url : {"",
                          "ftp://example.org/",
                          "example.org",
                          "//example.org/",
                          "https://",
                          "https:///a",
                          "https://user@example.org/",
                          "https://user:password@example.org/",
                          "https://example.org:25/",
                          "https://example.org:0/",
                          "https://example.org:99999/",
                          "https://example.org:/",
                          "https://example.org/#a",
                          "https://example.org/a b",
                          "https://exa\nmple.org/",
                          "https://b\xc3\xbc"
                          "cher.example/",
                          "https://example.org\\@127.0.0.1/",
                          "https://-example.org/",
                          "HTTPS://example.org/",
                          "file:///etc/passwd",
                          "http+unix://x/"})
    CHECK_FALSE_TEXT(fault_of_url(url).empty(), url);
  CHECK_FALSE(fault_of_url("https://example.org/" + std::string(2'048, 'a')).empty());
  expect_text("", fault_of_url("https://example.org/" + std::string(2'000, 'a')));
}

TEST(WebhookUrl, TellsItsHost) {
  expect_text("hooks.example.org", host_of("https://hooks.example.org:8443/secret?token=1"));
  expect_text("[::1]", host_of("http://[::1]:3001/"));
  expect_text("", host_of("no url"));
}
