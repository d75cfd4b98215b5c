// Named places at which a test can let the process die, as a power cut or kill -9 would. Only a build with
// -DTICKETD_CRASH_POINTS has them (make CRASH=1); in any other CRASH_POINT is nothing at all.
//
// A test arms a point by making the file $TICKETD_CRASH_DIR/NAME; the first process that comes by takes the file away
// and kills itself. NAME.always stays, and kills every process that comes by. Of NAME.stop nobody dies: the first one
// stands still (SIGSTOP) until the test lets it go on.
#pragma once

#ifdef TICKETD_CRASH_POINTS
#include <string>

namespace ticketd {
void crash_if_armed(const std::string& name);
}
#define CRASH_POINT(name) ::ticketd::crash_if_armed(name)
#else
#define CRASH_POINT(name) static_cast<void>(0)
#endif
