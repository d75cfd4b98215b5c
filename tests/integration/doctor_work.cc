// ticketctl doctor, and what is wrong with settings, work and this host: each test plants one thing.
#include "doctor_rig.h"

namespace ticketd::tests {
namespace {

namespace fs = std::filesystem;

Ended doctor(const Settings& settings = {}) { return call_on_stack("doctor --json", settings); }

}  // namespace

TEST_GROUP_BASE(DoctorWork, DoctorTest){void setup() override{DoctorTest::setup();
sql("TRUNCATE users, events, bookings, commands, notifications, dead_letters, waiting_blocks CASCADE");
}  // namespace ticketd::tests
}
;

TEST(DoctorWork, SettingsAreWrong) {
  const auto ended = doctor({{"TICKETD_THREADS", "0"}, {"DATABASE_URL", "mysql://x"}, {"TICKETD_TREADS", "8"}});
  expect_fault("setting TICKETD_THREADS", "from 1 to 256", "/etc/ticketd/ticketd.env", ended);
  expect_fault("setting DATABASE_URL", "must start with postgresql://", "credentials", ended);
  expect_warning("setting TICKETD_TREADS", "no setting of this name", "ticketd.env(5)", ended);
  expect_unknown("postgresql", ended);
  expect_ok("queue redis", ended);
}

TEST(DoctorWork, SettingsAreNginxs) {
  const Tree tree;
  tree.write("etc/ticketd/ticketd.env", "", 0640);
  const auto& root = tree.root.string();
  const Settings origins = {{"TICKETD_CORS_ORIGINS", "https://app.example"}};
  expect_warning("setting TICKETD_CORS_ORIGINS", "`make run` alone", "nginx-settings.conf",
                 call_on_stack("doctor --json --root " + root, origins));
  expect_lacks("TICKETD_CORS_ORIGINS", call_on_stack("doctor --json --root " + root + "/checkout", origins).said);
}

TEST(DoctorWork, AKeyIsWeakOrOld) {
  const std::string typed = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
  const std::string random = "q5yHf7T6kqC2m0oY1sXl3p8vZrEwJ4uBNdGgKhLiPMs=";
  const auto warned = [&](const std::string& keys) {
    const auto ended = doctor({{"TICKETD_JWT_KEYS", keys}});
    expect_warning("JWT keys", "", "ticketctl keys add", ended);
    return std::string(finding(ended, "warning", "JWT keys")["found"].text());
  };
  expect_contains("does not look random", warned("a:" + typed));
  expect_contains("months old", warned("2020-01:" + random));
  expect_ok("JWT keys", doctor({{"TICKETD_JWT_KEYS", "a:" + random}}));
}

TEST(DoctorWork, SessionsHaveTheKeyOfAccessTokens) {
  const std::string access = "a:q5yHf7T6kqC2m0oY1sXl3p8vZrEwJ4uBNdGgKhLiPMs=";
  expect_warning("session keys", "a key of access tokens", "ticketctl setup",
                 doctor({{"TICKETD_JWT_KEYS", access}, {"TICKETD_SESSION_KEYS", "off"}}));
  // As an upgrade leaves it.
  expect_ok("session keys",
            doctor({{"TICKETD_JWT_KEYS", access},
                    {"TICKETD_SESSION_KEYS", "s:EiWubBrmnctO5HgbcD4SIG87VJzTyhUQcKjY2PNx3XE=," + access}}));
}

TEST(DoctorWork, EndpointsTakeRequestsFromAnybodyWhoMayConnect) {
  const Tree tree;
  const std::string key(64, 'e');
  tree.write("etc/ticketd/ticketd.env", "", 0644);
  tree.write("etc/ticketd/credentials/api/TICKETD_JWT_KEYS", "a:b", 0600);
  expect_warning("edge key", "www-data", "ticketctl setup", tree.doctor());
  tree.write("etc/ticketd/credentials/api/TICKETD_EDGE_KEY", key + "\n", 0600);
  expect_fault("edge key", "nginx sends another one", "ticketctl setup", tree.doctor());
  tree.write("etc/ticketd/credentials/nginx/edge-key.conf", "\"\" \"" + key + "\";\n", 0600);
  expect_ok("edge key", tree.doctor());
}

TEST(DoctorWork, NoWorkerIsThere) {  // the stack's work on another database
  expect_fault("workers", "no worker is connected", "systemctl start ticketd-worker@1", call_ctl("doctor --json"));
}

TEST(DoctorWork, ShardsWereChangedWhileCommandsWait) {
  stores().queue.take()->command({"SET", "ticketd:shards", "16"});
  submit(book(make_user(), make_event()));
  const auto ended = call_ctl("doctor --json", {{"TICKETD_SHARDS", "8"}});
  expect_fault("shards", "filled under 16", "set TICKETD_SHARDS=16", ended);
}

TEST(DoctorWork, TheQueueIsBehind) {
  stores().queue.take()->command({"XADD", "ticketd:commands:{3}", "1700000000000-0", "kind", "book"});
  expect_fault("queue", "1 commands wait", "journalctl", call_ctl("doctor --json"));
}

TEST(DoctorWork, ThereAreDeadLetters) {
  submit(book(fresh<UserId>(), make_event()));
  DrainRig().drain_all();
  expect_warning("dead letters", "1 commands failed", "ticketctl dead list", call_ctl("doctor --json"));
}

TEST(DoctorWork, MailIsOff) { expect_ok("mail", call_ctl("doctor --json")); }

TEST(DoctorWork, MailIsLateOrHasFailed) {
  const Settings on = {{"TICKETD_MAIL_URL", "smtp://127.0.0.1:1"}, {"TICKETD_MAIL_FROM", "t@example.org"}};
  expect_warning("mail", "nobody is told by mail", "ticketctl mail on", call_ctl("doctor --json", on));
  CHECK_EQUAL(0, call_ctl("mail on").status);
  expect_ok("mail", call_ctl("doctor --json", on));
  const auto user = make_user().str(), id = fresh<NotificationId>().str();
  sql("INSERT INTO notifications (id, user_id, kind, message, created_at, updated_at) "
      "VALUES ($1, $2, 'booked', 'm', now() - interval '31 min', now())",
      id, user);
  expect_warning("mail", "1 wait, the oldest for 31 min", "systemctl status ticketd-messenger",
                 call_ctl("doctor --json", on));
  sql("UPDATE notifications SET untold = false WHERE id = $1", id);
  sql("INSERT INTO mails (id, user_id, state, error, waits_since, created_at, updated_at) "
      "VALUES ($1, $2, 'failed', '550 no', now(), now(), now())",
      id, user);
  expect_warning("mail", "1 have failed within a day; the mail server said last: 550 no", "ticketctl mail retry",
                 call_ctl("doctor --json", on));
  CHECK_EQUAL(0, call_ctl("mail off").status);
}

TEST(DoctorWork, TheMetricsFileCannotBeMade) {
  expect_fault("metrics file", "there is no directory /nowhere", "TICKETD_METRICS_FILE",
               doctor({{"TICKETD_METRICS_FILE", "/nowhere/metrics"}}));
  expect_warning("metrics file", "is not set", "TICKETD_METRICS_FILE=", doctor({{"TICKETD_METRICS_FILE", ""}}));
}

TEST(DoctorWork, SecretsCanBeReadByOthers) {
  const Tree tree;
  tree.write("etc/ticketd/ticketd.env", "DATABASE_URL=postgresql://ticketd:secret@db/ticketd\n", 0644);
  tree.write("etc/ticketd/credentials/api/TICKETD_JWT_KEYS", "a:b", 0640);
  const auto ended = tree.doctor();
  expect_fault("settings file", "can be read by everybody", "chmod 640", ended);
  expect_fault("credentials", "api/TICKETD_JWT_KEYS can be read by others, mode 0640", "chmod 600", ended);
}

TEST(DoctorWork, SecretsAreForRootAlone) {
  const Tree tree;
  tree.write("etc/ticketd/ticketd.env", "TICKETD_THREADS=8\n", 0644);
  tree.write("etc/ticketd/credentials/api/TICKETD_JWT_KEYS", "a:b", 0600);
  const auto ended = tree.doctor();
  expect_ok("settings file", ended);
  expect_ok("credentials", ended);
  LONGS_EQUAL_TEXT(0, ended.status, ended.said.c_str());
}

TEST(DoctorWork, TheSettingsFileIsGone) {
  expect_fault("settings file", "No such file", "--reinstall", Tree().doctor());
}

TEST(DoctorWork, TheKernelIsSetUpAgainstRedis) {
  const Tree tree;
  tree.write("sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n", 0644);
  tree.write("proc/sys/vm/overcommit_memory", "0\n", 0644);
  tree.write("proc/sys/net/core/somaxconn", "128\n", 0644);
  const auto ended = tree.doctor();
  expect_warning("transparent huge pages", "always", "echo madvise", ended);
  expect_warning("memory overcommit", "is 0", "sysctl -w vm.overcommit_memory=1", ended);
  expect_warning("listen backlog", "is 128", "net.core.somaxconn=4096", ended);
}

TEST(DoctorWork, TheSiteIsNotEnabled) {
  const Tree tree;
  tree.write("etc/nginx/nginx.conf", "http { include /etc/nginx/sites-enabled/*; }\n", 0644);
  expect_fault("nginx site", "no enabled site", "sites-enabled", tree.doctor());
  tree.write("etc/nginx/sites-enabled/ticketd", "include /etc/ticketd/nginx/server.conf;\n", 0644);
  expect_ok("nginx site", tree.doctor());
}

TEST(DoctorWork, AnEndpointMayNotHaveItsThreads) {
  const Tree tree;
  for (const auto* name : {"events-book", "events-booking-cancel", "livez"})
    tree.write("usr/lib/ticketd/handlers/" + std::string(name), "", 0755);
  tree.write("lib/systemd/system/ticketd@.service", "[Service]\nTasksMax=64\n", 0644);
  expect_ok("threads", tree.doctor());
  // A drop-in of one endpoint, as the handbook has it.
  tree.write("etc/systemd/system/ticketd@events-book.service.d/limits.conf",
             "[Service]\nEnvironment=TICKETD_BOOKING_THREADS=96 TICKETD_IDLE_EXIT_S=0\n", 0644);
  expect_fault("threads",
               "ticketd@events-book.service may have 64 (TasksMax), and TICKETD_BOOKING_THREADS=96 needs 100",
               "systemctl edit ticketd@events-book.service`: TasksMax=100", tree.doctor());
  tree.write("etc/systemd/system/ticketd@events-book.service.d/tasks.conf", "[Service]\nTasksMax=100\n", 0644);
  expect_ok("threads", tree.doctor());
  tree.write("etc/ticketd/ticketd.env", "TICKETD_BOOKING_THREADS=97\n", 0644);
  const auto ended = tree.doctor();
  expect_contains("ticketd@events-booking-cancel.service may have 64", ended.said);
  expect_contains("may have 100 (TasksMax), and TICKETD_BOOKING_THREADS=97", ended.said);
  expect_lacks("ticketd@livez", ended.said);
}

TEST(DoctorWork, TwoPartsMayBothWriteAMetricsFile) {
  const auto directory = fs::temp_directory_path() / fresh_word();
  fs::create_directory(directory);
  const Settings settings = {{"TICKETD_METRICS_FILE", (directory / "metrics").string()}};
  std::ofstream(directory / "metrics-worker") << "";
  ::chmod((directory / "metrics-worker").c_str(), 0660);
  const auto ended = doctor(settings);
  ::chmod((directory / "metrics-worker").c_str(), 0640);
  const auto mended = doctor(settings);
  fs::remove_all(directory);
  expect_fault("metrics file", "metrics-worker has to be written by its owner and by nobody else, mode 0660",
               "chmod 640", ended);
  expect_ok("metrics file", mended);
}

TEST(DoctorWork, SocketsAreMissingOrOpenToAll) {
  const Tree tree;
  tree.write("run/systemd/system/x", "", 0644);
  tree.write("usr/lib/ticketd/handlers/livez", "", 0755);
  tree.write("usr/lib/ticketd/handlers/readyz", "", 0755);
  tree.listen("run/ticketd/livez.sock", 0666);
  const auto ended = tree.doctor();
  LONGS_EQUAL(1, ended.status);
  const auto checks = ended.said;
  expect_contains("1 of 2 are missing", checks);
  expect_contains("systemctl start ticketd@readyz.socket", checks);
  expect_contains("livez.sock has mode 0666", checks);
  expect_contains("systemctl start ticketd-closed@livez && systemctl start ticketd.target", checks);
}

}  // namespace ticketd::tests
