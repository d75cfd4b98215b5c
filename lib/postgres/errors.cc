#include "postgres/errors.h"

#include <pqxx/pqxx>

namespace ticketd::postgres {
namespace {

FaultKind kind_of(const std::string& state) {
  if (state == "40001" || state == "40P01") return FaultKind::conflict;
  if (state == "57014") return FaultKind::timed_out;
  // 08 connection, 53 out of resources (connections, memory, disk), 57 operator intervention and shutdown, 58 system
  // error, 55P03 lock timeout, 25006 a standby after a failover, 25P03 idle in transaction, 25P04 a transaction that
  // took too long. And what a deploy that is not finished looks like: 28 no login, 3F no schema, 42501 no right, 42P01
  // no table, 42703 no column, 42883 no function.
  for (const auto* prefix :
       {"08", "53", "57", "58", "55P03", "25006", "25P03", "25P04", "28", "3F", "42501", "42P01", "42703", "42883"}) {
    if (state.starts_with(prefix)) return FaultKind::unavailable;
  }
  return FaultKind::refused;
}

}  // namespace

Fault fault_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const pqxx::in_doubt_error& e) {
    return {FaultKind::in_doubt, "", e.what()};
  } catch (const pqxx::statement_completion_unknown& e) {
    return {FaultKind::in_doubt, "40003", e.what()};
  } catch (const pqxx::deadlock_detected& e) {  // in version 6 these are no sql_error
    return {FaultKind::conflict, "40P01", e.what()};
  } catch (const pqxx::serialization_failure& e) {
    return {FaultKind::conflict, "40001", e.what()};
  } catch (const pqxx::transaction_rollback& e) {
    return {FaultKind::conflict, "40000", e.what()};
  } catch (const pqxx::broken_connection& e) {
    return {FaultKind::unavailable, "", e.what()};
  } catch (const pqxx::sql_error& e) {
    // A connection that breaks in the middle of a statement arrives without a SQLSTATE.
    return {e.sqlstate().empty() ? FaultKind::unavailable : kind_of(e.sqlstate()), e.sqlstate(), e.what()};
  } catch (const DatabaseUnavailable& e) {
    return {FaultKind::unavailable, "", e.what()};
  } catch (const std::exception& e) {
    return {FaultKind::refused, "", e.what()};
  } catch (...) {
    return {FaultKind::refused, "", "something that is no std::exception"};
  }
}

}  // namespace ticketd::postgres
