// The steps of stories about webhooks, where no ticketd-webhooks runs: what is to be sent waits, unless the test says
// otherwise.
#pragma once
#include <chrono>
#include <string>

#include "support/checks.h"
#include "support/group_steps.h"

namespace ticketd::e2e {

// Webhooks are on, as by `ticketctl webhooks on`, until this goes.
class WebhooksAreOn {
 public:
  WebhooksAreOn();
  ~WebhooksAreOn();
  WebhooksAreOn(const WebhooksAreOn&) = delete;
  WebhooksAreOn& operator=(const WebhooksAreOn&) = delete;
};

// POST /v1/webhooks: with a URL of this host, unless `more` has another one.
Response add_webhook(const Person& owner, MoreFields more = {});
// The webhook, with its secret. Fails the test unless the API takes it.
Json must_add_webhook(const Person& owner, MoreFields more = {});

// Its path, and what stands behind it: "/test".
std::string webhook_path(const Json& webhook, const std::string& behind = "");

// As its owner reads it now. Fails the test unless it is shown.
Json webhook_now(const Person& owner, const Json& webhook);

// A page of its deliveries, with `data` and `pagination`; `parameters` begin with a question mark. Fails the test
// unless it is shown.
Json deliveries_of(const Person& owner, const Json& webhook, const std::string& parameters = "");

// Writes a delivery that is so old, as ticketd-webhooks leaves it, and gives back its id: news of a booking that waits
// for an hour more, was delivered at once, or has failed ten times.
std::string write_delivery(const Json& webhook, const std::string& state, std::chrono::seconds age = {});

// The objects of the contract, field by field. The one without a secret shows none.
void expect_webhook(const Json& webhook, Where where = Where::current());
void expect_webhook_with_secret(const Json& webhook, Where where = Where::current());
void expect_delivery(const Json& delivery, Where where = Where::current());

}  // namespace ticketd::e2e
