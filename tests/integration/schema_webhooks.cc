#include "schema_rule.h"

namespace ticketd::tests {
namespace {

constexpr const char* kInsert =
    "INSERT INTO webhooks (id, user_id, url, types, event_ids, secret, enabled, disabled_reason, previous_secret, "
    "created_at, updated_at) VALUES ($1, $2, $3, $4::text[], $5::uuid[], $6::bytea, $7::boolean, $8, $9::bytea, now(), "
    "now())";
constexpr const char* kInsertDelivery =
    "INSERT INTO webhook_deliveries (id, webhook_id, type, body, state, attempts, due_at, error, created_at, "
    "updated_at) "
    "VALUES ($1, gen_random_uuid(), 'webhook.test', '{}', $2, $3, $4::timestamptz, $5, now(), now())";
constexpr const char* kUrl = "https://hooks.example.org/";
constexpr const char* kTypes = "{booking.confirmed,event.sold_out}";
const std::string kSecret = "\\x" + std::string(64, '0');

}  // namespace

TEST_GROUP_BASE(SchemaOfWebhooks, SchemaTest) {
  const std::string webhook = fresh<WebhookId>().str();
  void insert() const { sql(kInsert, webhook, user, kUrl, kTypes, nullptr, kSecret, "true", nullptr, nullptr); }
};

RULE(SchemaOfWebhooks, webhooks_pkey, AWebhookHasAnIdOfItsOwn) {
  insert();
  webhooks_pkey.refuses(kInsert, webhook, user, kUrl, kTypes, nullptr, kSecret, "true", nullptr, nullptr);
}

RULE(SchemaOfWebhooks, webhooks_user, AWebhookIsAUsers) {
  webhooks_user.refuses(kInsert, webhook, fresh<UserId>().str(), kUrl, kTypes, nullptr, kSecret, "true", nullptr,
                        nullptr);
}

RULE(SchemaOfWebhooks, webhooks_url, AWebhookIsPostedByHttp) {
  webhooks_url.refuses(kInsert, webhook, user, "file:///etc/passwd", kTypes, nullptr, kSecret, "true", nullptr,
                       nullptr);
  webhooks_url.refuses(kInsert, webhook, user, kUrl + std::string(2'048, 'a'), kTypes, nullptr, kSecret, "true",
                       nullptr, nullptr);
}

RULE(SchemaOfWebhooks, webhooks_types, AWebhookIsAboutSomethingThatThereIs) {
  webhooks_types.refuses(kInsert, webhook, user, kUrl, "{}", nullptr, kSecret, "true", nullptr, nullptr);
  webhooks_types.refuses(kInsert, webhook, user, kUrl, "{booking.lost}", nullptr, kSecret, "true", nullptr, nullptr);
}

RULE(SchemaOfWebhooks, webhooks_event_ids, AWebhookIsAboutSomeEventsOrAll) {
  webhooks_event_ids.refuses(kInsert, webhook, user, kUrl, kTypes, "{}", kSecret, "true", nullptr, nullptr);
}

RULE(SchemaOfWebhooks, webhooks_secret, ASecretHas32Bytes) {
  webhooks_secret.refuses(kInsert, webhook, user, kUrl, kTypes, nullptr, "\\x00", "true", nullptr, nullptr);
}

RULE(SchemaOfWebhooks, webhooks_disabled_reason, AWebhookIsGoneOrFails) {
  webhooks_disabled_reason.refuses(kInsert, webhook, user, kUrl, kTypes, nullptr, kSecret, "false", "tired", nullptr);
}

RULE(SchemaOfWebhooks, webhooks_disabled, AWebhookThatIsOnIsOffForNoReason) {
  webhooks_disabled.refuses(kInsert, webhook, user, kUrl, kTypes, nullptr, kSecret, "true", "gone", nullptr);
}

RULE(SchemaOfWebhooks, webhooks_previous, AnOldSecretIsGoodUntilSometime) {
  webhooks_previous.refuses(kInsert, webhook, user, kUrl, kTypes, nullptr, kSecret, "true", nullptr, kSecret);
}

// By whatever statement: the endpoint cannot read the secret that it replaces.
TEST(SchemaOfWebhooks, WhoeverChangesASecretLeavesTheOldOneGoodForADay) {
  insert();
  const auto other = "\\x" + std::string(64, '1');
  sql("UPDATE webhooks SET secret = $2::bytea, updated_at = now() WHERE id = $1", webhook, other);
  STRCMP_EQUAL("t", sql_text("SELECT previous_secret = $2::bytea AND secret = $3::bytea AND "
                             "previous_until = updated_at + interval '1 day' FROM webhooks WHERE id = $1",
                             webhook, kSecret, other)
                        .c_str());
}

RULE(SchemaOfWebhooks, webhook_deliveries_pkey, ADeliveryHasAnIdOfItsOwn) {
  sql(kInsertDelivery, webhook, "waiting", 0, "now", nullptr);
  webhook_deliveries_pkey.refuses(kInsertDelivery, webhook, "waiting", 0, "now", nullptr);
}

RULE(SchemaOfWebhooks, webhook_deliveries_state, ADeliveryWaitsOrIsDoneOrHasFailed) {
  webhook_deliveries_state.refuses(kInsertDelivery, webhook, "lost", 0, nullptr, nullptr);
}

RULE(SchemaOfWebhooks, webhook_deliveries_attempts, ADeliveryHasNoFewerAttemptsThanNone) {
  webhook_deliveries_attempts.refuses(kInsertDelivery, webhook, "waiting", -1, "now", nullptr);
}

RULE(SchemaOfWebhooks, webhook_deliveries_due, ADeliveryThatWaitsAndNoOtherIsDue) {
  webhook_deliveries_due.refuses(kInsertDelivery, webhook, "waiting", 0, nullptr, nullptr);
  webhook_deliveries_due.refuses(kInsertDelivery, webhook, "delivered", 0, "now", nullptr);
}

RULE(SchemaOfWebhooks, webhook_deliveries_failed, ADeliveryThatFailedSaysWhy) {
  webhook_deliveries_failed.refuses(kInsertDelivery, webhook, "failed", 0, nullptr, nullptr);
}

RULE(SchemaOfWebhooks, webhook_sequences_pkey, NewsOfAnEventAreNumberedOnce) {
  sql("INSERT INTO webhook_sequences (event_id) VALUES ($1)", event);
  webhook_sequences_pkey.refuses("INSERT INTO webhook_sequences (event_id) VALUES ($1)", event);
}

RULE(SchemaOfWebhooks, webhook_sequences_event, NumbersAreOfAnEvent) {
  webhook_sequences_event.refuses("INSERT INTO webhook_sequences (event_id) VALUES (gen_random_uuid())");
}

RULE(SchemaOfWebhooks, webhook_sequences_seq, NumbersRiseFromNone) {
  webhook_sequences_seq.refuses("INSERT INTO webhook_sequences (event_id, seq) VALUES ($1, -1)", event);
}

RULE(SchemaOfWebhooks, event_news_pkey, NewsHaveAnIdOfTheirOwn) {
  sql("INSERT INTO event_news (id, event_id) VALUES ($1, $1)", webhook);
  event_news_pkey.refuses("INSERT INTO event_news (id, event_id) VALUES ($1, $1)", webhook);
}

}  // namespace ticketd::tests
