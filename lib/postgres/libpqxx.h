// libpqxx, of Debian 12 (6.4) or Debian 13 (7.10). What differs between them is in this file and nowhere else.
#pragma once
#include <concepts>
#include <functional>
#include <pqxx/pqxx>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace ticketd::postgres {

#if PQXX_VERSION_MAJOR < 7

using Bytes = pqxx::binarystring;
inline Bytes bytes_parameter(const std::string& bytes) { return Bytes(bytes); }

// Later versions never reconnect; this one calls the way to say so deprecated for that reason.
inline void never_reconnect(pqxx::connection& connection) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  connection.inhibit_reactivation(true);
#pragma GCC diagnostic pop
}

// Notices belong in the server's log, not in ours.
using NoNotices = pqxx::quiet_errorhandler;

// Hands every notice of the server on, for as long as it lives.
class NoticeHandler : public pqxx::errorhandler {
 public:
  NoticeHandler(pqxx::connection& connection, std::function<void(std::string_view)> take)
      : pqxx::errorhandler(connection), take_(std::move(take)) {}
  bool operator()(const char text[]) noexcept override {
    take_(text);
    return false;  // nobody else needs to hear of it
  }

 private:
  std::function<void(std::string_view)> take_;
};

template <class... Args>
pqxx::result execute(pqxx::transaction_base& tx, const std::string& sql, const Args&... args) {
  return tx.exec_params(sql, args...);
}
inline pqxx::result execute_with(pqxx::transaction_base& tx, const std::string& sql,
                                 const std::vector<std::string>& values) {
  return tx.exec_params(sql, pqxx::prepare::make_dynamic_params(values));
}
template <class... Args>
pqxx::result execute_prepared(pqxx::transaction_base& tx, const char* name, const Args&... args) {
  return tx.exec_prepared(name, args...);
}

#else

using Bytes = pqxx::bytes;
inline Bytes bytes_parameter(const std::string& bytes) {
  const auto* begin = reinterpret_cast<const std::byte*>(bytes.data());
  return {begin, begin + bytes.size()};
}

inline void never_reconnect(pqxx::connection& /*connection*/) {}

struct NoNotices {  // they go nowhere unless there is a handler
  explicit NoNotices(pqxx::connection& /*connection*/) {}
};

class NoticeHandler {
 public:
  NoticeHandler(pqxx::connection& connection, std::function<void(std::string_view)> take) : connection_(connection) {
    connection.set_notice_handler([take = std::move(take)](pqxx::zview text) noexcept { take(text); });
  }
  ~NoticeHandler() { connection_.set_notice_handler({}); }
  NoticeHandler(const NoticeHandler&) = delete;
  NoticeHandler& operator=(const NoticeHandler&) = delete;

 private:
  pqxx::connection& connection_;
};

template <class T>
const T& argument(const T& value) {
  return value;
}
// As text: GCC 14 warns falsely of what pqxx::params makes of a number.
inline std::string argument(const std::integral auto& number) { return pqxx::to_string(number); }

template <class... Args>
pqxx::result execute(pqxx::transaction_base& tx, const std::string& sql, const Args&... args) {
  return tx.exec(sql, pqxx::params{argument(args)...});
}
inline pqxx::result execute_with(pqxx::transaction_base& tx, const std::string& sql,
                                 const std::vector<std::string>& values) {
  pqxx::params all;
  all.append_multi(values);
  return tx.exec(sql, all);
}
template <class... Args>
pqxx::result execute_prepared(pqxx::transaction_base& tx, const char* name, const Args&... args) {
  return tx.exec(pqxx::prepped(name), pqxx::params{argument(args)...});
}

#endif

// A session that knows which statements it has prepared: libpqxx 7 refuses to prepare a name twice. It never
// reconnects: one that holds locks must not silently become another.
class Session : public pqxx::connection {
 public:
  // Throws pqxx::failure.
  explicit Session(const std::string& url) : pqxx::connection(url) { never_reconnect(*this); }
  void prepare_once(const char* name, const char* sql) {
    if (prepared_.contains(name)) return;
    prepare(name, sql);
    prepared_.insert(name);
  }

 private:
  NoNotices none_{*this};
  std::unordered_set<std::string_view> prepared_;
};

}  // namespace ticketd::postgres
