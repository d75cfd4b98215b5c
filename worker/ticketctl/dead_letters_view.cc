#include "ticketctl/dead_letters_view.h"

#include <iostream>

#include "queue/wire.h"
#include "ticketctl/print.h"

namespace ticketd::ctl {
namespace {

std::string first_line(const std::string& text) { return harmless(text.substr(0, text.find('\n'))); }

std::string in_words(const storage::StoredLetter& letter) {
  if (!letter.command_id) return "an entry that could not be read";
  const auto state = letter.command_state.value_or("");
  if (state == "failed") return "failed";
  if (state == "done") return "took effect after a retry that was broken off";
  return "neither failed nor decided: a retry was broken off; retry or drop it";
}

}  // namespace

std::string id_of(const storage::StoredLetter& letter) {
  return letter.command_id ? letter.command_id->str() : std::to_string(letter.shard) + "/" + letter.stream_id;
}

std::optional<domain::Command> command_in(const storage::StoredLetter& letter) {
  return queue::from_json_text(letter.raw);
}

void print_line(const storage::StoredLetter& letter) {
  const auto command = command_in(letter);
  std::cout << id_of(letter) << "  " << format_time(letter.died_at) << "  ";
  if (command) {
    std::cout << name_of(command->kind()) << " of event " << command->event.str() << " by " << command->user.str();
  } else {
    std::cout << "cannot be read";
  }
  std::cout << "\n    " << first_line(letter.error) << '\n';
}

void print_all(const storage::StoredLetter& letter) {
  std::cout << id_of(letter) << '\n';
  print_field("state", in_words(letter));
  if (const auto command = command_in(letter)) {
    print_field("kind", std::string(name_of(command->kind())));
    print_field("person", command->user.str());
    print_field("event", command->event.str());
    if (command->booking()) print_field("booking", command->booking()->str());
    print_field("notification", command->notification.str());
    print_field("accepted at", format_time(command->accepted_at));
    print_field("HTTP request", command->request_id);
  }
  print_field("entry", std::to_string(letter.shard) + "/" + letter.stream_id);
  print_field("put aside at", format_time(letter.died_at));
  print_field("attempts", std::to_string(letter.attempts));
  print_field("SQLSTATE", letter.sqlstate.value_or(""));
  print_field("error", letter.error);
  print_field("as it stood", letter.raw);
}

JsonText json_of(const storage::StoredLetter& letter) {
  const auto entry = Json::parse(letter.raw);
  auto json = JsonText::object({{"id", id_of(letter)},
                                {"shard", letter.shard},
                                {"stream_id", letter.stream_id},
                                {"state", letter.command_state},
                                {"error", letter.error},
                                {"sqlstate", letter.sqlstate},
                                {"attempts", letter.attempts},
                                {"died_at", format_time(letter.died_at)},
                                {"entry", entry ? std::optional(JsonText::verbatim(entry->dump())) : std::nullopt}});
  const auto command = command_in(letter);
  json.set("readable", command.has_value());
  if (!command) return json;
  json.set("kind", name_of(command->kind())).set("user_id", command->user.str()).set("event_id", command->event.str());
  return json.set("accepted_at", format_time(command->accepted_at));
}

}  // namespace ticketd::ctl
