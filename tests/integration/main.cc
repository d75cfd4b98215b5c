// Integration tests: one part at a time against real PostgreSQL and Redis. `make test` starts them; the tests use a
// database of their own and Redis database 1, which the stack's workers don't look at.
#include <signal.h>
#include <sodium.h>

#include <cstdio>

#include "base/log.h"
#include "support/stores.h"

// Last: they make a macro of `new`, which the headers above cannot bear.
#include <CppUTest/CommandLineTestRunner.h>
#include <CppUTest/MemoryLeakWarningPlugin.h>

int main(int argc, char** argv) try {
  MemoryLeakWarningPlugin::turnOffNewDeleteOverloads();  // false alarms with libpqxx; leaks are ASan's business
  signal(SIGPIPE, SIG_IGN);                              // connections are cut on purpose
  if (sodium_init() < 0) return 1;
  ticketd::Log::open("integration", static_cast<ticketd::Level>(0));  // the faults are provoked: no line of the log
  const ticketd::tests::Stores stores;
  return CommandLineTestRunner::RunAllTests(argc, argv);
} catch (const std::exception& e) {
  std::fprintf(stderr, "the integration tests cannot start: %s\n", e.what());
  return 1;
}
