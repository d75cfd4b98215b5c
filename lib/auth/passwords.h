// Passwords: argon2id through libsodium, with a bound on how many are hashed at once on this host. They are hashed in
// one form, opaque_string() of base/text.h: another keyboard may send other bytes for the same letters.
#pragma once
#include <cstddef>
#include <semaphore>
#include <string>

#include "auth/hashing_slots.h"

namespace ticketd::auth {

// OWASP Password Storage Cheat Sheet: argon2id with 19 MiB and 2 passes at the least. 31 ms on the machine it was made
// on.
struct HashCost {
  unsigned long long passes = 2;
  std::size_t memory_kib = 19'456;
};

// How verify() compares a password with a stored hash: with which one, and what it fills besides. Argon2's time goes by
// the blocks of 1 KiB that it fills, memory times passes; their sum is the same for every hash that costs no more than
// ours do now.
struct Comparison {
  std::string against;
  unsigned long long filled_blocks = 0;
  unsigned long long burnt_blocks = 0;
};

// `hash`: any text; one that is no hash of ours stands for no account.
Comparison comparison_with(const std::string& hash, const HashCost& cost);

class Passwords {
 public:
  // `slots_file`: see HashingSlots; hashes at once, over all processes that share it. `strangers`: for whom this
  // process may wait or hash at once, at most, so that it has threads left for whoever is known.
  explicit Passwords(int jobs_at_once, const std::string& slots_file = "", int strangers = kAnyNumber,
                     HashCost cost = {});

  // The hash to store. Empty if no slot came free within 2 s, or too many strangers wait: the caller answers busy.
  // Throws std::bad_alloc.
  std::string hash(const std::string& password, Turn turn);

  // right_as_sent: by the very bytes, as hashes were made before there was one form. Then store a new one.
  enum class Verdict { right, right_as_sent, wrong, busy };
  // Takes the same time for every hash: an empty one or one that is none of ours, for there is no such account then,
  // and one that was made at a lower cost; twice that for a password that is not in its form, unless it is right.
  // Throws std::bad_alloc.
  Verdict verify(const std::string& hash, const std::string& password, Turn turn);

  // Was the hash made at another cost than ours? Then store a new one after a right verify().
  [[nodiscard]] bool needs_rehash(const std::string& hash) const;

 private:
  static constexpr int kAnyNumber = 1'000;
  class Place;

  HashingSlots slots_;
  std::counting_semaphore<> strangers_;
  const HashCost cost_;
};

}  // namespace ticketd::auth
