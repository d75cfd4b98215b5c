// edge.js BASE_URL RUN_DIR EXCHANGES [flood]: what libcurl cannot send or takes half a minute, added to the exchanges that
// conformance.js looks at: an unknown HTTP version, two Host headers, and a handler that hangs until nginx gives up; and which
// origins `make run` allows. With `flood`
// instead more requests at once than nginx lets one address have.
const fs = require('fs');
const net = require('net');

const [base, runDir, log, flood] = process.argv.slice(2);
const { hostname, port } = new URL(base);

// Sends the text as it stands and takes what comes until the other side closes.
function exchange(text) {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = net.connect(port, hostname, () => socket.write(text));
    socket.on('data', (bytes) => (answer += bytes));
    socket.on('error', reject);
    socket.on('close', () => {
      const [head, ...body] = answer.split('\r\n\r\n');
      const [first, ...lines] = head.split('\r\n');
      const headers = Object.fromEntries(lines.map((line) => [line.split(':')[0].toLowerCase(), line.replace(/^[^:]*:\s*/, '')]));
      resolve({ status: Number(first.split(' ')[1]), headers, body: body.join('\r\n\r\n') });
    });
  });
}

const record = (request, answer) => fs.appendFileSync(log, JSON.stringify({ ...request, ...answer }) + '\n');

let bad = 0;
async function expect(status, { method = 'GET', path = '/', malformed = false }, text) {
  const answer = await exchange(text);
  record({ method, path, malformed }, answer);
  if (answer.status === status) return;
  bad++;
  console.log(`expected ${status}, not ${answer.status}: ${JSON.stringify(text)}`);
}

// SIGSTOP takes hold of a thread when that is next looked at: returns when all of them stand.
async function stop(pid) {
  const standing = (thread) => / T /.test(fs.readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8').replace(/^.*\)/, ''));
  process.kill(pid, 'SIGSTOP');
  while (!fs.readdirSync(`/proc/${pid}/task`).every(standing)) await new Promise((resolve) => setTimeout(resolve, 1));
}

async function main() {
  if (flood) {
    const requests = Array.from({ length: 500 }, () => exchange('GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'));
    const answers = await Promise.all(requests);
    for (const answer of answers) record({ method: 'GET', path: '/livez', malformed: false }, answer);
    const refused = answers.filter(({ status }) => status === 429).length;
    console.log(`edge: ${refused} of 500 requests at once were refused`);
    process.exit(refused > 0 && refused < 500 ? 0 : 1);
  }
  await expect(505, { malformed: true }, 'GET / HTTP/2.1\r\nHost: a\r\n\r\n');
  await expect(400, { malformed: true }, 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n');
  for (const origin of ['http://localhost:3000', 'http://localhost:5173', 'http://localhost:3001']) {
    const { headers } = await exchange(`OPTIONS /v1/events/book HTTP/1.1\r\nHost: a\r\nConnection: close\r\nOrigin: ${origin}\r\nAccess-Control-Request-Method: POST\r\n\r\n`);
    const allowed = headers['access-control-allow-origin'] === origin;
    if (allowed === !origin.endsWith(':3001')) continue;
    bad++;
    console.log(`${origin}: ${allowed ? 'allowed' : 'not allowed'} unless told otherwise`);
  }
  const handler = Number(fs.readFileSync(`${runDir}/pids/livez`, 'utf8'));
  await stop(handler);
  try {
    await expect(504, { path: '/livez' }, 'GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  } finally {
    process.kill(handler, 'SIGCONT');
  }
  console.log(`edge: 3 exchanges, ${bad} unexpected`);
  process.exit(bad === 0 ? 0 : 1);
}

main();
