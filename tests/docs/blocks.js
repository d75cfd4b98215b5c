// blocks.js BASE_URL: runs the blocks that are marked `sh stack`, those of a document one after the other in one shell, in the
// checkout, with the stack at BASE_URL. Those of README.md are readme's, which knows what comes out.
const { spawnSync } = require('child_process');
const { documents, parse } = require('./markdown');
const { finish, complain } = require('./lists');

const [base] = process.argv.slice(2);

// A make that this one was called by is none of a newcomer's.
const env = { ...process.env };
for (const name of ['MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'MAKEOVERRIDES']) delete env[name];

let ran = 0;
for (const file of documents().filter((name) => name !== 'README.md')) {
  const blocks = parse(file).blocks.filter(({ info }) => info === 'sh stack');
  if (blocks.length === 0) continue;
  const script = blocks.flatMap(({ lines }) => lines).join('\n').replaceAll('http://127.0.0.1:8080', base);
  // What waits for ever is no document for people.
  const { status, stdout } = spawnSync('timeout', ['--kill-after=5', '60', 'bash', '-euo', 'pipefail', '-c', `exec 2>&1\n${script}`], { env, encoding: 'utf8' });
  if (status !== 0 || stdout.includes('"success":false')) complain(`${file}: ended with status ${status} and this output:\n${stdout}`);
  ran += blocks.length;
}
if (ran === 0) complain('no document has a block to run: this test no longer reads them rightly');
console.log(`${ran} blocks ran`);
finish('blocks');
