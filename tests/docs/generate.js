// generate.js BASE_URL [COUNT]: of each operation of the OpenAPI document, COUNT requests that it allows (50 unless told) and as many
// that it does not. No answer is a 5xx, none is missing in the document, and no request that it allows is refused for its form.
const http = require('http');
const { requestsWith, operations } = require('./requests');
const { judge } = require('./answers');

const [base, count = '50'] = process.argv.slice(2);
const SEED = Number(process.env.SEED || 1);
const AT_ONCE = 8;
// What says that a request is not as it should be, however things stand.
const REFUSALS = new Set([400, 405, 413, 414, 415, 431, 501]);
const PASSWORD = 'correct horse battery';

let state = SEED;
function random() { // mulberry32
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
function exchange(method, path, headers, body) {
  return new Promise((done, failed) => {
    const request = http.request(base, { method, path, headers, agent }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => {
        const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
        done({ method, path, status: answer.statusCode, headers, body: Buffer.concat(parts).toString() });
      });
      answer.on('error', failed);
    });
    request.on('error', failed);
    request.end(body);
  });
}

// A machine with much else to do hashes few passwords at once, says so, and is asked again.
async function send(...request) {
  for (let tries = 5; ; tries--) {
    const answer = await exchange(...request);
    if (tries === 0 || answer.status !== 503 || !answer.body.includes('"code":"busy"')) return answer;
    await new Promise((done) => setTimeout(done, 1000 * Number(answer.headers['retry-after'])));
  }
}

const json = { 'Content-Type': 'application/json' };
async function call(method, path, token, body) {
  const answer = await send(method, path, { ...(body && json), ...(token && { Authorization: `Bearer ${token}` }) }, body && JSON.stringify(body));
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
  return JSON.parse(answer.body).data;
}

let people = 0;
const signUp = () => call('POST', '/v1/auth/register', null, { email: `generated-${process.pid}-${++people}@example.com`, password: PASSWORD });

// Somebody with an event, a booking, a place in a line, notifications, requests, and a webhook with a delivery.
async function prepare() {
  const [owner, guest] = [await signUp(), await signUp()];
  const token = guest.tokens.access_token;
  const known = { ids: [owner.user.id, '01987f2a-6c1e-7d3a-9b52-0f6f1f0e7a11', '00000000-0000-0000-0000-000000000000'], pages: new Map(), fields: {} };
  const others = await Promise.all(Array.from({ length: 6 }, signUp));
  known.fields.refresh_token = others.map(({ tokens }) => tokens.refresh_token);
  known.fields.email = others.map(({ user }) => user.email);
  known.fields.password = known.fields.current_password = [PASSWORD];
  for (const who of [owner, owner, guest]) {
    const event = { title: 'Evening', description: '-', location: '-', start_date_time: '2030-05-01T18:00:00Z', end_date_time: '2030-05-01T21:00:00Z', number_of_tickets: 1 };
    const made = await call('POST', '/v1/events/initialize', who.tokens.access_token, event);
    await call('POST', '/v1/events/book', owner.tokens.access_token, { event_id: made.id });
    const booked = await call('POST', '/v1/events/book', token, { event_id: made.id });
    known.ids.push(made.id, booked.request.id, booked.notification.id, booked.notification.booking_id);
  }
  const webhook = await call('POST', '/v1/webhooks', token, { url: 'http://127.0.0.1:9999' });
  known.ids.push(webhook.id, (await call('POST', `/v1/webhooks/${webhook.id}/test`, token)).id);
  return { known, token };
}

const faults = new Map(); // what is wrong -> [how often, an example]
function note(what, request, answer) {
  const key = `${request.operation.id}: ${what}`;
  if (!faults.has(key)) faults.set(key, [0, `${answer.method} ${answer.path}\n  ${JSON.stringify(request.headers)} ${String(request.raw ?? JSON.stringify(request.body)).slice(0, 200)}\n  ${answer.status} ${answer.body.slice(0, 300)}`]);
  faults.get(key)[0]++;
}

async function main() {
  const { known, token } = await prepare();
  const make = requestsWith(random, known);
  let sent = 0;
  const statuses = {};

  async function attempt(request, allowed) {
    const endsTokens = ['auth-update-password', 'users-me-delete'].includes(request.operation.id);
    const bearer = request.token ?? (endsTokens ? (await signUp()).tokens.access_token : token);
    // 5.0 is an integer, too.
    const written = request.body && JSON.stringify(request.body).replace(/(?<="):\d+(?=[,}])/g, (number) => number + (random() < 0.3 ? '.0' : ''));
    const body = request.raw ?? written;
    const query = new URLSearchParams(request.query).toString();
    const headers = { ...(body !== undefined && { ...json, 'Content-Length': Buffer.byteLength(body) }), ...(request.signedIn && bearer && { Authorization: `Bearer ${bearer}` }), ...request.headers };
    const answer = await send(request.method, request.path + (query && `?${query}`), headers, body);
    sent++;
    statuses[answer.status] = (statuses[answer.status] || 0) + 1;
    if (answer.status >= 500) note(`status ${answer.status}`, request, answer);
    // What is not HTTP is answered before anybody looks at the path.
    const judged = [judge(answer), judge({ ...answer, malformed: true })];
    if (judged.every((each) => each.faults.length > 0)) for (const fault of judged[0].faults) note(`${answer.status}: ${fault}`, request, answer);
    const tooLong = answer.status === 413 && Buffer.byteLength(body) > 16 * 1024;
    // Which no schema can say: it depends on what there is.
    const isOfThings = /"code":"(wrong_password|quantity_over_limit|invalid_link)"|is the sum of the pools; change|an event has at most 20 pools|"pool_id is required"|for a ticket type with visibility: code|"sales_end must be after/.test(answer.body);
    if (allowed && REFUSALS.has(answer.status) && !tooLong && !isOfThings) note(`refused with ${answer.status}`, request, answer);
    if (allowed && answer.status === 200 && request.operation.parameters.some(({ name }) => name === 'cursor')) remember(request, answer);
  }

  function remember({ operation, query }, answer) {
    const next = /"next_cursor":"([^"]+)"/.exec(answer.body);
    if (next) known.pages.set(operation.id, { ...query, cursor: next[1] });
  }

  // The same requests for the same seed, in whatever order their answers come.
  const todo = operations.flatMap((operation) => Array.from({ length: Number(count) }, () => operation)).entries();
  async function worker() {
    for (const [number, operation] of todo) {
      for (const allowed of [true, false]) {
        state = SEED * 1_000_003 + number * 2 + allowed;
        await attempt(allowed ? make.valid(operation) : make.invalid(operation), allowed);
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  agent.destroy();
  for (const [what, [times, example]] of faults) console.log(`${what}\n  ${times} times, such as ${example}`);
  console.log(`generated: ${sent} requests to ${operations.length} operations (seed ${SEED}), ${faults.size} kinds of faults; answers ${JSON.stringify(statuses)}`);
  process.exit(faults.size === 0 ? 0 : 1);
}

main();
