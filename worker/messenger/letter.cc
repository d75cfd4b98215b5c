#include "letter.h"

#include "api/calendar.h"
#include "base/json.h"

namespace ticketd::messenger {
namespace {

// A number, or a text as it is; empty where there is none.
std::string text_of(const Json& value) {
  return value.is_integer() ? std::to_string(value.integer()) : std::string(value.text());
}

// What stands for the names that are the same in every language.
mail::Values values_of(const storage::MailTask& task, const Enclosed& enclosed, const Json& arguments) {
  mail::Values values = {{"name", task.name.value_or("")}, {"message", task.message}, {"event", task.event_title},
                         {"where", task.event_location},   {"link", enclosed.link},   {"stop", enclosed.stop}};
  for (const auto* name : {"quantity", "place", "dropped", "waits", "given_back", "subject", "host"})
    values[name] = text_of(arguments[name]);
  return values;
}

}  // namespace

std::optional<mail::Mail> letter_of(const storage::MailTask& task, const Enclosed& enclosed,
                                    const mail::Languages& languages, const std::string& sender) {
  const auto& templates = languages.of(task.language, task.kind);
  const auto known = Json::parse(task.arguments);
  const auto arguments = known.value_or(Json());
  auto values = values_of(task, enclosed, arguments);
  values["sender"] = sender;
  values["when"] = templates.when(task.event_time);
  values["until"] = templates.when(task.until);
  values["reason"] = templates.reason(text_of(arguments["reason"]));
  // A notification of an earlier release has no arguments, and one of a later release may have a reason of its own.
  const bool is_told = task.outbox == storage::Outbox::notifications &&
                       (!known || (arguments.has("reason") && values["reason"].empty()));
  auto words = templates.render(task.kind, values, is_told ? mail::Words::as_told : mail::Words::own);
  if (!words) return std::nullopt;
  mail::Mail mail{task.id.str(),          task.address, std::move(words->subject), std::move(words->text),
                  std::move(words->html), {},           task.created_at,           enclosed.stop};
  if (enclosed.booking)
    mail.attachments.push_back(
        {"event.ics", "text/calendar; charset=utf-8; method=PUBLISH", calendar_of(*enclosed.booking)});
  return mail;
}

}  // namespace ticketd::messenger
