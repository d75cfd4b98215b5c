// The schema's rules, one test for each: it breaks the rule by plain SQL, and PostgreSQL has to name the constraint.
#pragma once
#include <set>
#include <string>

#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {

// A named constraint or unique index. Every one that a test is about puts itself on a list.
class SchemaRule {
 public:
  explicit SchemaRule(const char* name) : name_(name) { all().insert(name); }

  // Fails the test unless the statement is refused, and by this rule.
  template <class... Args>
  void refuses(const std::string& statement, const Args&... args) const {
    std::string answer = "it was taken";
    try {
      sql(statement, args...);
    } catch (const pqxx::sql_error& e) {
      answer = e.what();
    }
    expect_contains("constraint \"" + name_ + "\"", answer);
  }

  static std::set<std::string>& all() {
    static std::set<std::string> names;
    return names;
  }

 private:
  const std::string name_;
};

// One of each, for the statements to be about. The event has 10 tickets, all free; the booking is confirmed and has
// slot 1, though no counter knows of it.
struct SchemaTest : IntegrationTest {
  const std::string user = make_user().str();
  const std::string event = make_event().str();
  const std::string booking = insert_booking(*EventId::parse(event), *UserId::parse(user)).str();

  // A row with these columns set as for `booking`, and another id and seq.
  static constexpr const char* kCopyBooking =
      "INSERT INTO bookings SELECT gen_random_uuid(), event_id, user_id, state, reason, seq + 1, slot, created_at, "
      "updated_at, promoted_at, cancelled_at FROM bookings WHERE id = $1";
};

// A test named by what the rule says.
#define RULE(group, constraint, Sentence)          \
  static const SchemaRule constraint(#constraint); \
  TEST(group, Sentence)

}  // namespace ticketd::tests
