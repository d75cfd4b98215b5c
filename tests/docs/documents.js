// documents.js: what can be said of the documents without running anything. Each block says who runs it, and that is so; no link
// leads nowhere; every document can be reached from README.md, which stays short; paths that are named exist.
// The marks are explained in tests/README.md. blocks.js and readme run what is marked `sh stack`.
const fs = require('fs');
const path = require('path');
const { documents, parse, anchors, commandsOf } = require('./markdown');
const { read, all, same, finish, complain } = require('./lists');

const MOST_LINES = 149; // of README.md
const MOST_SIGNS = 120; // of a line; rows of tables may be longer, but not in README.md

const files = documents();
const blocks = files.flatMap((file) => parse(file).blocks.map((block) => ({ ...block, file, where: `${file}:${block.at}` })));

// Who runs a block.
const hostTests = fs.readdirSync('tests/systemd').map((name) => read(`tests/systemd/${name}`)).join('\n');
const pasted = all(hostTests, /\bdocumented ([a-z-]+)/g).map((match) => match[1]);
const asWritten = (file) => read(file).replaceAll('$(MAKE) --no-print-directory', 'make');
const MARKS = {
  stack: () => [],
  host: () => [], // see below
  in: (file, block) => {
    if (!fs.existsSync(file)) return [`there is no ${file}`];
    return commandsOf(block).filter((line) => !asWritten(file).includes(line)).map((line) => `not in ${file}: ${line}`);
  },
  'unrun:': (reason) => (reason === '' ? ['no reason'] : []),
};
const LANGUAGES = ['sh', 'text', 'cpp', 'js', 'python'];
for (const block of blocks) {
  const [language, mark, ...rest] = block.info.split(' ');
  if (!LANGUAGES.includes(language)) complain(`${block.where}: a fence that does not say what it holds: ${LANGUAGES.join(', ')}`);
  if (language !== 'sh') continue;
  const faults = MARKS[mark] ? MARKS[mark](rest.join(' '), block) : ['nobody is named who runs it; see tests/README.md'];
  for (const fault of faults) complain(`${block.where}: ${fault}`);
}
const ofHosts = blocks.filter(({ info }) => info.startsWith('sh host '));
same('the blocks marked `sh host`, and those that tests/systemd pastes', ofHosts.map(({ info }) => info.split(' ')[2]), pasted);
for (const block of ofHosts) {
  const first = ofHosts.find(({ info }) => info === block.info);
  if (block.lines.join('\n') !== first.lines.join('\n')) complain(`${block.where}: differs from ${first.where}, of the same name`);
}

// A link within the project; of an address elsewhere only whoever follows it can tell.
const linksOf = (file) =>
  parse(file).prose.flatMap(({ at, text }) =>
    all(text.replace(/`[^`]*`/g, ''), /\]\(([^)\s]+)\)/g)
      .map((match) => match[1])
      .filter((link) => !/^[a-z]+:/.test(link))
      .map((link) => ({ where: `${file}:${at}`, target: link.split('#')[0], anchor: link.split('#')[1] }))
      .map((link) => ({ ...link, target: link.target ? path.join(path.dirname(file), link.target) : file })));
for (const { where, target, anchor } of files.flatMap(linksOf)) {
  if (!fs.existsSync(target)) complain(`${where}: a link to ${target}, which is not there`);
  else if (anchor && !anchors(target).includes(anchor)) complain(`${where}: ${target} has no #${anchor}`);
}
const reached = new Set(['README.md']);
for (const file of reached) for (const { target } of linksOf(file)) if (target.endsWith('.md') && fs.existsSync(target)) reached.add(target);
same('all documents, and those that links from README.md lead to', files, reached);

// Short enough to be read.
if (read('README.md').split('\n').length - 1 > MOST_LINES) complain(`README.md has more than ${MOST_LINES} lines`);
for (const file of files) {
  let before = '';
  for (const { at, text } of parse(file).prose) {
    const isLong = [...text].length > MOST_SIGNS && (file === 'README.md' || !text.startsWith('|'));
    if (isLong) complain(`${file}:${at}: more than ${MOST_SIGNS} characters`);
    if (/^ {4}/.test(text) && before === '') complain(`${file}:${at}: an indented block; a fence can say who runs it`);
    before = text;
  }
}

// A path in backquotes; `…`, `*`, `NNNN` and the like stand for many.
const PATH = /`((?:lib|handlers|worker|migrations|nginx|systemd|tests|\.ci)\/[A-Za-z0-9_.\/-]*)`/g;
for (const file of files.filter((name) => name !== 'CHANGELOG.md')) {
  for (const { at, text } of parse(file).prose) {
    for (const [, name] of all(text, PATH)) {
      if (!/NN/.test(name) && !fs.existsSync(name)) complain(`${file}:${at}: there is no ${name}`);
    }
  }
}
const rooms = read('lib/README.md').split('\n## ').find((section) => section.startsWith('Rooms'));
same(
  'the rooms in lib/README.md, and the folders of lib',
  all(rooms, /^\| `([a-z]+)` \|/gm).map((match) => match[1]),
  fs.readdirSync('lib', { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name),
);
const kinds = read('tests/README.md').split('\n## ').find((section) => section.startsWith('What each kind'));
same(
  'the kinds in tests/README.md, and the folders of tests',
  all(kinds, /^\| `([a-z0-9]+)` \|/gm).map((match) => match[1]),
  fs.readdirSync('tests', { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name),
);

finish('documents');
