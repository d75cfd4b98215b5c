#include "schema_rule.h"

namespace ticketd::tests {
namespace {

constexpr const char* kInsert =
    "INSERT INTO erasures (user_id, requested_at, due_at) VALUES ($1, now(), $2::timestamptz)";

}  // namespace

TEST_GROUP_BASE(SchemaOfErasures, SchemaTest){};

RULE(SchemaOfErasures, erasures_pkey, AnAccountIsErasedOnce) {
  sql(kInsert, user, "tomorrow");
  erasures_pkey.refuses(kInsert, user, "tomorrow");
}

RULE(SchemaOfErasures, erasures_user, WhoIsErasedHadAnAccount) {
  erasures_user.refuses(kInsert, fresh<UserId>().str(), "tomorrow");
}

RULE(SchemaOfErasures, erasures_due, NobodyLooksBeforeItWasAskedFor) {
  erasures_due.refuses(kInsert, user, "yesterday");
}

}  // namespace ticketd::tests
