// Webhooks, as those who own them set them up: 0039_webhooks.sql says what is in them.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "postgres/database.h"

namespace ticketd::storage {

// What a webhook may be about, in the order of the documents.
std::span<const std::string_view> webhook_types();

struct Webhook {
  WebhookId id;
  UserId owner;
  std::string url;
  std::vector<std::string> types;
  std::optional<std::vector<EventId>> events;  // empty: all of its owner's
  std::optional<Time> previous_until;          // until when the secret before signs, too
  bool enabled = true;
  std::optional<std::string> disabled_reason;  // "gone" or "failing"
  std::optional<Time> failing_since;
  Time created_at;
  Time updated_at;
};

// What is empty stays.
struct WebhookChanges {
  std::optional<std::string> url;  // another one has not failed yet
  std::optional<std::vector<std::string>> types;
  std::optional<std::optional<std::vector<EventId>>> events;
  std::optional<bool> enabled;  // what was wrong before is forgotten
  bool operator==(const WebhookChanges&) const = default;
};

// `secret`: 32 bytes. False, and nothing is made, if the user has `most` already. Exact within lock_user().
bool insert_webhook(pqxx::work& tx, const Webhook& webhook, const std::string& secret, int most);

// The owner's, newest first.
std::vector<Webhook> list_webhooks(pqxx::transaction_base& tx, UserId owner);
// Of several owners, those that are switched on: whom news may be for.
std::vector<Webhook> list_enabled_webhooks(pqxx::transaction_base& tx, std::span<const UserId> owners);
// Empty if there is none, or it is somebody else's.
std::optional<Webhook> find_webhook(pqxx::transaction_base& tx, WebhookId id, UserId owner);

// The same; nobody else changes it until the transaction ends.
std::optional<Webhook> lock_webhook(pqxx::work& tx, WebhookId id, UserId owner);

// All three change nothing, and say so, if it is not the owner's. Another secret leaves the one before good for a day.
std::optional<Webhook> update_webhook(pqxx::transaction_base& tx, WebhookId id, UserId owner,
                                      const WebhookChanges& changes, Time now);
std::optional<Webhook> update_webhook_secret(pqxx::transaction_base& tx, WebhookId id, UserId owner,
                                             const std::string& secret, Time now);
bool delete_webhook(pqxx::transaction_base& tx, WebhookId id, UserId owner);

// Are all of the events the user's?
bool owns_all(pqxx::transaction_base& tx, UserId user, const std::vector<EventId>& events);

// As an operator sees them.
struct WebhookEntry {
  Webhook webhook;
  std::int64_t waiting = 0;  // deliveries
};
std::vector<WebhookEntry> list_all_webhooks(pqxx::transaction_base& tx, int most);

// Of all hosts: is what happens left for ticketd-webhooks? As with mail (storage/mails.h).
bool are_webhooks_on(pqxx::transaction_base& tx);
void update_webhooks_on(pqxx::connection& connection, bool on, const std::function<void(const std::string&)>& news);

// Gives ticketd-webhooks' role what it may do, if there is the role and it has not got it yet. By the database's owner.
void grant_to_webhooks(pqxx::transaction_base& tx);

}  // namespace ticketd::storage
