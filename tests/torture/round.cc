#include "round.h"

#include <algorithm>
#include <fstream>
#include <future>
#include <iostream>
#include <set>
#include <stdexcept>

#include "base/time.h"
#include "support/booking_steps.h"
#include "support/stack.h"
#include "support/stack_database.h"

namespace ticketd::torture {
namespace {

using RightClock = std::chrono::system_clock;

// Small ones, where every seat is fought for, and big ones; of some, people book several tickets, some hold seats, and
// some have two pools. The last two may be deleted.
const std::vector<ShowPlan> kShows = {{1, 1},
                                      {2, 1},
                                      {3, 3},
                                      {5, 1, 600, 600},
                                      {8, 6},
                                      {10, 4, 600, 0, true},
                                      {12, 3, 0, 600},
                                      {15, 1},
                                      {40, 8},
                                      {150, 1},
                                      {.tickets = 9, .max_per_user = 4, .balcony = 3},
                                      {.tickets = 60, .max_per_user = 5, .offer_minutes = 600, .balcony = 20},
                                      {4, 1, 600},
                                      {.tickets = 70, .max_per_user = 4, .balcony = 30}};
constexpr std::size_t kDeletable = 2;

// The same where time runs: nobody has a seat for long without a yes.
const std::vector<ShowPlan> kShortHolds = {
    {2, 1, 1, 1},
    {50, 1, 1, 1},
    {60, 6, 1, 1},
    {10, 4, 1, 0, true},
    {30, 5, 0, 1},
    {40, 5, 1, 1, true},
    {.tickets = 12, .max_per_user = 4, .hold_minutes = 1, .offer_minutes = 1, .balcony = 4},
    {.tickets = 20, .max_per_user = 5, .offer_minutes = 1, .balcony = 6},
    {4, 1, 1, 1},
    {.tickets = 20, .max_per_user = 4, .hold_minutes = 1, .offer_minutes = 1, .balcony = 8}};
// More than a deadline and a clock that is ahead of it.
constexpr std::chrono::seconds kPastAllDeadlines{180};

const std::vector<ShowPlan>& shows_of(const Plan& plan) {
  if (!plan.shows.empty()) return plan.shows;
  return plan.rate > 1 ? kShortHolds : kShows;
}

Json body_of(const ShowPlan& show) {
  auto body = e2e::event_body(
      {.tickets = show.tickets, .max_per_user = show.max_per_user, .starts_in = std::chrono::hours(24 * 3)});
  body.set("hold_minutes", show.hold_minutes);
  body.set("offer_minutes", show.offer_minutes);
  body.set("confirmed_by", show.is_confirmed_by_owner ? "organiser" : "attendee");
  if (show.balcony == 0) return body;
  body.set("number_of_tickets", nullptr);
  auto pools = Json::array();
  for (const bool balcony : {false, true}) {
    const int capacity = balcony ? show.balcony : show.tickets - show.balcony;
    auto types = Json::array();
    types.push(Json::object({{"name", "Adult"}}));
    types.push(Json::object({{"name", "Member"}, {"limit", 1 + capacity / 2}, {"max_per_booking", 3}}));
    pools.push(Json::object({{"name", balcony ? "Balcony" : "Floor"},
                             {"capacity", capacity},
                             {"held_back", balcony ? 1 : 0},
                             {"ticket_types", types}}));
  }
  return body.set("pools", pools);
}

// As the answer says that it was made.
Show show_of(const ShowPlan& plan, const e2e::Person& owner, const Json& event) {
  Show show{std::string(event["id"].text()),
            &owner,
            plan.tickets,
            plan.max_per_user,
            parse_time(event["start_date_time"].text()).value(),
            plan.hold_minutes > 0 || plan.offer_minutes > 0,
            plan.is_confirmed_by_owner,
            plan.hold_minutes,
            plan.offer_minutes};
  if (plan.balcony == 0) return show;
  for (std::size_t i = 0; i < event["pools"].size(); ++i) {
    const Json pool = event["pools"].at(i);
    show.pools.push_back({.id = *PoolId::parse(pool["id"].text()),
                          .capacity = static_cast<int>(pool["capacity"].integer()),
                          .held_back = static_cast<int>(pool["held_back"].integer())});
  }
  for (std::size_t i = 0; i < event["ticket_types"].size(); ++i) {
    const Json said = event["ticket_types"].at(i);
    auto& type = show.types.emplace_back();
    type.id = *TicketTypeId::parse(said["id"].text());
    type.pool = *PoolId::parse(said["pool_id"].text());
    type.position = static_cast<int>(said["position"].integer());
    if (said["limit"].is_integer()) type.limit = static_cast<int>(said["limit"].integer());
    if (said["max_per_booking"].is_integer())
      type.max_per_booking = static_cast<int>(said["max_per_booking"].integer());
  }
  return show;
}

Scene make_scene(const Plan& plan) {
  Scene scene;
  scene.people = e2e::make_people(static_cast<std::size_t>(plan.people));
  scene.think_ms = plan.think_ms;
  scene.rate = plan.rate;
  scene.deletable = plan.deletes ? kDeletable : 0;
  for (const auto& show : shows_of(plan)) {
    const auto& owner = scene.people[scene.shows.size()];
    const auto reply = owner.post("/v1/events/initialize", body_of(show));
    if (reply.status != 201) throw std::runtime_error("an event could not be made: " + reply.error + reply.body);
    scene.shows.push_back(show_of(show, owner, reply.data()));
  }
  return scene;
}

// GET /v1/requests for every command that was accepted. An endpoint that just met a PostgreSQL that hung leaves it
// alone for as long as it had to wait, and says 503 meanwhile: a client asks again.
std::vector<Look> look_at_all(const Scene& scene, const Evidence& evidence) {
  constexpr std::size_t kThreads = 4;
  std::map<std::string, const e2e::Person*> people;
  for (const auto& person : scene.people) people[person.id] = &person;
  const auto some = [&](std::size_t first) {
    std::vector<Look> looks;
    for (std::size_t i = first; i < evidence.accepted.size(); i += kThreads) {
      const auto user = evidence.accepted[i].user.str(), id = evidence.accepted[i].id.str();
      auto sent = std::chrono::steady_clock::now();
      e2e::Response reply;
      e2e::await([&] {
        sent = std::chrono::steady_clock::now();
        reply = people.at(user)->get("/v1/requests/" + id);
        return reply.status != 503;
      });
      const Json data = reply.data();
      looks.push_back({user, id, sent, std::chrono::steady_clock::now(), reply.status,
                       std::string(data["state"].text()), std::string(data["outcome"].text())});
    }
    return looks;
  };
  std::vector<std::future<std::vector<Look>>> parts;
  for (std::size_t i = 0; i < kThreads; ++i) parts.push_back(std::async(std::launch::async, some, i));
  std::vector<Look> looks;
  for (auto& part : parts) {
    auto found = part.get();
    looks.insert(looks.end(), found.begin(), found.end());
  }
  return looks;
}

// What was decided for many bookings at once is carried out after its outcome is known.
void await_bulk_changes(pqxx::connection& connection) {
  const auto none_left = [&] {
    pqxx::nontransaction tx(connection);
    return tx.exec("SELECT count(*) = 0 FROM bulk_changes WHERE done_at IS NULL")[0][0].as<bool>();
  };
  if (!e2e::await(none_left, std::chrono::seconds(30))) std::cout << "  bulk changes are still to do after 30 s\n";
}

// All that was held ends, but for what is offered by that: until its deadline nothing moves.
void await_deadlines() {
  Lab::let_pass(kPastAllDeadlines);
  const auto now = format_time(SystemClock().now());
  const auto none_left = [&] {
    return e2e::query("SELECT count(*) = 0 FROM bookings WHERE state = 'confirmed' AND held_until <= $1::timestamptz",
                      now)[0][0]
        .as<bool>();
  };
  if (!e2e::await(none_left, std::chrono::seconds(30)))
    std::cout << "  seats are still held 30 s after their deadline\n";
}

Evidence gather(const Scene& scene) {
  Evidence evidence;
  for (const auto& show : scene.shows)
    evidence.planned.push_back({show.id, show.owner->id, show.tickets, show.max_per_user, show.starts_at,
                                show.hold_minutes, show.offer_minutes, show.is_confirmed_by_owner, show.pools,
                                show.types});
  load_queue(evidence);
  auto connection = connect_directly();
  await_bulk_changes(connection);
  pqxx::work tx(connection);
  load_tables(tx, evidence);
  evidence.looks = look_at_all(scene, evidence);
  return evidence;
}

std::int64_t epoch_of(RightClock::time_point at) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

// From the moments at which nothing was broken any more to the next outcome, whosever it was; and how long the
// unluckiest waited for theirs.
void measure_waits(const std::vector<Strike>& strikes, const Evidence& evidence, Figures& figures) {
  std::vector<std::string> events;
  for (const auto& event : evidence.planned) events.push_back(event.id);
  const auto rows = e2e::query(
      "SELECT DISTINCT epoch_ms(decided_at), max(epoch_ms(decided_at) - epoch_ms(accepted_at)) OVER () FROM commands "
      "WHERE event_id = ANY ($1::uuid[])",
      e2e::array_of(events));
  std::set<std::int64_t> decided;
  for (const auto& row : rows) decided.insert(row[0].as<std::int64_t>());
  if (!rows.empty()) figures.longest_wait_s = rows[0][1].as<double>() / 1'000;
  for (const auto& strike : strikes) {
    const auto well = epoch_of(strike.well);
    const auto next = decided.upper_bound(well);
    if (next == decided.end()) continue;
    // Whether nothing else was broken then, nor broke before that outcome.
    const bool alone = std::none_of(strikes.begin(), strikes.end(), [&](const auto& other) {
      return &other != &strike && epoch_of(other.at) < *next && epoch_of(other.well) > well;
    });
    if (!alone) continue;
    const double took = static_cast<double>(*next - well) / 1'000;
    if (took <= figures.longest_recovery_s) continue;
    figures.longest_recovery_s = took;
    figures.slowest = strike.kind;
  }
}

}  // namespace

void Figures::add(const Figures& other) {
  accepted += other.accepted;
  calls += other.calls;
  attempts += other.attempts;
  redelivered += other.redelivered;
  take_overs += other.take_overs;
  promotions += other.promotions;
  deaths += other.deaths;
  violations += other.violations;
  if (other.longest_recovery_s > longest_recovery_s) slowest = other.slowest;
  longest_wait_s = std::max(longest_wait_s, other.longest_wait_s);
  longest_recovery_s = std::max(longest_recovery_s, other.longest_recovery_s);
  for (const auto& [kind, count] : other.strikes) strikes[kind] += count;
  for (const auto& [what, count] : other.met) met[what] += count;
}

Report run_round(Lab& lab, const Plan& plan) {
  constexpr const char* kRedelivered = "ticketd_worker_redeliveries_total";
  lab.use_workers(plan.workers);
  lab.heal();
  static_cast<void>(lab.take_notes());
  Lab::begin_log();
  const auto scene = make_scene(plan);
  const auto redelivered = Lab::metric(kRedelivered), take_overs = Lab::log_lines("shards");
  Report report{.history = {}, .evidence = {}, .findings = {}, .figures = {}, .strikes = {}};
  Chance chance(plan.seed);
  if (plan.rate > 1) Lab::let_time_run(plan.rate);
  Clients clients(scene, chance(), plan.clients);
  report.strikes = plan.trouble(lab, clients, chance);
  clients.stop();
  if (plan.rate > 1) Lab::let_time_run(1);
  report.figures.deaths = lab.disarm_all();
  lab.heal();
  report.history = clients.finish();
  Lab::await_empty_queue();  // what it leaves behind the audit finds
  if (plan.rate > 1) await_deadlines();

  report.evidence = gather(scene);
  Lab::set_clocks_right();
  report.evidence.clocks_were_right = std::none_of(report.strikes.begin(), report.strikes.end(),
                                                   [](const auto& strike) { return strike.kind.starts_with("clock"); });
  report.findings = audit(report.history, report.evidence);
  auto& figures = report.figures;
  figures.violations = report.findings.count();
  figures.accepted = static_cast<std::int64_t>(report.evidence.accepted.size());
  figures.calls = static_cast<std::int64_t>(report.history.calls.size() + report.history.looks.size());
  figures.attempts = static_cast<std::int64_t>(report.history.looks.size());
  for (const auto& call : report.history.calls) figures.attempts += static_cast<std::int64_t>(call.attempts.size());
  for (const auto& booking : report.evidence.bookings) figures.promotions += booking.promoted ? 1 : 0;
  figures.redelivered = Lab::metric(kRedelivered) - redelivered;
  figures.take_overs = Lab::log_lines("shards") - take_overs;
  for (const auto& strike : report.strikes) ++figures.strikes[strike.kind];
  figures.met = lab.take_notes();
  for (const auto& [what, count] : report.findings.met()) figures.met[what] += count;
  if (plan.rate == 1) measure_waits(report.strikes, report.evidence, figures);
  return report;
}

void write_history(const Report& report, const std::string& path) {
  const auto by_clock = [](RightClock::time_point at) {
    return format_time(std::chrono::time_point_cast<std::chrono::milliseconds>(at)).substr(11);
  };
  const auto steady = std::chrono::steady_clock::now();
  const auto system = RightClock::now();
  std::multimap<std::string, std::string> lines;
  for (const auto& strike : report.strikes)
    lines.emplace(by_clock(strike.at), "*** " + strike.kind + ", until " + by_clock(strike.well));
  for (const auto& call : report.history.calls) {
    const auto sent = call.attempts.front().sent;
    lines.emplace(by_clock(system + std::chrono::duration_cast<RightClock::duration>(sent - steady)), told(call));
  }
  std::ofstream file(path);
  for (const auto& [at, line] : lines) file << at << ' ' << line << '\n';
}

}  // namespace ticketd::torture
