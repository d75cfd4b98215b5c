// What the documents, the units and nginx say of ticketd's settings, limits and units is what lib/config and they themselves have.
// That ticketd.env(5) describes every setting, with its default and bounds, is a unit test's (tests/unit/manual_settings.cc).
const fs = require('fs');
const { read, all, same, within, says, finish } = require('./lists');
const { documents } = require('./markdown');

// Of each setting its default, as it is written in lib/config: 15 * 60, {200, 600}, "ticketd".
const source = read('lib/config/config.cc');
const product = (text) => text.split('*').reduce((value, factor) => value * Number(factor.replaceAll("'", '')), 1);
const defaults = {};
for (const [, method, name, rest] of all(source, /in\.(\w+)\("([A-Z][A-Z0-9_]+)"(?:, ([^;]*))?\);/g)) {
  if (method.endsWith('_url')) continue; // a look at what was read before
  if (method === 'number') defaults[name] = String(product(rest.split(',')[0]));
  else if (method.endsWith('rate')) defaults[name] = rest.replace(/[{} ']/g, '').replace(',', '/');
  else if (method === 'text') defaults[name] = rest.replaceAll('"', '');
  else if (method.endsWith('or_off') || method === 'networks') defaults[name] = 'off';
  else if (method === 'level') defaults[name] = /text\(name, "(\w+)"\)/.exec(source)[1];
  else defaults[name] = null; // required
}
defaults.TICKETD_RATE_LIMIT = /lookup_\("TICKETD_RATE_LIMIT"\)[\s\S]*?\*all != "(on)"/.exec(source)[1];
// Read elsewhere.
defaults.TICKETD_MIGRATIONS_DIR = /kInstalledDirectory = "([^"]+)"/.exec(read('worker/ticketctl/migrate.cc'))[1];
defaults.TICKETD_WORKER_NAME = /from_environment\("TICKETD_WORKER_NAME"\)\.value_or\("(\w+)"\)/.exec(read('worker/main.cc'))[1];

const manual = 'systemd/man/ticketd.env.5';
const described = read(manual).split(/^\.It Ev /m).slice(1);
for (const name of ['TICKETD_LOG_LEVEL', 'TICKETD_VERIFIED_EMAIL', 'TICKETD_WEBHOOK_NETWORKS', 'TICKETD_RETENTION_DAYS', 'TICKETD_RATE_LIMIT', 'TICKETD_MIGRATIONS_DIR', 'TICKETD_WORKER_NAME']) {
  const entry = described.find((text) => text.startsWith(`${name}\n`)) || '';
  same(`${name} in ${manual}`, [defaults[name]], all(entry, /^Default (\S+)\.$/gm).map((match) => match[1]));
}

// Names that stand somewhere, and have to be settings. Those at the end are of the stack of `make run`, which fills in nginx's.
const ofStack = all(read('systemd/local/settings.sh'), /\$\{(TICKETD_(?:CORS|COARSE|PROXY)_\w+):?-/g).map((match) => match[1]);
const known = [...Object.keys(defaults), ...ofStack];
const list = (directory, pattern) => fs.readdirSync(directory).filter((name) => pattern.test(name)).map((name) => `${directory}/${name}`);
const units = list('systemd/units', /\.(?:service|socket|target|timer)$/);
const texts = [
  ...documents(), 'Makefile', 'systemd/units/ticketd.env', 'nginx/www/openapi.yaml', 'nginx/www/docs/errors.html',
  ...list('systemd/man', /\.[157]$/), ...list('systemd/monitoring', /\./), ...list('systemd/units', /\.example$/), ...units,
];
for (const file of texts) within(`the settings that ${file} names`, all(read(file), /\bTICKETD_[A-Z0-9_]+\b/g).map(([name]) => name), known);

// A line that is commented out shows the default.
const shown = all(read('systemd/units/ticketd.env'), /^#([A-Z][A-Z0-9_]+)=(.*)$/gm).map(([, name, value]) => `${name}=${value}`);
same('the defaults in ticketd.env', shown, shown.map((line) => line.split('=')[0]).map((name) => `${name}=${defaults[name]}`));

// Which endpoints have TICKETD_BOOKING_THREADS.
const waiting = fs.readdirSync('handlers').filter((file) => read(`handlers/${file}`).includes('WaitsFor::queue'));
const inDoctor = all(/kBookingEndpoints\[\] = \{(.*)\}/.exec(read('worker/ticketctl/doctor/threads.cc'))[1], /"([a-z-]+)"/g);
same('the endpoints that wait for the queue, and those that the doctor knows', waiting.map((file) => file.slice(0, -3).replaceAll('_', '-')), inDoctor.map(([, name]) => name));

// Secrets reach the services as credentials: one of each that is required, and a password.
const credentials = units.flatMap((file) => all(read(file), /^LoadCredential=([A-Z_]+):/gm).map((match) => match[1]));
same('what is required or a password, and the credentials of the units', Object.keys(defaults).filter((name) => defaults[name] === null || name.endsWith('_PASSWORD')), credentials);

// Numbers in prose.
const english = (number) => Number(number).toLocaleString('en');
const count = (name) => english(defaults[`TICKETD_${name}`]);
const minutes = (seconds) => (Number(seconds) === 3600 ? 'an hour' : `${seconds / 60} minutes`);
const rate = (name) => defaults[`TICKETD_${name}`].split('/');
const [pair, network, account] = ['LOGIN_LIMIT', 'LOGIN_LIMIT_NETWORK', 'LOGIN_LIMIT_ACCOUNT'].map(rate);
const words = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const ttl = minutes(defaults.TICKETD_ACCESS_TTL_S);
const setting = (file, pattern) => pattern.exec(read(file))[1];
const memory = setting('systemd/redis/redis-queue.conf', /^maxmemory (\d+)mb$/m);
const body = setting('nginx/server.conf', /^client_max_body_size +(\d+)k;/m);
const perSecond = setting('nginx/http.conf', /zone=ticketd_requests:10m +rate=(\d+)r\/s;/);
const burst = setting('nginx/server.conf', /zone=ticketd_requests burst=(\d+) nodelay;/);
const connections = setting('nginx/server.conf', /^limit_conn +ticketd_connections (\d+);/m);
const patience = setting('lib/endpoint/edge.cc', /kPatience\{(\d+)\}/);
const headers = /^large_client_header_buffers (\d+) (\d+)k;/m.exec(read('nginx/server.conf')).slice(1).map(Number);
const handlers = list('handlers', /\.cc$/).length;

const threats = 'tests/e2e/README.md';
const sizes = 'systemd/docs/checklist.md';
says('lib/README.md', `reads up to ${count('BATCH_MAX')} commands`);
says('lib/README.md', `ends after ${words[defaults.TICKETD_IDLE_EXIT_S / 60]} idle minutes`);
says(threats, `${pair[0]} wrong ones in ${minutes(pair[1])} for an account from one network. ${network[0]} in`);
says(threats, `${network[0]} in ${minutes(network[1])} from one network. ${account[0]} in ${minutes(account[1])} for an account`);
says(threats, `argon2id, ${count('ARGON2_JOBS')} at once over all processes`);
says(threats, `What waited ${patience} s for one of them`);
says(threats, `${count('PENDING_PER_USER')} commands queued and ${count('KEYS_PER_USER')} idempotency keys a day per user, ${count('KEYS_PER_NETWORK')} per network, ${count('KEYS_MAX')} keys`);
says(threats, `${count('EVENTS_PER_USER')} events at once per user`);
const eventBody = product(/kEventBodyBytes = std::size_t\{(\d+)\} \* 1024;/.exec(read('lib/api/event_fields.h'))[1]);
const ofNginx = all(read('nginx/server.conf'), /^ +client_max_body_size +(\d+)k;/gm).map((match) => match[1]);
same("the limit of an event's body, and nginx's", [String(eventBody)], ofNginx);
same("the limits of bodies, and nginx's message", all(read('nginx/errors.conf').split('$ticketd_body_kib')[1].split('}')[0], /(\d+);$/gm).map((match) => match[1]), [body, String(eventBody)]);
says(threats, `${body} KiB, ${eventBody} for an event, one JSON object`);
says(sizes, `sends ${count('KEYS_PER_NETWORK')} idempotency keys`);
says(sizes, `\`maxmemory\` (${memory} MB;`);
says(sizes, `\`TICKETD_DB_CONNECTIONS\` (${count('DB_CONNECTIONS')})`);
says(sizes, `${handlers} endpoints could want ${handlers * defaults.TICKETD_DB_CONNECTIONS};`);
says('systemd/docs/upkeep.md', `${ttl} (\`TICKETD_ACCESS_TTL_S\`) later`);
says('nginx/www/openapi.yaml', `has ${count('EVENTS_PER_USER')} events at most by default`);
says('nginx/www/docs/errors.html', `as one person may: ${count('EVENTS_PER_USER')} by default`);
says('nginx/www/openapi.yaml', `**Tokens.** An access token lasts ${ttl} by default`);
says('nginx/www/openapi.yaml', `or refresh-tokens. It lasts ${ttl} by default`);
says('nginx/www/openapi.yaml', `Lasts ${ttl} by default`);
says('nginx/www/openapi.yaml', `After ${pair[0]} failures in ${minutes(pair[1])} from one network for one e-mail, or ${network[0]} for any`);
says('nginx/www/openapi.yaml', `more than ${perSecond} requests a second from one network, beyond ${burst} at once`);
says('nginx/www/openapi.yaml', `A body has at most ${body} KiB, that of an event ${eventBody}`);
says('nginx/www/openapi.yaml', `example: ${rate('RATE_LIMIT_READS').join(';w=')}`);
says('nginx/www/docs/errors.html', `its time is over: ${ttl} by default`);
says('nginx/www/docs/errors.html', `After ${pair[0]} failures in ${minutes(pair[1])} you have to wait`);
says('nginx/www/docs/errors.html', `The body has more than ${body} KiB, or that of an event more than ${eventBody} KiB`);
says('nginx/www/docs/errors.html', `One header has more than ${headers[1]} KiB, or all of them have more than ${headers[0] * headers[1]}.`);

// The larger networks have as many times the limits in nginx as in the handlers.
const shares = /return \{\{first\(8\)\}, \{first\(7\), (\d+)\}, \{first\(6\), (\d+)\}\};/.exec(read('lib/auth/network.cc')).slice(1);
same(
  "nginx's limits of the larger networks",
  [56, 48].flatMap((bits, i) => [
    setting('nginx/http.conf', new RegExp(`zone=ticketd_requests_${bits}:10m +rate=(\\d+)r/s;`)) / shares[i],
    setting('nginx/server.conf', new RegExp(`zone=ticketd_requests_${bits} burst=(\\d+) nodelay;`)) / shares[i],
    setting('nginx/server.conf', new RegExp(`^limit_conn +ticketd_connections_${bits} (\\d+);`, 'm')) / shares[i],
  ]),
  [perSecond, burst, connections, perSecond, burst, connections].map(Number),
);
says(threats, `a /56 has ${shares[0]} times that, a /48 ${shares[1]} times`);

// Threads that wait to hash, and the others of the process.
const [hashing] = /kHashingThreads = (\d+);/.exec(read('lib/endpoint/serve.cc')).slice(1).map(Number);
const [others] = /kOtherThreads = (\d+);/.exec(read('worker/ticketctl/doctor/threads.cc')).slice(1).map(Number);
same('the threads of an endpoint that hashes and what its unit may have', [hashing + others], [Number(setting('systemd/units/ticketd@.service', /^TasksMax=(\d+)$/m))]);

// Who hashes passwords: nginx says when their requests were whole, and others go first, from a checkout and by systemd.
const endpoints = fs.readdirSync('handlers').map((file) => file.replace('.cc', '').replaceAll('_', '-'));
const hashes = endpoints.filter((name) => read(`handlers/${name.replaceAll('-', '_')}.cc`).includes('WaitsFor::hashing'));
const whole = new RegExp(setting('nginx/http.conf', /^map \$ticketd_handler \$ticketd_whole_at \{\n.*\n +"~(\S+)"/m));
same('the endpoints that hash in nginx/http.conf', endpoints.filter((name) => whole.test(name)), hashes);
same('the endpoints that hash in systemd/local/process', setting('systemd/local/process', /^ +(auth-login \| .*)\)$/m).split(' | ').sort(), hashes);
same('the endpoints that hash and have a drop-in', fs.readdirSync('systemd/units').filter((name) => name.endsWith('.service.d') && name.startsWith('ticketd@')).map((name) => name.slice('ticketd@'.length, -'.service.d'.length)), hashes);

// The units. In the manual ticketd@ENDPOINT.service, in the table ticketd@NAME.service and ticketd-worker@1.service.
const unit = (name) => name.replace(/@[A-Z0-9]*/, '@');
const there = units.map((file) => file.replace('systemd/units/', ''));
const entries = all(read('systemd/man/ticketd.7').split('.Sh FILES')[0], /^\.It (.*)$/gm).flatMap(([, names]) => names.split(' , '));
same('the units in ticketd(7)', entries.map(unit), there);
const rows = all(read('systemd/README.md'), /^\| (`ticketd[^|]*) \| [^|]* \| ([^|]*)\|$/gm);
const full = (name) => (there.includes(name) ? name : `${name}.service`);
const names = (cell) => all(cell, /`([^`]+)`/g).map(([, name]) => (name.startsWith('-') ? `ticketd-redis${name}` : name));
const inTable = rows.flatMap(([, cell, user]) =>
  names(cell)
    .filter((name) => !name.startsWith('@')) // `ticketd-worker@1.service`, `@2`
    .map((name) => [full(unit(name)), user.replace(/[` ]/g, '')]),
);
same("the units in the operating manual's table", inTable.map(([name]) => name), there);
const userOf = (name) => (/^User=(.*)$/m.exec(read(`systemd/units/${name}`)) || ['', ''])[1];
const runsAs = there.map((name) => `${name} as ${userOf(name)}`);
same('and as whom they run', inTable.map(([name, user]) => `${name} as ${user}`), runsAs);
const listens = setting('systemd/units/ticketd@.socket', /^ListenStream=(.*)$/m);
same('the socket of an endpoint in ticketd(7)', [setting('systemd/man/ticketd.7', /^\.Pa (\S+\.sock)$/m)], [listens.replace('%i', 'ENDPOINT')]);
says('systemd/README.md', `\`${listens.replace('%i', 'NAME')}\``);

// What disables a rule of the booking, for the simulation to find.
const mutations = read('tests/sim/mutations').split('\n').filter((line) => /^[^#]/.test(line)).length;
says('tests/README.md', `when any of ${mutations} rules is disabled`);

finish('settings');
