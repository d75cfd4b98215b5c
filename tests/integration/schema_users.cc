// What the schema forbids about accounts, their tokens and their idempotency keys.
#include "schema_rule.h"

namespace ticketd::tests {

TEST_GROUP_BASE(SchemaOfUsers, SchemaTest){};

RULE(SchemaOfUsers, users_email_key, AnAddressIsTakenWhateverTheCaseOfItsLetters) {
  users_email_key.refuses(
      "INSERT INTO users (id, email, password_hash, created_at, updated_at) "
      "SELECT gen_random_uuid(), upper(email), 'hash', now(), now() FROM users WHERE id = $1",
      user);
}

RULE(SchemaOfUsers, users_email_length, AnAddressIsNeitherTooShortNorTooLong) {
  users_email_length.refuses("UPDATE users SET email = 'a@' WHERE id = $1", user);
  users_email_length.refuses("UPDATE users SET email = repeat('a', 255) WHERE id = $1", user);
}

RULE(SchemaOfUsers, users_calendar, TheAddressOfACalendarIsOnePersons) {
  sql("UPDATE users SET calendar_id = gen_random_uuid() WHERE id = $1", user);
  users_calendar.refuses("UPDATE users SET calendar_id = (SELECT calendar_id FROM users WHERE id = $1) WHERE id = $2",
                         user, make_user().str());
}

RULE(SchemaOfUsers, users_role, ARoleIsOneOfTwo) {
  users_role.refuses("UPDATE users SET role = 'root' WHERE id = $1", user);
}

RULE(SchemaOfUsers, users_language, ALanguageHasTwoLetters) {
  users_language.refuses("UPDATE users SET language = 'deu' WHERE id = $1", user);
  users_language.refuses("UPDATE users SET language = 'DE' WHERE id = $1", user);
}

RULE(SchemaOfUsers, users_unmailed, OfThreeKindsOfMailsEachMayBeSwitchedOff) {
  sql("UPDATE users SET unmailed = '{bookings,reminders,messages}' WHERE id = $1", user);
  users_unmailed.refuses("UPDATE users SET unmailed = '{everything}' WHERE id = $1", user);
}

RULE(SchemaOfUsers, users_pkey, AnAccountIsThereOnce) {
  users_pkey.refuses(
      "INSERT INTO users (id, email, password_hash, created_at, updated_at) VALUES ($1, $2, 'hash', now(), now())",
      user, fresh_word() + "@example.org");
}

static const std::string kInsertToken =
    "INSERT INTO refresh_tokens (token_hash, family_id, user_id, created_at, expires_at) "
    "VALUES ($1::text::bytea, gen_random_uuid(), $2, now(), now() + $3::interval)";

RULE(SchemaOfUsers, refresh_tokens_expiry, ARefreshTokenExpiresAfterItWasMade) {
  refresh_tokens_expiry.refuses(kInsertToken, fresh_word(), user, "0 s");
}

RULE(SchemaOfUsers, refresh_tokens_user, ARefreshTokenIsOfSomeoneWhoExists) {
  refresh_tokens_user.refuses(kInsertToken, fresh_word(), fresh<UserId>().str(), "1 day");
}

RULE(SchemaOfUsers, refresh_tokens_pkey, ARefreshTokenIsThereOnce) {
  const auto hash = fresh_word();
  sql(kInsertToken, hash, user, "1 day");
  refresh_tokens_pkey.refuses(kInsertToken, hash, user, "1 day");
}

RULE(SchemaOfUsers, idempotency_keys_pkey, AnIdempotencyKeyStandsForOneRequest) {
  const auto insert = "INSERT INTO idempotency_keys VALUES ($1, 'key', 'fingerprint', '{}', now())";
  sql(insert, user);
  idempotency_keys_pkey.refuses(insert, user);
}

RULE(SchemaOfUsers, deleted_users_pkey, ADeletionIsNotedOnce) {
  const auto gone = make_user().str();
  sql("DELETE FROM users WHERE id = $1", gone);
  deleted_users_pkey.refuses("INSERT INTO deleted_users VALUES ($1, now())", gone);
}

RULE(SchemaOfUsers, schema_migrations_pkey, AMigrationIsRecordedOnce) {
  schema_migrations_pkey.refuses("INSERT INTO schema_migrations (version, name, hash) VALUES (1, 'again', 'hash')");
}

// A constraint or unique index that is added to the schema and has no test fails here.
TEST(SchemaOfUsers, EveryRuleOfTheSchemaHasATest) {
  std::set<std::string> untested;
  for (const auto& row : sql(R"(
    SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND indexdef LIKE 'CREATE UNIQUE INDEX%')"))
    untested.insert(row[0].c_str());
  for (const auto& name : SchemaRule::all()) LONGS_EQUAL_TEXT(1, untested.erase(name), (name + " is gone").c_str());
  expect_text("", untested.empty() ? "" : *untested.begin());
}

}  // namespace ticketd::tests
