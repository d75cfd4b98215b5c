// ticketctl as an operator calls it: what it prints, and how it ends.
#include "ctl_rig.h"
#include "queue/wire.h"
#include "storage/refresh_tokens.h"

namespace ticketd::tests {

// A database and a queue that hold nothing but what the test puts there.
TEST_GROUP_BASE(Ticketctl, CtlTest){void setup() override{CtlTest::setup();
sql("TRUNCATE users, events, bookings, commands, notifications, dead_letters, waiting_blocks CASCADE");
}  // namespace ticketd::tests
static Ended call(const std::string& arguments, const std::string& redis_url = stores().queue_url) {
  return call_ctl(arguments, {{"QUEUE_REDIS_URL", redis_url}});
}
// A booking by nobody, which dies.
domain::Command dead_command() {
  const auto command = submit(book(fresh<UserId>(), make_event()));
  DrainRig().drain_all();
  return command;
}
}
;

TEST(Ticketctl, VerifySaysThatAllIsWell) {
  submit(book(make_user(), make_event()));
  DrainRig().drain_all();
  expect_ends(0, "checked 1 event, 1 booking, 1 command, 1 notification and 0 queued commands: all rules hold",
              call("verify"));
}

TEST(Ticketctl, EndsEverybodysSessionsWhenToldTwice) {
  commit([&](pqxx::work& tx) {
    storage::insert_refresh_token(tx, {std::string(32, 'h'), fresh<SessionId>(), make_user(), now() + seconds(60)},
                                  now());
  });
  expect_ends(2, "nothing was done", call("user revoke-sessions --all"));
  expect_ends(2, "or --all", call("user revoke-sessions"));
  expect_text("1", std::to_string(call("user revoke-sessions --all --yes --json").json()["sessions"].integer()));
  expect_ends(0, "0 sessions ended", call("user revoke-sessions --all --yes"));
}

TEST(Ticketctl, VerifyListsWhatIsOff) {
  const auto event = make_event(3);
  sql("UPDATE events SET available_tickets = 2");
  const auto ended = call("verify");
  expect_ends(1, ": 1 rule is broken", ended);
  expect_contains("event " + event.str() + ": available_tickets is 2, the bookings leave 3", ended.said);
}

TEST(Ticketctl, VerifySpeaksJson) {
  const auto event = make_event(3);
  sql("UPDATE events SET available_tickets = 2");
  const auto json = call("verify --json").json();
  CHECK(json.has("ok") && !json["ok"].boolean());
  expect_text("available_tickets", json["broken"].at(0)["rule"].text());
  expect_text(event.str(), json["broken"].at(0)["examples"].at(0)["id"].text());
  expect_text("all", json["queue"]["checked"].text());
}

TEST(Ticketctl, VerifyWorksWithoutRedisAndSaysSo) {
  const auto ended = call("verify", "redis://127.0.0.1:1");
  expect_ends(0, "all rules hold", ended);
  expect_contains("the queue was not checked", ended.said);
  expect_text("no", call("--json verify", "redis://127.0.0.1:1").json()["queue"]["checked"].text());
}

TEST(Ticketctl, VerifyReportsALostRequest) {
  const auto command = book(make_user(), make_event());
  const auto place = "0 " + std::to_string(epoch_ms(now() - seconds(120))) + "-0";
  stores().queue.take()->command({"HSET", queue::pending_key(command.user), command.id.str(), place});
  expect_ends(1, command.id.str(), call("verify"));
}

TEST(Ticketctl, DeadListAndShowTellWhatIsKnown) {
  expect_ends(0, "there are no dead letters", call("dead list"));
  const auto command = dead_command();
  expect_ends(0, command.id.str(), call("dead list"));
  const auto shown = call("dead show " + command.id.str());
  for (const auto& part : {command.user.str(), command.event.str(), command.booking()->str(), std::string("23503")})
    expect_ends(0, part, shown);
  const auto json = call("dead list --json").json();
  LONGS_EQUAL(1, json["count"].integer());
  expect_text("failed", json["dead_letters"].at(0)["state"].text());
}

TEST(Ticketctl, DeadRetryPutsBackOneOrAll) {
  const auto one = dead_command(), two = dead_command(), three = dead_command();
  expect_ends(0, one.id.str() + ": is back in the queue", call("dead retry " + one.id.str()));
  LONGS_EQUAL(1, queued());
  LONGS_EQUAL(2, call("dead retry --all --json").json()["dead_letters"].size());
  LONGS_EQUAL(3, queued());
  expect_ends(0, "there are no dead letters", call("dead retry --all"));
}

TEST(Ticketctl, DeadDropGivesUpOneOrAll) {
  const auto one = dead_command(), two = dead_command();
  expect_ends(0, one.id.str() + ": is dropped", call("dead drop " + one.id.str()));
  expect_ends(0, two.id.str() + ": is dropped", call("dead drop --all"));
  LONGS_EQUAL(0, sql_number("SELECT count(*) FROM dead_letters"));
  expect_text("failed", outcome_of(one));
}

TEST(Ticketctl, AnEntryThatCannotBeReadIsShownAndDroppedButNotRetried) {
  add_raw("refund");
  DrainRig().drain_all();
  const auto id = call("dead list --json").json()["dead_letters"].at(0)["id"];
  const std::string entry(id.text());
  expect_contains("0/", entry);
  expect_ends(0, "refund", call("dead show " + entry));
  expect_ends(1, "cannot read it", call("dead retry " + entry));
  expect_ends(1, "cannot read it", call("dead retry --all"));
  expect_ends(0, "is dropped", call("dead drop " + entry));
}

TEST(Ticketctl, AnUnknownIdEndsWithOne) {
  const auto id = fresh<CommandId>().str();
  for (const auto* what : {"show ", "retry ", "drop "}) expect_ends(1, "there is no", call("dead " + (what + id)));
}

TEST(Ticketctl, WithoutRedisARetryChangesNothing) {
  const auto command = dead_command();
  expect_ends(1, "Redis", call("dead retry " + command.id.str(), "redis://127.0.0.1:1"));
  expect_text("failed", outcome_of(command));
}

TEST(Ticketctl, WrongUsageEndsWithTwo) {
  for (const auto* arguments : {"", "nonsense", "verify now", "queue --jsno", "dead", "dead list all", "dead show",
                                "dead show --all", "dead retry x", "dead drop 1/", "migrate --stauts", "sample 3"})
    LONGS_EQUAL(2, call(arguments).status);
}

TEST(Ticketctl, QueueTellsTheDepthOfEachShard) {
  for (const auto* shard : {"1", "3", "3"})
    stores().queue.take()->command({"XADD", "ticketd:commands:{" + std::string(shard) + "}", "*", "kind", "book"});
  const auto shards = call("queue --json").json()["shards"];
  LONGS_EQUAL(2, shards.size());
  LONGS_EQUAL(3, shards.at(1)["shard"].integer());
  LONGS_EQUAL(2, shards.at(1)["depth"].integer());
  const auto ended = call("queue");
  expect_ends(0, "3 commands are waiting", ended);
  expect_contains("  shard 1: 1, the oldest for ", ended.said);
}

TEST(Ticketctl, HelpNeedsNoSettings) {
  // Nor those of a host that this one may be.
  const auto without = [](const std::string& words) {
    return run_line("env -i CREDENTIALS_DIRECTORY=/nowhere " + build_directory() + "/bin/ticketctl " + words);
  };
  for (const std::string command : {"user", "queue", "status", "dead", "event", "migrate", "verify", "doctor"}) {
    const auto ended = without(command + " --help");
    expect_ends(0, "  " + command, ended);
    expect_lacks("sample", ended.said);
  }
  expect_ends(0, "--close-events", without("user delete -h"));
  expect_lacks("user show", without("user delete --help").said);
  expect_ends(2, "user takes show, list", without("user"));
  expect_ends(78, "DATABASE_URL is not set", without("user show x"));
}

TEST(Ticketctl, SuggestsWhatMayHaveBeenMeant) {
  const auto suggests = [](const std::string& arguments, const std::string& says) {
    expect_ends(2, says, call(arguments));
  };
  suggests("stauts", "there is no command stauts (did you mean status?)");
  suggests("user shwo x", "there is no user shwo (did you mean show?)");
  suggests("status --wacth", "status has no option --wacth (did you mean --watch?)");
  suggests("queue --jsno", "queue has no option --jsno (did you mean --json?)");
  suggests("nonsense", "there is no command nonsense;");
  suggests("dead drop --every", "dead drop has no option --every;");
}

TEST(Ticketctl, NamesTheStoreThatIsAwayAndWhere) {
  expect_ends(1, "the queue's Redis at 127.0.0.1:1: Connection refused", call("queue", "redis://x:s3cret@127.0.0.1:1"));
  expect_ends(1, "the queue's Redis at unix:/nowhere/redis.sock: No such file",
              call("queue", "unix:///nowhere/redis.sock"));
  const auto ended = call_ctl("user list", {{"DATABASE_URL", "postgresql://x:s3cret@127.0.0.1:1/x"}});
  expect_ends(1, "PostgreSQL: connection to server at \"127.0.0.1\", port 1", ended);
  expect_lacks("s3cret", ended.said);
}

TEST(Ticketctl, MigrateSaysThatItMayBeTriedLater) {
  expect_ends(75, "port 1", call_ctl("migrate", {{"DATABASE_URL", "postgresql://x@127.0.0.1:1/x"}}));
}

TEST(Ticketctl, EverySubcommandSpeaksJson) {
  for (const auto* arguments : {"verify", "queue", "dead list", "dead retry --all", "dead drop --all", "migrate",
                                "migrate --status", "sample", "version"}) {
    const auto ended = call(std::string(arguments) + " --json");
    CHECK_TRUE_TEXT(ended.json().is_object(), (arguments + (": " + ended.said)).c_str());
    LONGS_EQUAL(0, ended.status);
  }
}

}  // namespace ticketd::tests
