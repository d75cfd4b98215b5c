#include "auth/passwords.h"

#include <sodium.h>

#include <array>
#include <chrono>
#include <new>

namespace ticketd::auth {
namespace {

// OWASP Password Storage Cheat Sheet: argon2id with 19 MiB and 2 passes at the least. 31 ms on the machine it was made
// on.
constexpr std::size_t kMemoryBytes = std::size_t{19'456} * 1024;
constexpr unsigned long long kPasses = 2;
constexpr std::chrono::seconds kWait{2};

std::string make_hash(const std::string& password) {
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str_alg(text.data(), password.data(), password.size(), kPasses, kMemoryBytes,
                            crypto_pwhash_ALG_ARGON2ID13) != 0)
    throw std::bad_alloc();
  return text.data();
}

}  // namespace

// The right to use one core and 19 MiB for a while.
class Passwords::Job {
 public:
  explicit Job(Passwords& passwords) : passwords_(passwords) {
    std::unique_lock lock(passwords_.mutex_);
    granted_ = passwords_.freed_.wait_for(lock, kWait, [&] { return passwords_.free_ > 0; });
    if (granted_) --passwords_.free_;
  }
  ~Job() {
    if (!granted_) return;
    const std::lock_guard lock(passwords_.mutex_);
    ++passwords_.free_;
    passwords_.freed_.notify_one();
  }
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  [[nodiscard]] bool granted() const { return granted_; }

 private:
  Passwords& passwords_;
  bool granted_ = false;
};

std::string Passwords::hash(const std::string& password) {
  const Job job(*this);
  return job.granted() ? make_hash(password) : "";
}

Passwords::Verdict Passwords::verify(const std::string& hash, const std::string& password) {
  const Job job(*this);
  if (!job.granted()) return Verdict::busy;
  static const std::string nobodys = make_hash("the password of nobody");
  const auto& against = hash.empty() ? nobodys : hash;
  const bool right = crypto_pwhash_str_verify(against.c_str(), password.data(), password.size()) == 0;
  return right && !hash.empty() ? Verdict::right : Verdict::wrong;
}

bool Passwords::needs_rehash(const std::string& hash) {
  return crypto_pwhash_str_needs_rehash(hash.c_str(), kPasses, kMemoryBytes) != 0;
}

}  // namespace ticketd::auth
