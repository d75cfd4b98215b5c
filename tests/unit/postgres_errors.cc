#include "postgres/errors.h"

#include <pqxx/pqxx>

#include "unit/expect.h"

using namespace ticketd::postgres;
using namespace ticketd::tests;

namespace {

template <class Error>
FaultKind kind_of(const Error& error) {
  return fault_of(std::make_exception_ptr(error)).kind;
}

FaultKind kind_of_state(const char* sqlstate) { return kind_of(pqxx::sql_error("what", "SELECT", sqlstate)); }

// libpqxx 6 throws types of its own for some, which are no sql_error and carry no SQLSTATE. 7 has the statement in
// them.
template <class Error>
FaultKind kind_of_type() {
  if constexpr (std::is_constructible_v<Error, std::string, std::string>) {
    return kind_of(Error("what", "SELECT"));
  } else {
    return kind_of(Error("what"));
  }
}

}  // namespace

TEST_GROUP(FaultOf){};

TEST(FaultOf, CallsDeadlocksAndSerializationFailuresConflicts) {
  for (const auto* state : {"40001", "40P01"}) CHECK_TRUE_TEXT(kind_of_state(state) == FaultKind::conflict, state);
}

TEST(FaultOf, CallsLibpqxxsOwnTypesOfThemConflictsToo) {
  CHECK_TRUE(kind_of_type<pqxx::deadlock_detected>() == FaultKind::conflict);
  CHECK_TRUE(kind_of_type<pqxx::serialization_failure>() == FaultKind::conflict);
}

TEST(FaultOf, CallsUnavailableWhatIsNotTheTransactionsFault) {
  for (const auto* state : {"08006", "08P01", "53100", "53200", "53300", "57P01", "57P03", "57P05", "58030", "55P03",
                            "25006", "25P03", "25P04"})
    CHECK_TRUE_TEXT(kind_of_state(state) == FaultKind::unavailable, state);
  CHECK_TRUE(kind_of(pqxx::broken_connection("gone")) == FaultKind::unavailable);
  CHECK_TRUE(kind_of(DatabaseUnavailable("no session")) == FaultKind::unavailable);
}

TEST(FaultOf, TellsAStatementThatTookTooLong) { CHECK_TRUE(kind_of_state("57014") == FaultKind::timed_out); }

TEST(FaultOf, CallsAnUnfinishedDeployUnavailable) {
  for (const auto* state : {"42P01", "42703", "42883", "42501", "3F000", "28P01"})
    CHECK_TRUE_TEXT(kind_of_state(state) == FaultKind::unavailable, state);
}

TEST(FaultOf, CallsAnSqlErrorWithoutAStateUnavailable) {
  CHECK_TRUE(kind_of(pqxx::sql_error("lost in the middle")) == FaultKind::unavailable);
}

TEST(FaultOf, CallsRefusedWhatTheStatementIsToBlameFor) {
  for (const auto* state : {"23505", "23514", "42601", "22P02", "25P02", "55000", "25001", "P0001"})
    CHECK_TRUE_TEXT(kind_of_state(state) == FaultKind::refused, state);
  CHECK_TRUE(kind_of(pqxx::check_violation("no", "INSERT", "23514")) == FaultKind::refused);
}

TEST(FaultOf, CallsABrokenCommitInDoubt) {
  CHECK_TRUE(kind_of(pqxx::in_doubt_error("who knows")) == FaultKind::in_doubt);
}

TEST(FaultOf, CallsRefusedAnythingElseThatIsThrown) {
  CHECK_TRUE(kind_of(std::logic_error("bug")) == FaultKind::refused);
  CHECK_TRUE(kind_of(pqxx::conversion_error("not a number")) == FaultKind::refused);
}

TEST(FaultOf, CallsRefusedEvenWhatIsNoException) {
  bool refused = false;
  try {
    refused = kind_of(42) == FaultKind::refused;
  } catch (int) {
  }
  CHECK_TRUE(refused);
}

TEST(FaultOf, KeepsTheStateAndTheTextForTheLog) {
  const auto fault = fault_of(std::make_exception_ptr(pqxx::unique_violation("twice", "INSERT", "23505")));
  expect_text("23505", fault.sqlstate);
  expect_text("twice", fault.what);
}
