// What an event's people are told at once, and which mails somebody wants, on the wire.
#pragma once
#include "base/json_text.h"
#include "http/fields.h"
#include "storage/announcements.h"
#include "storage/mail_settings.h"

namespace ticketd {

// {audience, subject, text} of an organiser's message.
storage::Announcement read_message(http::Fields& in);
JsonText announcement_json(const storage::Announcement& announcement);

// {language, mails: {bookings, reminders, messages}}: each may be left out, but one of them is there.
storage::MailSettingsChanges read_mail_settings(http::Fields& in);
JsonText mail_settings_json(const storage::MailSettings& settings);

}  // namespace ticketd
