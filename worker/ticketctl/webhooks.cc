#include "storage/webhooks.h"

#include <iostream>

#include "api/webhook_views.h"
#include "ticketctl/arguments.h"
#include "ticketctl/commands.h"
#include "ticketctl/print.h"
#include "ticketctl/turn.h"
#include "webhook/address.h"

namespace ticketd::ctl {
namespace {

constexpr int kListMax = 10'000;

// As its owner sees it; of the URL the host alone, for the rest may hold a secret.
JsonText json_of(const storage::WebhookEntry& entry) {
  auto webhook = entry.webhook;
  webhook.url = webhook::host_of(webhook.url);
  return webhook_json(webhook).set("user_id", webhook.owner.str()).set("waiting", entry.waiting);
}

std::string state_of(const storage::Webhook& webhook) {
  if (!webhook.enabled) return "off" + (webhook.disabled_reason ? ": " + *webhook.disabled_reason : "");
  return webhook.failing_since ? "fails since " + format_time(*webhook.failing_since) : "on";
}

int print_list(postgres::DatabasePool& database, bool json) {
  const auto [are_on, entries] = postgres::autocommit(database, [&](pqxx::transaction_base& tx) {
    return std::pair(storage::are_webhooks_on(tx), storage::list_all_webhooks(tx, kListMax));
  });
  if (json) {
    auto rows = JsonText::array();
    for (const auto& entry : entries) rows.push(json_of(entry));
    std::cout << JsonText::object({{"on", are_on}, {"webhooks", rows}}).str() << '\n';
    return 0;
  }
  if (!are_on) std::cout << "webhooks are off: `ticketctl webhooks on`\n";
  if (entries.empty()) std::cout << "nobody has a webhook\n";
  for (const auto& [webhook, waiting] : entries) {
    std::cout << webhook.id.str() << "  " << harmless(webhook::host_of(webhook.url)) << "  " << state_of(webhook)
              << '\n'
              << "    of " << webhook.owner.str() << ", " << waiting << (waiting == 1 ? " waits\n" : " wait\n");
  }
  return 0;
}

constexpr Switch kWebhooks{storage::are_webhooks_on, storage::update_webhooks_on,
                           "from now on, what happens is posted to the webhooks of organisers",
                           "what happens from now on is posted to nobody; what waits still is"};

}  // namespace

int webhooks(const Config& config, const Options& options) {
  Arguments arguments(options.words);
  const auto what = arguments.next().value_or("");
  if (arguments.wrong() || arguments.next()) return wrong_usage("webhooks " + what + " takes nothing but --json");
  if (what == "on" || what == "off") return turn(config.database_url, kWebhooks, what == "on", options.json);
  if (what != "list") return wrong_usage("webhooks takes on, off or list");
  postgres::DatabasePool database(config.database_url, {"ticketctl"}, 1);
  return print_list(database, options.json);
}

}  // namespace ticketd::ctl
