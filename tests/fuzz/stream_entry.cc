// Covers: lib/queue/wire.cc lib/queue/changes_text.cc lib/domain/command.cc
// An entry of the queue as the worker reads it, NAME=VALUE a line; or as JSON, as idempotency keys and dead
// letters have it.
#include "base/json_text.h"
#include "fuzz/properties.h"
#include "queue/wire.h"

using namespace ticketd;
using fuzz::require;

static queue::Fields fields_in(std::string_view text) {
  queue::Fields fields;
  while (!text.empty()) {
    const auto line = fuzz::take_until(text, '\n');
    std::string_view rest = line;
    auto name = fuzz::take_until(rest, '=');
    fields.emplace_back(std::move(name), rest);
  }
  return fields;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  const auto fields = fields_in(text);
  const auto raw = queue::to_json_text(fields);
  const auto dead = Json::parse(raw);
  require(dead && dead->is_object(), "a dead letter is JSON, whatever the entry");
  for (const auto& [name, value] : fields)
    require((*dead)[valid_text(name).c_str()].is_string(), "a dead letter has every field");

  const auto command = text.starts_with('{') ? queue::from_json_text(text) : queue::from_fields(fields);
  if (!text.starts_with('{') && command)
    require(queue::from_json_text(raw) == command, "a dead letter is read as the entry was");
  if (!command) return 0;
  const auto again = queue::to_fields(*command);
  require(queue::from_fields(again) == *command, "a command is read as it was written");
  require(queue::from_json_text(queue::to_json_text(again)) == *command, "and as JSON too");
  return 0;
}
