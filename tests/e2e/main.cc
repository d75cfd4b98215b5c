// End-to-end tests: the whole stack over HTTP through nginx, as its clients see it. `make test` starts the stack.
#include <CppUTest/CommandLineTestRunner.h>
#include <CppUTest/MemoryLeakWarningPlugin.h>
#include <curl/curl.h>
#include <signal.h>
#include <sodium.h>

int main(int argc, char** argv) {
  MemoryLeakWarningPlugin::turnOffNewDeleteOverloads();
  signal(SIGPIPE, SIG_IGN);  // the stores go away under the tests' own connections
  if (sodium_init() < 0 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return 1;
  return CommandLineTestRunner::RunAllTests(argc, argv);
}
