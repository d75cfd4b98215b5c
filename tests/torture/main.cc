// Torture: everything dies, whenever it likes, and nothing of what was promised may break. `make torture SEEDS=20`;
// tests/torture/run says what it needs.
//
//   torture walk        the audit's own test, every crash point, and how long recovery takes
//   torture attacks     the attacks among them, alone
//   torture race        the race for the seats of two pools among them, alone
//   torture time N      deadlines, and the round of the seed N in which clocks are wrong and workers stand still
//   torture mail N      the round of the seed N in which people are told by mail, and the messenger dies
//   torture seeds A B   the rounds of the seeds A to B
#include <curl/curl.h>
#include <sodium.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <sstream>

#include "attacks.h"
#include "mails.h"
#include "recovery.h"
#include "round.h"
#include "self_test.h"
#include "support/mailed_links.h"
#include "support/stack.h"
#include "support/stack_database.h"

// Last, for its `new` is a macro.
#include <CppUTest/CommandLineTestRunner.h>
#include <CppUTest/MemoryLeakWarningPlugin.h>

using namespace ticketd::torture;

namespace {

constexpr std::chrono::milliseconds kLength{22'000};      // of the troubles of a seed
constexpr std::chrono::milliseconds kTimeLength{10'000};  // of those with time, after the first
constexpr std::chrono::milliseconds kMailLength{10'000};  // of those with mail
constexpr std::int64_t kAtLeast = 1'000;                  // accepted commands of a seed

class Tally {
 public:
  void count(bool good, const std::string& what) {
    ++(good ? passed_ : failed_);
    std::cout << (good ? "ok      " : "FAILED  ") << what << std::endl;
  }
  void count(const Report& report, const std::string& what) {
    const auto& f = report.figures;
    count(f.violations == 0, what + ": " + std::to_string(f.accepted) + " accepted commands, " +
                                 std::to_string(f.calls) + " calls in " + std::to_string(f.attempts) + " attempts, " +
                                 std::to_string(f.promotions) + " promotions, " + std::to_string(f.redelivered) +
                                 " redelivered, " + std::to_string(f.violations) + " violations");
    for (const auto& line : report.findings.lines()) std::cout << "        " << line << '\n';
    auto file = what.substr(0, what.find(' ', what.find(' ') + 1));
    std::replace(file.begin(), file.end(), ' ', '-');
    file = ticketd::e2e::setting("RUN_DIR") + "/log/torture-" + file + ".history";
    write_history(report, file);
    if (f.violations > 0) std::cout << "        what happened: " << file << std::endl;
  }
  int close() const {
    std::cout << passed_ << " passed, " << failed_ << " failed" << std::endl;
    return failed_ == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
  }

 private:
  int passed_ = 0;
  int failed_ = 0;
};

void test_the_audit(Lab& lab, Tally& tally) {
  Plan plan{.seed = 1, .clients = 16, .people = 100, .think_ms = 10};
  plan.trouble = [](Lab&, Clients& clients, Chance&) {
    ticketd::e2e::await([&] { return clients.accepted() > 800; }, std::chrono::seconds(30));
    return std::vector<Strike>{};
  };
  const auto good = run_round(lab, plan);
  tally.count(good, "undisturbed round");
  for (const auto& trial : try_the_audit(good))
    tally.count(trial.found, "planted: " + trial.name + ", found as " + trial.rule);
}

// Hundreds of people at once, who want one to six tickets of two pools, with two workers: every decision is what the
// model says of the order of acceptance, and of another order it is not.
void race_for_two_pools(Lab& lab, Tally& tally) {
  Plan plan{.seed = 3, .clients = 64, .people = 400, .think_ms = 5, .deletes = false};
  plan.shows = {{.tickets = 500, .max_per_user = 6, .balcony = 200}};
  plan.trouble = [](Lab&, Clients& clients, Chance&) {
    ticketd::e2e::await([&] { return clients.accepted() > 3'000; }, std::chrono::seconds(60));
    return std::vector<Strike>{};
  };
  auto race = run_round(lab, plan);
  tally.count(race, "400 people, 500 seats, two pools");
  std::map<std::string, int> outcomes;
  for (const auto& row : race.evidence.commands) ++outcomes[row.outcome + ' ' + row.reason];
  for (const auto& [outcome, count] : outcomes) std::cout << "        " << outcome << ' ' << count << '\n';
  tally.count(found_in_another_order(race), "two neighbours of the order exchanged, and the audit noticed");
}

void print_met(const Figures& figures) {
  for (const auto& [what, count] : figures.met) std::cout << "        " << what << " " << count << '\n';
}

void print(const Figures& sum, const std::string& what) {
  std::cout << "        " << what << ": " << sum.take_overs << " changes of shards, " << sum.deaths
            << " deaths at crash points, longest recovery " << std::fixed << std::setprecision(2)
            << sum.longest_recovery_s << " s (" << sum.slowest << "), longest wait " << sum.longest_wait_s
            << " s\n        faults:";
  const char* comma = " ";
  for (const auto& [kind, count] : sum.strikes) {
    std::cout << comma << kind << " " << count;
    comma = ", ";
  }
  std::cout << '\n';
  print_met(sum);
  std::cout << std::flush;
}

// Seats are held for a minute, which takes three seconds.
Plan plan_of_time(std::uint64_t seed) {
  return {.seed = seed, .clients = 40, .people = 120, .think_ms = 30, .rate = 20};
}

void test_the_audit_of_time(Lab& lab, Tally& tally) {
  auto plan = plan_of_time(1);
  plan.trouble = [](Lab&, Clients& clients, Chance&) {
    const auto expired = [] {
      return ticketd::e2e::count("SELECT count(*) FROM bookings WHERE reason = 'offer_expired'");
    };
    const auto wanted = expired() + 50;
    ticketd::e2e::await([&] { return clients.accepted() > 800 && expired() >= wanted; }, std::chrono::seconds(30));
    return std::vector<Strike>{};
  };
  const auto good = run_round(lab, plan);
  tally.count(good, "undisturbed deadlines");
  print_met(good.figures);
  for (const auto& trial : try_the_audit_of_time(good))
    tally.count(trial.found, "planted: " + trial.name + ", found as " + trial.rule);
}

void deadlines(Lab& lab, Tally& tally) {
  test_the_audit_of_time(lab, tally);
  const auto met = freeze_across_a_deadline(lab);
  std::ostringstream what;
  what << "workers frozen across a deadline: " << met.heeded << " of " << met.in_time
       << " who said yes in time have their seats, " << met.refused << " of " << met.late
       << " who were too late have none";
  tally.count(met.is_just(), what.str());
}

// Clocks are wrong and workers stand still, where seats are held for a minute. Each of it must have happened.
Figures time_round(Lab& lab, Tally& tally, std::uint64_t seed) {
  auto plan = plan_of_time(seed);
  plan.trouble = [](Lab& bent, Clients&, Chance& chance) { return bend_time(bent, chance, kTimeLength); };
  const auto report = run_round(lab, plan);
  const auto name = "time " + std::to_string(seed);
  tally.count(report, name);
  print(report.figures, name);
  for (const auto* what : {"clock steps", kLeaseLost, "seats expired", "yes to held seats: confirmed_held",
                           "yes refused by the API: offer_expired", "cut while seats are held: updated"}) {
    if (!report.figures.met.contains(what)) tally.count(false, name + ": no " + what);
  }
  if (report.figures.met.contains(kLeaseKept)) tally.count(false, name + ": a worker that stood still kept its shards");
  return report.figures;
}

// Everybody is told by mail, while the messenger and the mail server die and stand still, and the database comes and
// goes. One mail less would be noticed.
void mail_round(Lab& lab, Tally& tally, std::uint64_t seed) {
  const auto name = "mail " + std::to_string(seed);
  forget_mails();
  Report report;
  {
    const ticketd::e2e::MailIsOn on;
    Plan plan{.seed = seed};
    plan.trouble = [](Lab& broken, Clients&, Chance& chance) {
      auto faults = mail_faults();
      for (const auto& more : {mail_faults(), all_faults()}) faults.insert(faults.end(), more.begin(), more.end());
      return break_things(broken, chance, kMailLength, faults);
    };
    report = run_round(lab, plan);
  }
  await_mails();
  Lab::set_clocks_right();
  std::vector<std::string> events;
  for (const auto& event : report.evidence.planned) events.push_back(event.id);
  auto taken = taken_mails();
  const auto figures = audit_mails(events, taken);
  tally.count(report, name);
  print(report.figures, name);
  std::ostringstream what;
  what << name << ": " << figures.told << " are to be told by mail: " << figures.failed << " failed visibly, "
       << figures.doubled << " arrived twice with the same Message-ID, " << figures.left << " are left, "
       << figures.lost.size() << " are lost";
  tally.count(figures.lost.empty() && figures.left == 0 && figures.told > 0, what.str());
  for (std::size_t i = 0; i < std::min<std::size_t>(5, figures.lost.size()); ++i)
    std::cout << "        lost: " << figures.lost[i] << '\n';
  const auto& told = report.evidence.notifications;
  const auto some = std::find_if(told.begin(), told.end(), [&](const auto& row) { return taken.contains(row.id); });
  if (some != told.end()) taken.erase(some->id);
  tally.count(audit_mails(events, taken).lost.size() == figures.lost.size() + 1,
              name + ": planted: one mail less, found");
}

// Commands in flight, somebody dies at the points, comes back, and some more commands.
void crash(Lab& lab, Tally& tally, const std::vector<std::string>& points, std::uint64_t seed) {
  bool all = false;
  Plan plan{.seed = seed, .clients = 16, .people = 60, .think_ms = 15};
  plan.trouble = [&](Lab&, Clients& clients, Chance&) {
    const auto some_more = [&] {
      const auto wanted = clients.accepted() + 120;
      ticketd::e2e::await([&] { return clients.accepted() >= wanted; }, std::chrono::seconds(20));
    };
    some_more();
    all = crash_at(lab, points);
    some_more();
    return std::vector<Strike>{};
  };
  const auto report = run_round(lab, plan);
  std::string what = "crash at";
  for (const auto& point : points) what += (what.size() > 8 ? ", " : " ") + point;
  tally.count(report, what);
  if (!all) tally.count(false, what + ": nobody came by within 10 s");
}

void attack(Lab& lab, Tally& tally) {
  tally.count(run_round(lab, kill_again_and_again(1)), "worker killed ten times in a row");
  tally.count(drains_a_full_queue(lab), "a worker that starts drains a queue whose memory is full");
  const auto failed = batches_failed_by_rebooking(lab);
  tally.count(failed == 0, "cancelling and booking anew in one batch: " + std::to_string(failed) + " batches failed");
}

int attacks(Lab& lab) {
  Tally tally;
  attack(lab, tally);
  return tally.close();
}

int race(Lab& lab) {
  Tally tally;
  race_for_two_pools(lab, tally);
  return tally.close();
}

int mail_alone(Lab& lab, std::uint64_t seed) {
  Tally tally;
  mail_round(lab, tally, seed);
  return tally.close();
}

int time_alone(Lab& lab, std::uint64_t seed) {
  Tally tally;
  deadlines(lab, tally);
  time_round(lab, tally, seed);
  return tally.close();
}

int walk(Lab& lab) {
  Tally tally;
  test_the_audit(lab, tally);
  deadlines(lab, tally);
  race_for_two_pools(lab, tally);
  attack(lab, tally);
  for (const auto& point : crash_points()) crash(lab, tally, {point}, 1);
  Chance chance(7);
  for (std::uint64_t i = 0; i < 3; ++i) {
    auto points = crash_points();
    std::shuffle(points.begin(), points.end(), chance);
    points.resize(2 + i);
    crash(lab, tally, points, 2 + i);
  }
  for (const auto& figure : measure_recoveries(lab)) {
    std::ostringstream line;
    line << std::fixed << std::setprecision(2) << "recovery: " << figure.what << ": next outcomes after "
         << figure.took_s << " s, at most " << figure.limit_s;
    tally.count(figure.met(), line.str());
  }
  return tally.close();
}

int seeds(Lab& lab, std::uint64_t first, std::uint64_t last) {
  Tally tally;
  Figures sum;
  for (auto seed = first; seed <= last; ++seed) {
    Plan plan{.seed = seed, .workers = seed % 3 == 0 ? 4 : 2};
    plan.trouble = [](Lab& broken, Clients&, Chance& chance) {
      return break_things(broken, chance, kLength, all_faults());
    };
    const auto report = run_round(lab, plan);
    const auto name = "seed " + std::to_string(seed);
    tally.count(report, name + " with " + std::to_string(plan.workers) + " workers");
    print(report.figures, name);
    if (report.figures.accepted < kAtLeast) tally.count(false, name + ": less than a thousand commands");
    sum.add(report.figures);
    sum.add(time_round(lab, tally, seed));
    mail_round(lab, tally, seed);
  }
  std::cout << "in all: " << last - first + 1 << " seeds, " << sum.accepted << " accepted commands, " << sum.calls
            << " calls in " << sum.attempts << " attempts, " << sum.promotions << " promotions, " << sum.redelivered
            << " redelivered, " << sum.violations << " violations\n";
  print(sum, "in all");
  return tally.close();
}

}  // namespace

int main(int argc, char** argv) {
  MemoryLeakWarningPlugin::turnOffNewDeleteOverloads();
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  if (sodium_init() < 0 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return EXIT_FAILURE;
  const std::vector<std::string> words(argv + 1, argv + argc);
  try {
    Lab lab;
    if (words.size() == 1 && words[0] == "walk") return walk(lab);
    if (words.size() == 1 && words[0] == "attacks") return attacks(lab);
    if (words.size() == 1 && words[0] == "race") return race(lab);
    if (words.size() == 2 && words[0] == "mail") return mail_alone(lab, std::stoull(words[1]));
    if (words.size() == 2 && words[0] == "time") return time_alone(lab, std::stoull(words[1]));
    if (words.size() == 3 && words[0] == "seeds") return seeds(lab, std::stoull(words[1]), std::stoull(words[2]));
    std::cerr << "usage: torture walk | attacks | race | time N | mail N | seeds A B\n";
  } catch (const std::exception& error) {
    std::cerr << "torture: " << error.what() << '\n';
  }
  return EXIT_FAILURE;
}
