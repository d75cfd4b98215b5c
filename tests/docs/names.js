// The names of states, kinds, outcomes and reasons are those of the enums of lib/domain wherever they stand: in the
// OpenAPI document, in ticketctl and its manual, in SQL. Those of the database's CHECKs are an integration test's
// (tests/integration/schema_names.cc).
const fs = require('fs');
const { document } = require('./document');
const { read, all, same, within, says, finish } = require('./lists');

// Each value of an enum is called as its name outside.
const valuesOf = (header, name) => new RegExp(`enum class ${name} \\{([^}]*)\\}`).exec(read(`lib/domain/${header}`).replace(/\/\/.*/g, ''))[1].match(/\w+/g);
const bookingStates = valuesOf('event_state.h', 'BookingState');
const eventStates = valuesOf('event_state.h', 'EventStatus');
const commandKinds = valuesOf('command.h', 'CommandKind');
const outcomes = valuesOf('fact.h', 'Outcome');
const reasons = valuesOf('fact.h', 'Reason');
const notificationKinds = valuesOf('message.h', 'NotificationKind');

// name_of() counts: the texts have the order of the values.
function inOrder(what, file, array, values) {
  const [, texts] = new RegExp(` ${array} = \\{([^}]*)\\}`).exec(read(file));
  same(`${what} and their texts in ${file}`, [values.join(' ')], [texts.match(/\w+/g).join(' ')]);
}
inOrder('states of bookings', 'lib/domain/event_state.cc', 'kStates', bookingStates);
inOrder('states of events', 'lib/domain/event_state.cc', 'kStatuses', eventStates);
inOrder('kinds of commands', 'lib/domain/command.cc', 'kNames', commandKinds);
inOrder('outcomes', 'lib/domain/fact.cc', 'kOutcomeNames', outcomes);
inOrder('reasons', 'lib/domain/fact.cc', 'kReasonNames', reasons);
inOrder('kinds of notifications', 'lib/domain/message.cc', 'kNames', notificationKinds);

// What a command that failed has, and what is only on its way.
const allOutcomes = [...outcomes, 'failed'];
const allReasons = [...reasons, 'line_closed', 'internal_error'];  // and why a waiting booking ended
const queuedKinds = commandKinds.filter((kind) => kind !== 'settle');  // the worker's own
const shownStates = eventStates.filter((state) => state !== 'removed');  // which is shown as over
const bulkKinds = all(read('migrations/0013_bulk_changes.sql'), /bulk_changes_kind CHECK \(kind IN \(([^)]*)\)/g)[0][1].match(/\w+/g);
const { BookingState, EventState, RequestKind, Reason, Notification, DecidedRequest } = document.components.schemas;
same("the states of bookings and openapi.yaml's", bookingStates, BookingState.enum);
same("the states of events and openapi.yaml's", [...shownStates, 'over'], EventState.enum);
same("the kinds of commands and openapi.yaml's", queuedKinds, RequestKind.enum);
same("the outcomes and openapi.yaml's", allOutcomes, DecidedRequest.properties.outcome.enum);
same("the reasons and openapi.yaml's", allReasons, Reason.enum);
same("the kinds of notifications and openapi.yaml's", [...notificationKinds, 'processing'], Notification.properties.kind.enum);

const either = `${bookingStates.slice(0, -1).join(', ')} or ${bookingStates.at(-1)}`;
says('systemd/man/ticketctl.1', `those in one state: ${either};`);
says('worker/ticketctl/event.cc', `--state is ${either}"`);
says('systemd/bash-completion/ticketctl', `--state) words="${bookingStates.join(' ')}"`);
same('the states of bookings and those of GET /v1/bookings', bookingStates, all(read('handlers/bookings_list.cc'), /\{"(\w+)",\s+BookingState::\1\}/g).map(([, state]) => state));

// What SQL compares a column with. Bookings, events, commands, mails and deliveries of webhooks have a state; commands,
// notifications, bulk changes and announcements a kind.
const sql = ['lib/storage', 'lib/verify', 'worker/ticketctl', 'migrations']
  .flatMap((directory) => fs.readdirSync(directory).map((file) => `${directory}/${file}`))
  .filter((file) => /\.(cc|h|sql)$/.test(file))
  .map(read)
  .join('\n');
const mailStates = all(read('migrations/0034_mails.sql'), /mails_state CHECK \(state IN \(([^)]*)\)/g)[0][1].match(/\w+/g);
const deliveryStates = all(read('migrations/0039_webhooks.sql'), /webhook_deliveries_state CHECK \(state IN\s+\(([^)]*)\)/g)[0][1].match(/\w+/g);
const mailed = all(read('worker/messenger/templates/en/subjects'), /^(\w+) +\S/gm).map(([, kind]) => kind);
const accountKinds = all(read('migrations/0036_account_mails.sql'), /account_mails_kind CHECK \(kind IN\s+\(([^)]*)\)/g)[0][1].match(/\w+/g);
const announcementKinds = all(read('migrations/0044_announcements.sql'), /announcements_kind CHECK \(kind IN \(([^)]*)\)/g)[0][1].match(/\w+/g);
same("the kinds of announcements and openapi.yaml's", announcementKinds, document.components.schemas.Announcement.properties.kind.enum);
within('the kinds of notifications, and about accounts, that are mailed', mailed, [...notificationKinds, ...accountKinds]);
const known = {
  state: [...bookingStates, ...eventStates, 'done', 'failed', ...mailStates, 'nobody', ...deliveryStates],
  kind: [...queuedKinds, ...notificationKinds, ...bulkKinds, ...accountKinds, ...announcementKinds],
  outcome: allOutcomes,
  reason: allReasons,
};
for (const [column, names] of Object.entries(known)) {
  const compared = all(sql, new RegExp(`\\b${column} (?:=|<>|IN \\(|IS (?:NOT )?DISTINCT FROM) ?((?:'\\w+'[,\\s]*)+)`, 'g'));
  within(`what SQL compares ${column} with`, compared.flatMap(([, list]) => list.match(/\w+/g)), names);
}
// What a scan at the door is answered, and who comes in again.
const wordsOf = (constraint) => new RegExp(`CONSTRAINT ${constraint} CHECK \\(\\w+ IN \\(([^)]*)\\)`).exec(read('migrations/0046_tickets.sql'))[1].match(/\w+/g);
const { Checkin, CheckinResult, Reentry } = document.components.schemas;
same("the results of scans and openapi.yaml's", wordsOf('checkins_result'), CheckinResult.enum);
same("what conflicts come of and openapi.yaml's", [...wordsOf('checkins_because'), null], Checkin.properties.because.enum);
same("the ways to come in again and openapi.yaml's", wordsOf('doors_reentry'), Reentry.enum);
// What each outcome is told as.
const [, told] = /AND n\.kind = CASE (WHEN [^;]*?)ELSE c\.outcome END/.exec(read('lib/verify/messages.cc'));
const tellings = told.split('WHEN').slice(1).flatMap((clause) => {
  const [, telling] = /THEN '(\w+)'/.exec(clause);
  return all(clause, /c\.outcome = '(\w+)'/g).map(([, outcome]) => [outcome, telling]);
});
within('the outcomes that lib/verify/messages.cc tells otherwise', tellings.map(([outcome]) => outcome), outcomes);
const toldOtherwise = new Map(tellings);
const kinds = [...tellings.map(([, telling]) => telling), ...allOutcomes.filter((outcome) => !toldOtherwise.has(outcome))];
within('what lib/verify/messages.cc tells of outcomes', kinds, notificationKinds);

finish('names');
