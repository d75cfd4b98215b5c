// Compares what is written in several places, and counts what differs.
const fs = require('fs');

const read = (file) => fs.readFileSync(file, 'utf8');
const all = (text, pattern) => [...text.matchAll(pattern)];
let checks = 0;
let bad = 0;

// Something is wrong that is no comparison.
function complain(text) {
  bad++;
  console.log(text);
}

// The same items, in whatever order.
function same(what, left, right) {
  checks++;
  const [a, b] = [new Set(left), new Set(right)];
  const missing = [...a].filter((item) => !b.has(item)).map((item) => `only in the first: ${item}`);
  const extra = [...b].filter((item) => !a.has(item)).map((item) => `only in the second: ${item}`);
  if (a.size === 0) missing.push('the first is empty: this test no longer reads it rightly');
  if (missing.length + extra.length > 0) complain(`${what}:\n  ${[...missing, ...extra].join('\n  ')}`);
}

// Every item of `few` is one of `many`.
const within = (what, few, many) => same(what, many, [...few, ...many]);

// The file has this sentence, in whatever lines.
function says(file, sentence) {
  checks++;
  if (!read(file).replace(/\s+/g, ' ').includes(sentence)) complain(`${file} does not say: ${sentence}`);
}

function finish(name) {
  console.log(`${name}: ${checks} comparisons, ${bad} complaints`);
  process.exit(bad === 0 ? 0 : 1);
}

module.exports = { read, all, same, within, says, complain, finish };
