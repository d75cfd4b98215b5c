// The running stack under test: its settings and its processes, which tests stop, kill and bring back.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace ticketd::e2e {

// A setting from the environment. Fails the test where it is unset and there is no `otherwise`.
std::string setting(const char* name, const char* otherwise = nullptr);

// Asks `condition` again and again, with pauses of 1 ms growing to `longest_pause`. False once `deadline` has passed.
bool await(const std::function<bool()>& condition, std::chrono::milliseconds deadline = std::chrono::seconds(10),
           std::chrono::milliseconds longest_pause = std::chrono::milliseconds(50));

// 0 while the process is down. Names are those of the pid files: worker-1, redis-queue, postgres, events-book, …
pid_t pid_of(const std::string& process);

bool is_alive(const std::string& process);

// SIGKILL, once the process is there; the supervisor starts it again.
void kill_hard(const std::string& process);

// Stops a process for good, and starts it again. Both wait until it is so and fail the test after 10 s.
void take_down(const std::string& process);
void bring_up(const std::string& process);

const std::vector<std::string>& workers();

// SIGSTOP and SIGCONT. pause_workers() returns when both have stopped; resume_workers() may be called at any time.
void pause_workers();
void resume_workers();

// Waits until GET /readyz says 200.
void await_readyz();

// For teardown(): every store up and answering, both workers running, /readyz 200. Quick if nothing was touched.
void restore_stack();

}  // namespace ticketd::e2e
