#include "support/fixtures.h"

#include "decide_all.h"
#include "domain/shard.h"
#include "storage/bulk_changes.h"
#include "support/stack.h"

namespace ticketd::tests {

using domain::CommandKind;

Random& chance() {
  static SystemRandom random;
  return random;
}

Time now() { return SystemClock().now(); }

std::string fresh_word() {
  std::string word = "w";
  for (const char c : fresh<UserId>().str()) {
    if (c != '-') word += c;
  }
  return word;
}

storage::User new_user() {
  const auto id = fresh<UserId>();
  return {id, "user", "Ada", id.str() + "@example.org", now(), now()};
}

UserId make_user() { return make_users(1).front(); }

std::vector<UserId> make_users(int count) {
  std::vector<UserId> users;
  std::string ids;
  for (int i = 0; i < count; ++i) {
    users.push_back(fresh<UserId>());
    ids += (ids.empty() ? "{" : ",") + users.back().str();
  }
  sql("INSERT INTO users (id, email, password_hash, created_at, updated_at) "
      "SELECT id, id || '@example.org', 'hash', now(), now() FROM unnest($1::uuid[]) AS u (id)",
      ids + "}");
  return users;
}

storage::Event new_event(UserId owner, int tickets, int max_per_user) {
  storage::Event event;
  event.id = fresh<EventId>();
  event.owner = owner;
  event.title = "Jazz " + fresh_word();
  event.description = "An evening";
  event.location = "Cellar";
  event.starts_at = now() + std::chrono::hours(24);
  event.ends_at = event.starts_at + std::chrono::hours(2);
  event.total_tickets = event.available_tickets = tickets;
  event.max_per_user = max_per_user;
  event.created_at = event.updated_at = now();
  return event;
}

EventId make_event(int tickets, int max_per_user) { return make_event_of(make_user(), tickets, max_per_user); }

EventId make_event_of(UserId owner, int tickets, int max_per_user) {
  const auto event = new_event(owner, tickets, max_per_user);
  commit([&](pqxx::work& tx) { storage::insert_event(tx, event); });
  return event.id;
}

UserId owner_of(EventId event) {
  return *UserId::parse(sql_text("SELECT user_id FROM events WHERE id = $1", event.str()));
}

domain::Command command_for(CommandKind kind, UserId user, EventId event) {
  domain::Command command;
  command.id = fresh<CommandId>();
  command.user = user;
  command.event = event;
  command.action = action_of(kind, fresh<BookingId>());
  command.notification = fresh<NotificationId>();
  command.accepted_at = now();
  command.request_id = "test";
  return command;
}

domain::Command book(UserId user, EventId event) { return command_for(CommandKind::book, user, event); }

domain::Command cancel(UserId user, EventId event) { return command_for(CommandKind::cancel, user, event); }

domain::Command resize_of(UserId owner, EventId event, int tickets) {
  auto command = command_for(CommandKind::update_event, owner, event);
  changes_of(command).total_tickets = tickets;
  return command;
}

domain::Command resize(EventId event, int tickets) { return resize_of(owner_of(event), event, tickets); }

domain::Command remove_of(UserId owner, EventId event) { return command_for(CommandKind::delete_event, owner, event); }

domain::Command remove(EventId event) { return remove_of(owner_of(event), event); }

std::vector<domain::Command> book_all(const std::vector<UserId>& users, EventId event) {
  std::vector<domain::Command> commands;
  for (const auto& user : users) commands.push_back(book(user, event));
  return commands;
}

storage::LoadedBatch load_batch(pqxx::work& tx, const std::vector<domain::Command>& commands) {
  storage::HolderCache nobody;
  return storage::load_batch(tx, commands, nobody);
}

namespace {

domain::BatchFacts facts_of(pqxx::work& tx, const std::vector<domain::Command>& commands,
                            storage::HolderCache& holders) {
  auto batch = storage::load_batch(tx, commands, holders);
  auto facts = worker::decide_all(batch, commands);
  storage::save_batch(tx, batch, facts, now(), chance());
  return facts;
}

std::vector<Decided> decided_by(const domain::BatchFacts& facts) {
  std::vector<Decided> decided;
  for (auto fact = facts.begin(); fact != facts.end();) {
    std::vector<domain::Fact> of_command;
    const auto* command = fact->command;
    for (; fact != facts.end() && fact->command == command; ++fact) of_command.push_back(fact->fact);
    decided.emplace_back(std::move(of_command));
  }
  return decided;
}

}  // namespace

std::vector<Decided> carry_out(pqxx::work& tx, const std::vector<domain::Command>& commands) {
  storage::HolderCache nobody;
  return decided_by(facts_of(tx, commands, nobody));
}

std::vector<Decided> carry_out(const std::vector<domain::Command>& commands, storage::HolderCache& holders) {
  const auto facts = commit([&](pqxx::work& tx) { return facts_of(tx, commands, holders); });
  holders.update(facts);
  return decided_by(facts);
}

bool carry_out_deadline(pqxx::work& tx, const domain::Command& command) {
  const std::vector commands{command};
  auto batch = load_batch(tx, commands);
  const auto facts = worker::decide_all(batch, commands);
  storage::save_batch(tx, batch, facts, std::max(now(), command.accepted_at), chance());
  return !facts.empty();
}

std::vector<Decided> carry_out(const std::vector<domain::Command>& commands) {
  return commit([&](pqxx::work& tx) { return carry_out(tx, commands); });
}

Decided carry_out(const domain::Command& command) { return carry_out(std::vector{command}).at(0); }

void carry_out_pieces(pqxx::work& tx, EventId event, Time at) {
  constexpr int kShards = 16;
  while (storage::update_next_piece(tx, {domain::shard_of(event, kShards)}, kShards, at, 2'000)) {
  }
}

void carry_out_pieces(EventId event, Time at) {
  commit([&](pqxx::work& tx) {
    carry_out_pieces(tx, event, at);
    return true;
  });
}

BookingId insert_booking(EventId event, UserId user, const std::string& state, int slot) {
  const auto id = fresh<BookingId>();
  sql("INSERT INTO bookings (id, event_id, user_id, state, seq, slot, created_at, updated_at, cancelled_at) "
      "VALUES ($1, $2, $3, $4, (SELECT 1000000 + count(*) FROM bookings WHERE event_id = $2), $5, now(), now(), "
      "CASE WHEN $4 = 'cancelled' THEN now() END)",
      id.str(), event.str(), user.str(), state, slot);
  return id;
}

std::int64_t count_bookings(EventId event, const std::string& state) {
  return sql_number("SELECT count(*) FROM bookings WHERE event_id = $1 AND state = $2", event.str(), state);
}

std::vector<UserId> users_in_state(EventId event, const std::string& state) {
  std::vector<UserId> users;
  for (const auto& row :
       sql("SELECT user_id FROM bookings WHERE event_id = $1 AND state = $2 ORDER BY seq", event.str(), state))
    users.push_back(*UserId::parse(row[0].c_str()));
  return users;
}

std::string broken_rule(EventId event) {
  const auto row = sql(R"(
    SELECT e.total_tickets - e.available_tickets - coalesce(sum(b.quantity) FILTER (WHERE b.state = 'confirmed'), 0) AS seats_off,
           e.waiting_list_count - count(*) FILTER (WHERE b.state = 'waitlisted') AS line_off,
           e.waiting_list_count + e.waiting_more - coalesce(sum(b.quantity) FILTER (WHERE b.state = 'waitlisted'), 0) AS more_off,
           NOT e.saved AND count(*) FILTER (WHERE b.state = 'waitlisted' AND coalesce(b.fits_from, 1) <= e.available_tickets) > 0
             AS idle,
           coalesce(max(b.seq) >= e.next_seq, false) AS seq_off,
           e.edition = 1 AND coalesce(min(b.seq) FILTER (WHERE b.state = 'waitlisted') <
                    max(b.seq) FILTER (WHERE b.state = 'confirmed'), false) AS overtaken
    FROM events e LEFT JOIN bookings b ON b.event_id = e.id WHERE e.id = $1 GROUP BY e.id)",
                       event.str())
                       .at(0);
  if (row["seats_off"].as<int>() != 0) return "available_tickets is not what the confirmed bookings leave";
  if (row["line_off"].as<int>() != 0) return "waiting_list_count is not the number of waiting bookings";
  if (row["more_off"].as<int>() != 0) return "waiting_more is not what the waiting bookings want";
  if (row["idle"].as<bool>()) return "a seat is free and somebody waits whom it would serve";
  if (row["seq_off"].as<bool>()) return "next_seq was given out already";
  if (row["overtaken"].as<bool>()) return "somebody waits who came before a confirmed one";
  return "";
}

std::string outcome_of(const domain::Command& command) {
  return sql_text("SELECT outcome FROM commands WHERE id = $1", command.id.str());
}

bool await_blocked(int backend_pid) {
  const auto blocked = [&] {
    return sql_text("SELECT wait_event_type FROM pg_stat_activity WHERE pid = $1", backend_pid) == "Lock";
  };
  return e2e::await(blocked, seconds(5), milliseconds(5));
}

bool await_blocked_or_done(int backend_pid) {
  const auto stands = [&] {
    return sql_number(
               "SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND (wait_event_type = 'Lock' "
               "OR (state = 'idle' AND query = 'COMMIT'))",
               backend_pid) == 1;
  };
  return e2e::await(stands, seconds(5), milliseconds(5));
}

bool terminate(int backend_pid) {
  sql("SELECT pg_terminate_backend($1)", backend_pid);
  const auto gone = [&] {
    return sql_number("SELECT count(*) FROM pg_stat_activity WHERE pid = $1", backend_pid) == 0;
  };
  return e2e::await(gone, seconds(5), milliseconds(5));
}

}  // namespace ticketd::tests
