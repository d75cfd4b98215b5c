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
// So many at once; half of them may be at receivers that fail, each for as long as an answer may take.
constexpr std::size_t kAtOnce = 64, kFailingAtOnce = kAtOnce / 2;
// A delivery is not at anybody else for so long: longer than an answer may take.
constexpr minutes kLease{1};
constexpr hours kWaitFor{72};             // news for a ticketd-webhooks
constexpr hours kSwitchOffAfter{5 * 24};  // of nothing but failure
constexpr minutes kCleanEvery{10};
constexpr hours kKeepFor{7 * 24};

bool is_for(const storage::EventNews& news, const storage::Subscription& webhook) {
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
      if (wait_(kRetryAfter)) stop();
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
    auto next = round(session.get());
    for (auto& task : next.claimed) post(std::move(task));
    clean(session.get());
    report_(std::to_string(client_.in_flight()) + " webhooks are being posted");
    if (client_.in_flight() > 0) {
      auto answers = client_.wait(kLookEvery);
      CRASH_POINT("after_post");
      std::ranges::move(answers, std::back_inserter(answers_));
    }
    const bool is_idle = answers_.empty() && client_.in_flight() == 0 && !next.more_news;
    if (!stop_ && wait_(is_idle ? kLookEvery : milliseconds(0))) stop();
  }
}

Poster::Round Poster::round(pqxx::connection& session) {
  Round next;
  pqxx::work tx(session);
  auto under_way = tasks_;
  for (const auto& answer : answers_) {
    record(tx, tasks_.at(answer.id), answer);
    under_way.erase(answer.id);
  }
  if (!stop_) {
    next.more_news = make_deliveries(tx);
    next.claimed = claim(tx, under_way);
  }
  tx.commit();
  tasks_ = std::move(under_way);
  answers_.clear();
  return next;
}

bool Poster::make_deliveries(pqxx::work& tx) {
  const auto now = clock_.now();
  const auto taken = storage::take_event_news(tx, now, kNewsAtOnce);
  if (!taken.news.empty()) {
    std::set<UserId> owners;
    std::map<EventId, std::optional<storage::Event>> events;
    for (const auto& news : taken.news) {
      owners.insert(news.owner);
      if (is_about_event(news)) events.try_emplace(news.event, storage::find_event(tx, news.event));
    }
    const auto webhooks = storage::list_subscriptions(tx, std::vector(owners.begin(), owners.end()));
    std::vector<storage::NewDelivery> deliveries;
    for (const auto& news : taken.news) {
      const auto payload = payload_json(news, is_about_event(news) ? events.at(news.event) : std::nullopt, now).str();
      for (const auto& webhook : webhooks) {
        if (is_for(news, webhook))
          deliveries.push_back(
              {DeliveryId::make(now, random_), webhook.webhook, news.type, news.event, payload, news.at});
      }
    }
    storage::insert_deliveries(tx, deliveries, now, now - kWaitFor);
  }
  return taken.taken == kNewsAtOnce;
}

std::vector<storage::DeliveryTask> Poster::claim(pqxx::work& tx, const Tasks& under_way) {
  const auto now = clock_.now();
  std::set<WebhookId> busy;
  std::size_t failing = 0;
  for (const auto& [id, task] : under_way) {
    busy.insert(task.webhook);
    failing += task.failing_since ? 1 : 0;
  }
  std::vector<storage::DeliveryTask> claimed;
  const auto take = [&](bool of_failing, std::size_t most) {
    auto tasks = storage::claim_deliveries(tx, now, now + kLease, of_failing, static_cast<int>(most),
                                           std::vector(busy.begin(), busy.end()));
    std::ranges::move(tasks, std::back_inserter(claimed));
  };
  // What is left of all: so many are never exceeded.
  const auto free = [&] { return kAtOnce - std::min(kAtOnce, under_way.size() + claimed.size()); };
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
  metrics_.series("ticketd_webhook_deliveries_total{verdict=\"" + std::string(name_of(answer.verdict)) + "\"}")
      .fetch_add(1);
  const auto log = [&](Level level, std::string_view event) {
    Log::line(level, event,
              {{"webhook", task.webhook.str()},
               {"delivery", task.id.str()},
               {"attempt", task.attempts},
               {"host", webhook::host_of(task.url)},
               {"answer", answer.text}});
  };
  if (answer.verdict == webhook::Verdict::delivered) {
    log(Level::info, "webhook_sent");
    end.state = "delivered";
    end.error.reset();
    storage::update_delivery(tx, end, now);
    return storage::update_webhook_succeeded(tx, task.webhook);
  }
  const bool is_gone = answer.verdict == webhook::Verdict::gone;
  const auto wait = is_gone ? std::nullopt : wait_after(task.attempts, random_);
  log(Level::warning, wait ? "webhook_put_off" : "webhook_given_up");
  if (wait) {
    end.state = "waiting";
    end.due_at = now + *wait;
  }
  storage::update_delivery(tx, end, now);
  storage::update_webhook_failing(tx, task.webhook, now);
  if (is_gone || now - task.failing_since.value_or(now) > kSwitchOffAfter) switch_off(tx, task, is_gone);
}

void Poster::switch_off(pqxx::work& tx, const storage::DeliveryTask& task, bool is_gone) {
  const auto* const reason = is_gone ? "gone" : "failing";
  Log::warning("webhook_switched_off",
               {{"webhook", task.webhook.str()}, {"host", webhook::host_of(task.url)}, {"reason", reason}});
  storage::update_webhook_off(tx, task.webhook, reason,
                              domain::webhook_off_message(webhook::host_of(task.url), is_gone).text, clock_.now());
}

void Poster::clean(pqxx::connection& session) {
  if (SteadyClock::now() < next_cleaning_) return;
  pqxx::nontransaction tx(session);
  const bool more = storage::delete_old_deliveries(tx, clock_.now() - kKeepFor, clock_.now());
  next_cleaning_ = SteadyClock::now() + (more ? milliseconds(0) : milliseconds(kCleanEvery));
}

}  // namespace ticketd::webhooks
