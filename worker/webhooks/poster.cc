#include "poster.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "api/webhook_views.h"
#include "base/crash_point.h"
#include "base/log.h"
#include "domain/message.h"
#include "postgres/database.h"
#include "retry.h"
#include "storage/events.h"
#include "webhook/signature.h"

namespace ticketd::webhooks {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::hours, std::chrono::minutes, std::chrono::milliseconds;

constexpr int kStatementTimeoutMs = 30'000;
// How often it looks for news while there are none: bounds how late a webhook is.
constexpr milliseconds kLookEvery{500};
constexpr milliseconds kRetryAfter{1'000};
constexpr std::chrono::seconds kStopWithin{5};
constexpr int kNewsAtOnce = 500;
// So many at once; half of them may be at receivers that fail, each for as long as an answer may take. The unit's
// TasksMax leaves room for a thread for each, which resolves its name.
constexpr std::size_t kAtOnce = 128, kFailingAtOnce = kAtOnce / 2;
// A delivery is not at anybody else for so long: longer than an answer may take.
constexpr minutes kLease{1};
constexpr hours kWaitFor{72};  // news for a ticketd-webhooks
constexpr minutes kCleanEvery{10};
constexpr hours kKeepFor{7 * 24};

bool is_for(const storage::EventNews& news, const storage::Webhook& webhook) {
  const auto has = [](const auto& list, const auto& one) { return std::ranges::find(list, one) != list.end(); };
  return webhook.owner == news.owner && has(webhook.types, news.type) &&
         (!webhook.events || has(*webhook.events, news.event));
}

bool is_about_event(const storage::EventNews& news) { return news.type.starts_with("event."); }

}  // namespace

Poster::Poster(const Config& config, Metrics& metrics, const Clock& clock, std::function<bool(milliseconds)> wait,
               std::function<void(const std::string&)> report)
    : config_(config),
      metrics_(metrics),
      clock_(clock),
      wait_(std::move(wait)),
      report_(std::move(report)),
      client_(config.webhook_networks) {}

void Poster::run() {
  while (goes_on()) {
    try {
      run_session();
    } catch (const std::exception& e) {
      metrics_.series("ticketd_webhooks_faults_total").fetch_add(1);
      Log::error("webhooks_fault", {{"error", e.what()}});
      report_("waiting: " + std::string(e.what()));
      if (stop_) return;  // who comes next posts again what was not recorded
      collect(kRetryAfter);
      if (wait_(client_.in_flight() > 0 ? milliseconds(0) : kRetryAfter)) stop();
    }
  }
}

void Poster::stop() {
  stop_ = true;
  stop_by_ = SteadyClock::now() + kStopWithin;
}

// What is under way is waited for, but not for a receiver that keeps us waiting: who comes next posts that again.
bool Poster::goes_on() const { return !stop_ || (!tasks_.empty() && SteadyClock::now() < stop_by_); }

void Poster::run_session() {
  postgres::DatabaseConnection session(config_.database_url, {"ticketd-webhooks", kStatementTimeoutMs, 0, false, true});
  while (goes_on()) {
    const bool more_news = !stop_ && make_deliveries(session.get());
    for (auto& task : record_and_claim(session.get())) post(std::move(task));
    clean(session.get());
    report_(std::to_string(client_.in_flight()) + " webhooks are being posted");
    collect(more_news ? milliseconds(0) : kLookEvery);
    const bool is_idle = answers_.empty() && client_.in_flight() == 0 && !more_news;
    if (!stop_ && wait_(is_idle ? kLookEvery : milliseconds(0))) stop();
  }
}

// Answers that came within so long; returns as soon as there are any, or if nothing is under way.
void Poster::collect(milliseconds most) {
  if (client_.in_flight() == 0) return;
  auto answers = client_.wait(most);
  CRASH_POINT("after_post");
  std::ranges::move(answers, std::back_inserter(answers_));
}

// One transaction: one fsync for what became of some posts, and for the next ones.
std::vector<storage::DeliveryTask> Poster::record_and_claim(pqxx::connection& session) {
  std::vector<storage::DeliveryTask> claimed;
  pqxx::work tx(session);
  // In one order, so that two processes never wait for each other.
  std::ranges::sort(answers_, {}, [&](const auto& answer) { return tasks_.at(answer.id).webhook; });
  for (const auto& answer : answers_) record(tx, tasks_.at(answer.id), answer);
  if (!stop_) claimed = claim(tx);
  tx.commit();
  for (const auto& answer : answers_) {
    tell(tasks_.at(answer.id), answer);
    tasks_.erase(answer.id);
  }
  answers_.clear();
  return claimed;
}

// In a transaction of its own: whoever marks notifications as read waits for its end. Says whether there may be more.
bool Poster::make_deliveries(pqxx::connection& session) {
  pqxx::work tx(session);
  const auto now = clock_.now();
  const auto taken = storage::take_event_news(tx, now, kNewsAtOnce);
  if (!taken.news.empty()) {
    std::set<UserId> owners;
    std::map<EventId, std::optional<storage::Event>> events;
    for (const auto& news : taken.news) {
      owners.insert(news.owner);
      if (is_about_event(news)) events.try_emplace(news.event, storage::find_event(tx, news.event));
    }
    const auto webhooks = storage::list_enabled_webhooks(tx, std::vector(owners.begin(), owners.end()));
    std::vector<storage::NewDelivery> deliveries;
    for (const auto& news : taken.news) {
      const auto payload = payload_json(news, is_about_event(news) ? events.at(news.event) : std::nullopt, now).str();
      for (const auto& webhook : webhooks) {
        if (is_for(news, webhook))
          deliveries.push_back({DeliveryId::make(now, random_), webhook.id, news.type, news.event, payload, news.at});
      }
    }
    storage::insert_deliveries(tx, deliveries, now, now - kWaitFor);
  }
  tx.commit();
  return taken.taken == kNewsAtOnce;
}

std::vector<storage::DeliveryTask> Poster::claim(pqxx::work& tx) {
  const auto now = clock_.now();
  const auto under_way = tasks_.size() - answers_.size();
  const auto failing = static_cast<std::size_t>(
      std::ranges::count_if(tasks_, [](const auto& task) { return task.second.failing_since.has_value(); }));
  std::vector<storage::DeliveryTask> claimed;
  const auto take = [&](bool of_failing, std::size_t most) {
    if (most == 0) return;
    auto tasks = storage::claim_deliveries(tx, now, now + kLease, of_failing, static_cast<int>(most));
    std::ranges::move(tasks, std::back_inserter(claimed));
  };
  const auto free = [&] { return kAtOnce - std::min(kAtOnce, under_way + claimed.size()); };
  take(true, std::min(free(), kFailingAtOnce - std::min(kFailingAtOnce, failing)));
  take(false, free());
  return claimed;
}

void Poster::post(storage::DeliveryTask task) {
  const auto id = task.id;
  const auto now = clock_.now();
  auto signature = webhook::signature_of(task.secret, id.str(), now, task.body);
  if (task.previous_secret) signature += ' ' + webhook::signature_of(*task.previous_secret, id.str(), now, task.body);
  client_.start({id,
                 task.url,
                 {"webhook-id: " + id.str(), "webhook-timestamp: " + std::to_string(epoch_s(now)),
                  "webhook-signature: " + signature},
                 task.body});
  tasks_.insert_or_assign(id, std::move(task));
}

void Poster::record(pqxx::work& tx, const storage::DeliveryTask& task, const webhook::Answer& answer) {
  const auto now = clock_.now();
  storage::DeliveryEnd end{task.id, "failed", {}, {}, answer.text};
  if (answer.status != 0) end.status = answer.status;
  if (answer.verdict == webhook::Verdict::delivered) {
    end.state = "delivered";
    end.error.reset();
    storage::update_delivery(tx, end, now);
    return storage::update_webhook_succeeded(tx, task.webhook);
  }
  const bool is_gone = answer.verdict == webhook::Verdict::gone;
  if (const auto wait = is_gone ? std::nullopt : wait_after(task.attempts, random_)) {
    end.state = "waiting";
    end.due_at = now + *wait;
  }
  storage::update_delivery(tx, end, now);
  storage::update_webhook_failing(tx, task.webhook, now);
  // It looks itself whether these five days are over; a message takes no harm from being made in vain.
  storage::update_webhook_off(tx, task, is_gone ? "gone" : "failing",
                              domain::webhook_off_message(webhook::host_of(task.url), is_gone).text, now);
}

// Of what was recorded.
void Poster::tell(const storage::DeliveryTask& task, const webhook::Answer& answer) {
  metrics_.series("ticketd_webhook_deliveries_total{verdict=\"" + std::string(name_of(answer.verdict)) + "\"}")
      .fetch_add(1);
  const bool is_sent = answer.verdict == webhook::Verdict::delivered;
  Log::line(is_sent ? Level::info : Level::warning, is_sent ? "webhook_sent" : "webhook_not_sent",
            {{"webhook", task.webhook.str()},
             {"delivery", task.id.str()},
             {"attempt", task.attempts},
             {"host", webhook::host_of(task.url)},
             {"answer", answer.text}});
}

void Poster::clean(pqxx::connection& session) {
  if (SteadyClock::now() < next_cleaning_) return;
  next_cleaning_ = SteadyClock::now() + kCleanEvery;  // also if it fails
  pqxx::nontransaction tx(session);
  const bool more = storage::delete_old_deliveries(tx, clock_.now() - kKeepFor, clock_.now());
  if (more) next_cleaning_ = SteadyClock::now();
}

}  // namespace ticketd::webhooks
