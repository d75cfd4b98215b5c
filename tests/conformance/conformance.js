// conformance.js EXCHANGES [--complete]: holds what the end-to-end tests were answered (tests/support/exchange_log.h)
// against the OpenAPI document. An answer that is not in the document is a failure: another status, content type, header,
// error code or field, or one that is missing. With --complete so is a documented response that no exchange shows.
//
// An exchange marked `malformed` was no HTTP request on purpose: only the responses under x-any-request will do.
const fs = require('fs');
const readline = require('readline');
const { operations, anyRequest } = require('../docs/document');
const { judge } = require('../docs/answers');

const seen = new Set();
const failures = new Map(); // what is wrong -> [how often, an example]

function check(exchange) {
  const { response, where, faults } = judge(exchange);
  if (response) seen.add(response);
  for (const fault of faults) {
    const what = `${where} ${exchange.status}: ${fault}`;
    if (!failures.has(what)) failures.set(what, [0, exchange]);
    failures.get(what)[0]++;
  }
  return faults.length === 0;
}

async function main() {
  const [file, complete] = process.argv.slice(2);
  let total = 0;
  let wrong = 0;
  for await (const line of readline.createInterface({ input: fs.createReadStream(file) })) {
    total++;
    if (!check(JSON.parse(line))) wrong++;
  }
  for (const [what, [times, { method, path, body }]] of failures) {
    console.log(`${what}\n  ${times} times, such as ${method} ${path}\n  ${(body || '').slice(0, 300)}`);
  }
  const documented = operations.flatMap(({ id, responses }) => Object.keys(responses).map((status) => `${id} ${status}`));
  documented.push(...anyRequest.map(({ id }) => id));
  const unseen = documented.filter((id) => !seen.has(id));
  if (complete) for (const id of unseen) console.log(`${id}: documented, and no test has seen it`);
  const share = ((100 * (documented.length - unseen.length)) / documented.length).toFixed(1);
  console.log(`conformance: ${total} exchanges, ${wrong} of them not as documented`);
  console.log(`coverage: ${operations.length} operations, documented responses seen: ${documented.length - unseen.length}/${documented.length} = ${share} %`);
  process.exit(total > 0 && wrong === 0 && (!complete || unseen.length === 0) ? 0 : 1);
}

main();
