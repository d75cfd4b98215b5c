// A Redis of a test's own, on a socket in a directory of its own, to be configured as no real one should be.
#pragma once
#include <sys/types.h>

#include <string>

#include "redis/redis.h"

namespace ticketd::tests {

class PrivateRedis {
 public:
  // `settings`: lines of redis.conf. The directory is made below `parent`, by default on disk, where /tmp may not be.
  // Returns when it answers; throws std::runtime_error if it does not within 10 s.
  explicit PrivateRedis(const std::string& settings, const std::string& parent = "/var/tmp");
  ~PrivateRedis() { end(); }
  PrivateRedis(const PrivateRedis&) = delete;
  PrivateRedis& operator=(const PrivateRedis&) = delete;

  [[nodiscard]] std::string url() const { return "unix://" + directory_ + "/redis.sock"; }
  void set(const std::string& name, const std::string& value);
  // It takes connections and answers nobody, until it is thawed.
  void freeze() const;
  void thaw() const;

 private:
  void end() const;

  std::string directory_;
  pid_t pid_ = 0;
};

}  // namespace ticketd::tests
