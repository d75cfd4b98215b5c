// Commands as text: the fields of a stream entry, and JSON for idempotency keys and dead letters.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "domain/command.h"

namespace ticketd::queue {

using Fields = std::vector<std::pair<std::string, std::string>>;

// The highest that to_fields() writes: each command has the lowest that can say it, so that an earlier release carries
// out what it knows. 2: several tickets. 3: held seats; who finds an event, and its time zone. 4: ticket types and
// sales windows. 5: tickets that are named. A release reads every version up to its own; entries without a version are
// of the first, for the first release wrote none. A new kind of command needs no new version: an older worker does not
// know its name, and leaves it to a newer one. Nor does a new field that an older worker may overlook. One that it must
// not overlook does; then from_fields() goes on reading the older versions, too: they stand in queues, idempotency keys
// and dead letters.
constexpr int kWireVersion = 5;

// Field names and values; `changes` is JSON, fields without a value are left out.
Fields to_fields(const domain::Command& command);
// Empty for an entry that to_fields() cannot have made: unknown kind or version, an id that is none, a number that is
// none, a request id that is no text. Of a field that comes twice the first one counts.
std::optional<domain::Command> from_fields(const Fields& fields);
// Does the entry look like one of another release: an id like every command's, and a kind or a version that has the
// form of one, but is none of ours? It can be carried out, but not here.
bool is_of_other_release(const Fields& fields);

// One JSON object with the same names, whatever the bytes: see valid_text(); of a name that comes twice the first one
// counts.
std::string to_json_text(const Fields& fields);
std::optional<domain::Command> from_json_text(std::string_view text);

// The number of shards that the workers agreed on.
constexpr const char* kShardsKey = "ticketd:shards";
std::string stream_key(int shard);
constexpr const char* kPendingPrefix = "ticketd:pending:";
std::string pending_key(UserId user);
std::string outcome_key(CommandId id);
std::string closed_key(EventId event);
std::string closed_key(UserId user);

}  // namespace ticketd::queue
