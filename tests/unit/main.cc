// Unit tests: no sockets, no database, no Redis, fixed clock, seeded chance, all of them in about a second.
#include <CppUTest/CommandLineTestRunner.h>
#include <CppUTest/MemoryLeakWarningPlugin.h>
#include <sodium.h>

#include "base/log.h"

int main(int argc, char** argv) {
  MemoryLeakWarningPlugin::turnOffNewDeleteOverloads();  // false alarms with libpqxx; leaks are ASan's business
  if (sodium_init() < 0) return 1;
  ticketd::Log::open("unit", ticketd::Level::error);  // warnings that the tests provoke stay out of their output
  return CommandLineTestRunner::RunAllTests(argc, argv);
}
