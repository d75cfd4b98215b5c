// How wrong a test has set the clocks, as they are on hosts that nobody keeps in time. Only a build with
// -DTICKETD_CRASH_POINTS (make CRASH=1) can be set wrong; in any other CLOCK_ERROR is nothing at all.
//
// A test writes the file $TICKETD_CRASH_DIR/clock for all processes, and clock-NAME for the worker NAME besides, while
// they run: "AHEAD_MS SINCE_MS RATE". The clock is ahead by AHEAD_MS, and has gone RATE times as fast as the right one
// since SINCE_MS (of the right one, since 1970). A file is replaced by renaming another one, never written to.
#pragma once

#ifdef TICKETD_CRASH_POINTS
#include "base/time.h"

namespace ticketd {
milliseconds clock_error(Time right_now);
}
#define CLOCK_ERROR(right_now) ::ticketd::clock_error(right_now)
#else
#define CLOCK_ERROR(right_now) milliseconds(0)
#endif
