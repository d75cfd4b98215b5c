#include "base/timezone.h"

#include <string>

#include "unit/expect.h"

using namespace ticketd;

TEST_GROUP(Timezone){};

TEST(Timezone, IsAZoneOrAnotherNameForOne) {
  for (const auto* name : {"Europe/Berlin", "America/Argentina/ComodRivadavia", "Asia/Calcutta", "UTC", "Etc/GMT+12"})
    CHECK_TRUE_TEXT(is_timezone(name), name);
}

// Each of these is a file there, or would be one.
TEST(Timezone, IsNoPath) {
  for (const auto* name : {"posixrules", "localtime", "right/UTC", "posix/UTC", "tzdata.zi", "zone.tab", "Europe",
                           "Europe/", "/Europe/Berlin", "./UTC", "Europe/../UTC", "Europe//Berlin",
                           "../../../etc/passwd", "/etc/localtime", "/usr/share/zoneinfo/UTC"})
    CHECK_FALSE_TEXT(is_timezone(name), name);
}

TEST(Timezone, IsNothingElseInTheFile) {
  for (const auto* name : {"", " ", "Z", "L", "R", "-", "#", "europe/berlin", "Factory", "CEST", "UTC ",
                           "Europe/Berlin\n", "Europe/Berlin UTC", "Etc/UTC UTC", "L Etc/UTC UTC", "2025b"})
    CHECK_FALSE_TEXT(is_timezone(name), name);
  CHECK_FALSE(is_timezone(std::string_view("UTC\0", 4)));
}
