// Passwords: argon2id through libsodium, with a bound on how many are hashed at once, so that a flood of logins can
// take neither all memory nor all cores.
#pragma once
#include <condition_variable>
#include <mutex>
#include <string>

namespace ticketd::auth {

class Passwords {
 public:
  explicit Passwords(int jobs_at_once) : free_(jobs_at_once) {}

  // The hash to store. Empty if no job came free within 2 s: the caller answers busy. Throws std::bad_alloc.
  std::string hash(const std::string& password);

  enum class Verdict { right, wrong, busy };
  // `hash` empty: there is no such account; it takes as long as for a wrong password, and is wrong.
  Verdict verify(const std::string& hash, const std::string& password);

  // Was the hash made with other parameters than ours? Then store a new one after a right verify().
  static bool needs_rehash(const std::string& hash);

 private:
  class Job;
  std::mutex mutex_;
  std::condition_variable freed_;
  int free_;
};

}  // namespace ticketd::auth
