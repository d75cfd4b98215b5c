// A receiver of webhooks, as an organiser would write it, and with the moods of one. Reads lines of JSON on stdin,
// {path, secrets, mood}: what is posted to the path is verified with each of the secrets by the library of Standard
// Webhooks, and answered by the mood. Says on stdout what came, a line of JSON each.
//   receiver.js PORT
const http = require('node:http');
const readline = require('node:readline');
const { Webhook } = require('standardwebhooks');

const paths = new Map();

const moods = {
  good: (request, response) => response.writeHead(204).end(),
  broken: (request, response) => response.writeHead(500).end('internal error'),
  gone: (request, response) => response.writeHead(410).end(),
  elsewhere: (request, response) => response.writeHead(302, { Location: '/elsewhere' }).end(),
  'hangs up': (request) => request.socket.destroy(),
  silent: () => {},
  'no HTTP': (request) => request.socket.end('220 mail.example.org ESMTP\r\n'),
  verbose: (request, response) => {
    response.on('error', () => {});
    response.writeHead(200).end('x'.repeat(10_000_000));
  },
};

function verified(secret, body, headers) {
  try {
    return new Webhook(secret).verify(body, headers) !== undefined;
  } catch {
    return false;
  }
}

const server = http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  const { secrets = [], mood = 'good' } = paths.get(request.url) ?? {};
  console.log(JSON.stringify({
    path: request.url, method: request.method, headers: request.headers, body, to: request.socket.localAddress,
    verified: secrets.map((secret) => verified(secret, body, request.headers)),
  }));
  moods[mood](request, response);
});
server.on('clientError', (error, socket) => socket.destroy());

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const { path, ...how } = JSON.parse(line);
  paths.set(path, how);
  console.log(JSON.stringify({ set: path }));
}).on('close', () => process.exit());
server.listen(Number(process.argv[2]), '::', () => console.log('{"listening": true}'));
