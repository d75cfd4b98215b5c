// commands.js BIN_DIR RUN_DIR: what `ticketctl help` says is what ticketctl does, against a stack: it takes the options of
// each command and refuses the others, and ends with the statuses that help and the manual list. Every command that is
// named anywhere exists, as does every make target. That the manual and bash's completion know the words of the help is
// an integration test's (tests/integration/ticketctl_words.cc).
const fs = require('fs');
const { spawnSync } = require('child_process');
const { randomUUID } = require('crypto');
const { read, all, same, within, finish } = require('./lists');
const { documents, parse, commandsOf } = require('./markdown');

const [binDir, runDir] = process.argv.slice(2);
const lines = all(read(`${runDir}/env`), /^([A-Z][A-Z0-9_]*)=(?:'(.*)'|(.*))$/gm);
const settings = Object.fromEntries(lines.map(([, name, quoted, plain]) => [name, quoted ?? plain]));
// --watch goes on until it is stopped.
const call = (words, env = settings) =>
  spawnSync(`${binDir}/ticketctl`, words, { env, encoding: 'utf8', timeout: words.includes('--watch') ? 500 : 20000 });

// { 'user delete': { takes: 'USER', options: ['--close-events', '--yes'] }, … }; a line without a command goes on with the one above.
const help = call(['help']).stdout;
const commands = {};
for (const group of help.split('\n\n')) {
  let command;
  for (const line of group.split('\n').filter((text) => text.startsWith('  '))) {
    const [, name, takes] = /^ {2}((?:(?:user|event|dead|keys) )?[a-z-]+)((?: \S+)*)(?: {2,}|$)/.exec(line) || [];
    if (name) commands[(command = name)] = { takes: takes.trim(), options: [] };
    commands[command].options.push(...all(line, /--[a-z-]+/g).map(([option]) => option));
  }
}
const names = Object.keys(commands);

const VALUES = {
  '--limit': ['5'],
  '--state': ['confirmed'],
  '--root': [runDir],
  '--file': [`${runDir}/no-keys`],
  '--server-name': ['a'],
  '--port': ['80'],
  '--database-url': ['postgresql://a:b@c/d'],
  '--tls': ['certbot'],
  '--tls-certificate': ['/nowhere'],
  '--tls-key': ['/nowhere'],
  '--patience': ['1'],
};
const options = [...new Set(Object.values(commands).flatMap((command) => command.options))];
// Of things that do not exist: whatever is understood does nothing.
function operands(takes, option) {
  if (takes.endsWith(' | --all')) return option === '--all' ? [] : operands(takes.split(' ')[0], option);
  const meant = { KID: ['2027-01'], USER: ['nobody@example.com'], EMAIL: ['a@example.com'], ROLE: ['user'], EVENT: [randomUUID()], ID: [randomUUID()] };
  // Never this host's own keys.
  const file = takes.includes('KID') && option !== '--file' ? ['--file', ...VALUES['--file']] : [];
  return [...takes.split(' ').flatMap((word) => meant[word] || []), ...file];
}
// setup is a script of its own, which needs root and makes what it is asked for: its usage and its code are read.
const called = names.filter((name) => !['setup', 'help'].includes(name));
const taken = [];
for (const name of called) {
  for (const option of options) {
    const sure = option === '--all' && commands[name].options.includes('--yes') ? ['--yes'] : [];
    const words = [...name.split(' '), ...operands(commands[name].takes, option), option, ...(VALUES[option] || []), ...sure];
    if (call(words).status !== 2) taken.push(`${name} ${option}`);
  }
}
const inTheHelp = called.flatMap((name) => commands[name].options.map((option) => `${name} ${option}`));
same('the options in the help, and those that are taken', inTheHelp, taken);
const setup = read('systemd/setup/options.sh');
const ofSetup = commands.setup.options;
same("the options of setup in the help, and in its script's usage", ofSetup, all(setup, /^ {2}(--[a-z-]+) [A-Z]/gm).map((match) => match[1]));
same("the options of setup in the help, and in its script's code", ofSetup, all(setup, /^ +(--[a-z-]+)\) /gm).map((match) => match[1]));

// --json: one object in one line, or nothing where it is refused.
for (const name of called) {
  const words = [...name.split(' '), ...operands(commands[name].takes), '--json'];
  const { stdout } = call(words);
  const good = stdout === '' || (/^\{.*\}\n$/.test(stdout) && typeof JSON.parse(stdout) === 'object');
  same(`${words.join(' ')} prints one object, or nothing`, [good], [true]);
}

// The exit statuses. `nothing`: no settings, nor those of a host that this one may be.
const nothing = { CREDENTIALS_DIRECTORY: runDir };
const codes = (text) => all(text, /(\d+) /g).map((match) => match[1]);
const manual = read('systemd/man/ticketctl.1');
const inManual = all(manual.split('.Sh EXIT STATUS')[1].split('.Sh')[0], /^\.It (\d+)$/gm).map((match) => match[1]);
const inHelp = codes(/^Exit status: (.*)$/m.exec(help)[1]);
same('the exit statuses in the help and in ticketctl(1)', inHelp, inManual);
const nobody = call(['user', 'show', 'nobody@example.com']);
const away = { ...nothing, TICKETD_MIGRATIONS_DIR: 'migrations', DATABASE_URL: 'postgresql:///ticketd?host=/nowhere' };
const ends = [call(['help']), nobody, call([]), call(['event', 'close']), call(['queue'], nothing), call(['migrate'], nothing),
  call(['migrate'], away)];
same('the exit statuses in the help, and those that are seen', inHelp, ends.map(({ status }) => String(status)));

// Commands and make targets that are named in a text.
const withOptions = (name) => ['--json', ...commands[name].options].map((option) => `${name} ${option}`);
const known = names.flatMap((name) => [name.split(' ')[0], name, ...withOptions(name)]);
const texts = [
  ...documents(), 'systemd/units/ticketd.env', 'systemd/monitoring/ticketd.rules.yml',
  ...['man/ticketctl.1', 'man/ticketd.7', 'man/ticketd.env.5', 'units/ticketd@.service', 'units/ticketd-migrate.service', 'units/ticketd-privacy.service'].map((file) => `systemd/${file}`),
  ...fs.readdirSync('systemd/setup').map((file) => `systemd/setup/${file}`),
  ...['', 'doctor/', 'status/'].flatMap((room) => fs.readdirSync(`worker/ticketctl/${room}`).filter((file) => file.endsWith('.cc'))
    .map((file) => `worker/ticketctl/${room}${file}`)),
];
for (const file of texts) {
  const named = all(read(file), /\bticketctl ((?:(?:user|event|dead|keys) )?[a-z-]+)((?: --[a-z-]+)*)/g);
  const items = named.flatMap(([, name, rest]) => [name, ...rest.split(' ').slice(1).map((option) => `${name} ${option}`)]);
  within(`the commands that ${file} names`, items, known);
}
const targets = all(read('Makefile'), /^([a-z-]+):.*## /gm).map((match) => match[1]);
for (const file of documents()) {
  const { blocks, prose } = parse(file);
  const inProse = prose.flatMap(({ text }) => all(text, /`make ([a-z-]+)/g));
  const inBlocks = blocks.flatMap((block) => commandsOf(block)).flatMap((line) => all(line, /^(?:[A-Z_]+=\S+ )*make ([a-z-]+)/g));
  const named = [...inProse, ...inBlocks].map((match) => match[1]);
  within(`the make targets that ${file} names`, named, targets);
}

finish('commands');
