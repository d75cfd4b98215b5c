// Calendars (iCalendar, RFC 5545) as a calendar's own library reads them, and what that lets pass.
const ICAL = require('ical.js');

const newest = new Map(); // of each UID: the SEQUENCE, and when that was

// Whoever has a calendar takes another one of the same UID for newer by its SEQUENCE. It counts tenths of a second.
function sequenceFaults({ uid, sequence }, stamp) {
  const before = newest.get(uid) || { sequence: -1, stamp: -1 };
  newest.set(uid, { sequence, stamp });
  if (sequence > before.sequence || (sequence === before.sequence && stamp - before.stamp <= 1)) return [];
  return [`SEQUENCE is ${sequence} after ${before.sequence}, ${stamp - before.stamp} s later`];
}

function calendarFaults(body) {
  const faults = [];
  const lines = body.split('\r\n');
  if (lines.pop() !== '' || lines.some((line) => /[\r\n]/.test(line))) faults.push('not every line ends with CR LF');
  if (lines.some((line) => Buffer.byteLength(line) > 75)) faults.push('a line has more than 75 octets');
  try {
    const calendar = new ICAL.Component(ICAL.parse(body));
    const events = calendar.getAllSubcomponents('vevent');
    if (calendar.getFirstPropertyValue('version') !== '2.0') faults.push('the version is not 2.0');
    if (calendar.getFirstPropertyValue('method') !== 'PUBLISH') faults.push('the method is not PUBLISH');
    for (const property of events) {
      const event = new ICAL.Event(property);
      const stamp = property.getFirstPropertyValue('dtstamp');
      const times = [event.startDate, event.endDate, stamp];
      if (times.some((time) => time.zone.tzid !== 'UTC')) faults.push('a time is not in UTC');
      if (event.startDate.compare(event.endDate) >= 0) faults.push('it ends before it starts');
      if (!event.summary) faults.push('it has no summary');
      faults.push(...sequenceFaults(event, stamp.toUnixTime()));
    }
    if (calendar.getAllSubcomponents().length === 0) faults.push('there is nothing in it');
  } catch (error) {
    faults.push(`the calendar cannot be read: ${error.message}`);
  }
  return faults;
}

module.exports = { calendarFaults };
