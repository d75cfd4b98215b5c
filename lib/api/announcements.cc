#include "api/announcements.h"

#include "base/text.h"

namespace ticketd {

storage::Announcement read_message(http::Fields& in) {
  storage::Announcement message;
  message.kind = "message";
  const auto audience =
      in.optional_word<std::string>("audience", {{"confirmed", "confirmed"}, {"waiting", "waiting"}, {"all", "all"}});
  if (!audience && in.ok("audience")) in.required("audience");
  message.audience = audience.value_or("");
  message.subject = in.text("subject", {1, 120});
  message.text = in.text("text", {1, 2000});
  return message;
}

JsonText announcement_json(const storage::Announcement& announcement) {
  return JsonText::object({{"id", announcement.id.str()},
                           {"event_id", announcement.event.str()},
                           {"kind", announcement.kind},
                           {"audience", announcement.audience},
                           {"subject", announcement.subject},
                           {"text", announcement.text},
                           {"hours_before", announcement.hours_before},
                           {"told", announcement.told},
                           {"created_at", format_time(announcement.created_at)},
                           {"due_at", format_time(announcement.due_at)}});
}

storage::MailSettingsChanges read_mail_settings(http::Fields& in) {
  storage::MailSettingsChanges changes;
  if (in.is_null("language")) {
    changes.language.emplace();
  } else if (auto language = in.optional_text("language", {2, 2})) {
    if (in.ok("language") && !is_language(*language))
      in.bad("language", "invalid", "language must be two lower-case letters (ISO 639-1)");
    changes.language = std::move(language);
  }
  if (const auto object = in.optional_object("mails")) {
    http::Fields mails(*object);
    changes.bookings = mails.optional_boolean("bookings");
    changes.reminders = mails.optional_boolean("reminders");
    changes.messages = mails.optional_boolean("messages");
    in.include("mails", mails);
  }
  if (in.ok() && changes == storage::MailSettingsChanges{})
    in.bad("language", "required", "send at least one field to change");
  return changes;
}

JsonText mail_settings_json(const storage::MailSettings& settings) {
  return JsonText::object({{"language", settings.language},
                           {"mails", JsonText::object({{"bookings", settings.bookings},
                                                       {"reminders", settings.reminders},
                                                       {"messages", settings.messages}})}});
}

}  // namespace ticketd
