// The documents: every *.md of the project, with its fenced blocks, its other lines and its headings.
const fs = require('fs');
const path = require('path');

const ELSEWHERE = ['build', 'node_modules', '.git'];

function documents(directory = '.') {
  return fs.readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(directory, entry.name);
    if (entry.isDirectory()) return ELSEWHERE.includes(entry.name) ? [] : documents(name);
    return name.endsWith('.md') ? [name] : [];
  });
}

// { blocks: [{ at, info, lines }], prose: [{ at, text }] }; `at` is the number of a line, `info` what stands behind the fence.
// A fence may stand in a list: what indents it indents its lines.
function parse(file) {
  const blocks = [];
  const prose = [];
  let open;
  fs.readFileSync(file, 'utf8').split('\n').forEach((text, index) => {
    const fence = /^( *)```(.*)$/.exec(text);
    if (open && fence && fence[2] === '') open = undefined;
    else if (open) open.lines.push(text.startsWith(open.indent) ? text.slice(open.indent.length) : text);
    else if (fence) blocks.push((open = { at: index + 1, indent: fence[1], info: fence[2].trim(), lines: [] }));
    else prose.push({ at: index + 1, text });
  });
  return { blocks, prose };
}

// As GitHub makes them of headings.
const anchors = (file) =>
  parse(file).prose.filter(({ text }) => /^#+ /.test(text)).map(({ text }) =>
    text.replace(/^#+ /, '').toLowerCase().replace(/[^\p{L}\p{N}_ -]/gu, '').replaceAll(' ', '-'));

// What a shell would carry out: neither comments nor empty lines.
const commandsOf = (block) => block.lines.map((line) => line.replace(/(^|\s)#.*$/, '').trim()).filter((line) => line !== '');

module.exports = { documents, parse, anchors, commandsOf };
