#include "auth/passwords.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <new>
#include <optional>

#include "base/text.h"

namespace ticketd::auth {
namespace {

constexpr std::chrono::seconds kWait{2};

unsigned long long blocks_of(const HashCost& cost) { return cost.passes * cost.memory_kib; }

// Empty: no hash of ours.
std::optional<HashCost> cost_of(const std::string& hash) {
  HashCost cost;
  int read = 0;
  // NOLINTNEXTLINE(cert-err34-c): a number out of range makes a hash that libsodium refuses
  if (std::sscanf(hash.c_str(), "$argon2id$v=19$m=%zu,t=%llu,p=1$%n", &cost.memory_kib, &cost.passes, &read) != 2)
    return std::nullopt;
  constexpr std::size_t kSaltAndKey = 22 + 1 + 43;
  return read > 0 && hash.size() == static_cast<std::size_t>(read) + kSaltAndKey ? std::optional(cost) : std::nullopt;
}

// Well-formed, so that comparing with it costs what comparing with a real one does; its key is the output for no
// password that anybody could find.
std::string hash_of_nobody(const HashCost& cost) {
  return "$argon2id$v=19$m=" + std::to_string(cost.memory_kib) + ",t=" + std::to_string(cost.passes) + ",p=1$" +
         std::string(22, 'A') + '$' + std::string(43, 'A');
}

// Takes about as long as filling so many blocks does.
void burn(unsigned long long blocks, const HashCost& cost, const std::string& password) {
  const auto memory = std::max<std::size_t>(blocks / cost.passes * 1024, crypto_pwhash_MEMLIMIT_MIN);
  std::array<unsigned char, 32> key{};
  constexpr std::array<unsigned char, crypto_pwhash_SALTBYTES> kSalt{};
  if (crypto_pwhash(key.data(), key.size(), password.data(), password.size(), kSalt.data(), cost.passes, memory,
                    crypto_pwhash_ALG_ARGON2ID13) != 0)
    throw std::bad_alloc();
}

}  // namespace

Comparison comparison_with(const std::string& hash, const HashCost& cost) {
  const auto made_at = cost_of(hash);
  if (!made_at) return {hash_of_nobody(cost), blocks_of(cost), 0};
  const auto filled = blocks_of(*made_at);
  return {hash, filled, filled < blocks_of(cost) ? blocks_of(cost) - filled : 0};
}

// A place among the strangers of this process, if it takes one, and a slot.
class Passwords::Place {
 public:
  Place(Passwords& passwords, Turn turn)
      : strangers_(passwords.strangers_), is_counted_(turn == Turn::stranger && strangers_.try_acquire()) {
    if (is_counted_ || turn == Turn::known) slot_ = passwords.slots_.take(kWait, turn);
  }
  ~Place() {
    if (is_counted_) strangers_.release();
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  [[nodiscard]] bool is_taken() const { return slot_ != nullptr; }

 private:
  std::counting_semaphore<>& strangers_;
  const bool is_counted_;
  HashingSlots::Lease slot_;
};

Passwords::Passwords(int jobs_at_once, const std::string& slots_file, int strangers, HashCost cost)
    : slots_(slots_file, jobs_at_once), strangers_(strangers), cost_(cost) {}

std::string Passwords::hash(const std::string& password, Turn turn) {
  const Place place(*this, turn);
  if (!place.is_taken()) return "";
  const auto prepared = opaque_string(password);
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str_alg(text.data(), prepared.data(), prepared.size(), cost_.passes, cost_.memory_kib * 1024,
                            crypto_pwhash_ALG_ARGON2ID13) != 0)
    throw std::bad_alloc();
  return text.data();
}

Passwords::Verdict Passwords::verify(const std::string& hash, const std::string& password, Turn turn) {
  const Place place(*this, turn);
  if (!place.is_taken()) return Verdict::busy;
  const auto comparison = comparison_with(hash, cost_);
  const auto is_right = [&](const std::string& form) {
    const bool right = crypto_pwhash_str_verify(comparison.against.c_str(), form.data(), form.size()) == 0;
    if (comparison.burnt_blocks > 0) burn(comparison.burnt_blocks, cost_, form);
    return right && comparison.against == hash;
  };
  const auto prepared = opaque_string(password);
  if (is_right(prepared)) return Verdict::right;
  return prepared != password && is_right(password) ? Verdict::right_as_sent : Verdict::wrong;
}

bool Passwords::needs_rehash(const std::string& hash) const {
  return crypto_pwhash_str_needs_rehash(hash.c_str(), cost_.passes, cost_.memory_kib * 1024) != 0;
}

}  // namespace ticketd::auth
