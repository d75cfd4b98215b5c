// What is written down in several places is the same in all of them: the routes (nginx/routes.conf, handlers/, the
// OpenAPI document, the Bruno collection), the error codes (lib/http/reply.cc, nginx/errors.conf, the document, the errors page), the version.
const fs = require('fs');
const { execFileSync } = require('child_process');
const { document, operations, anyRequest, resolve, METHODS } = require('./document');
const { faultsOf } = require('./answers');
const { read, all, same, complain, finish } = require('./lists');

// A pattern of nginx as the document writes the path: (?<ticketd_event_id>[^/]+) is {event_id}.
const template = (pattern) =>
  pattern
    .replace(/\(\?<ticketd_(?:path_)?([a-z_]+)>\[\^\/\]\+\)/g, '{$1}')
    .replace(/\[\^\/\]\+/g, '{}')
    .replace(/\\\./g, '.');
const unnamed = (path) => path.replace(/\{[^}]*\}/g, '{}');

const routes = read('nginx/routes.conf');
const isOfPages = (path) => /^\/(\(\?:|docs\/\[|account\/\[)/.test(path);
const mapped = all(routes, /^\s+"~\^(\S+) (\/\S*)\$"\s+([a-z-]+);$/gm)
  .map(([, methods, pattern, handler]) => ({ method: methods.replace(/\(\?:(.*)\|HEAD\)/, '$1'), path: template(pattern), handler }))
  // The pages that mails lead to, and the files that pages load, are no part of the API; /docs/errors is one of their names.
  .filter(({ path }) => !isOfPages(path));
mapped.push({ method: 'GET', path: '/docs/errors', handler: 'www' });
const allowed = all(routes, /^\s+"~\^(\/\S*)\$"\s+"([A-Z, ]+)";$/gm)
  .filter(([, pattern]) => !isOfPages(pattern))
  .map(([, pattern, methods]) => `${unnamed(template(pattern))} ${methods}`);

const line = ({ method, path, handler }) => `${method} ${path} -> ${handler}`;
same('routes.conf and openapi.yaml', mapped.map(line), operations.map(line));
same(
  "the programs of handlers/ and routes.conf's",
  fs.readdirSync('handlers').map((file) => file.replace(/\.cc$/, '').replaceAll('_', '-')),
  mapped.map(({ handler }) => handler).filter((handler) => handler !== 'www'),
);
const methodsOf = new Map();
for (const { path, method } of mapped.filter(({ path }) => path !== '/docs/errors')) {
  const methods = methodsOf.get(unnamed(path)) || [];
  methodsOf.set(unnamed(path), methods.concat(method === 'GET' ? ['GET', 'HEAD'] : [method]));
}
same(
  'what is routed and what Allow says',
  [...methodsOf].map(([path, methods]) => `${path} ${[...methods, 'OPTIONS'].join(', ')}`),
  allowed,
);
const words = /events\/\(\?:([a-z|-]+)\)\$"\s+"";/.exec(routes)[1].split('|');
same('the paths beside those of an event, and the words that are no ids', [...methodsOf.keys()].flatMap((path) => /^\/v1\/events\/([a-z-]+)$/.exec(path)?.[1] ?? []), words);

// nginx may send a request again that a kept connection lost: so it keeps none to what changes something.
const paths = execFileSync('nginx/paths', ['/run/ticketd', '/www', '/edge-key.conf', '/run/cache'], { encoding: 'utf8' });
const kept = all(paths, /^ {4}([a-z-]+) +ticketd-\1;$/gm).map((match) => match[1]);
const upstreams = all(paths, /^upstream ticketd-([a-z-]+) \{ server unix:\/run\/ticketd\/\1\.sock max_fails=0; /gm).map((match) => match[1]);
same('the endpoints whose connections are kept, and their upstreams', kept, upstreams);
const writes = (name) => operations.some(({ handler, method }) => handler === name && method !== 'GET');
const ofApi = operations.filter(({ path }) => path.startsWith('/v1/')).map(({ handler }) => handler);
same('the endpoints whose connections are kept, and those of openapi.yaml that only read', kept, ofApi.filter((name) => !writes(name)));

// A page of an allowed origin may read and send every header that the document names, but for what any page may, and what is the
// browser's own business.
const http = read('nginx/http.conf');
const listIn = (variable) => new RegExp(`${variable.replace('$', '\\$')} \\{[^}]*?"([A-Z][^"]*)";`).exec(http)[1].split(', ');
const safelisted = ['Cache-Control', 'Last-Modified']; // of the Fetch standard's list, those that are sent
const ofBrowser = (name, header) => /^(Access-Control-.*|Content-Security-Policy|Vary)$/.test(name) || (header.$ref || '').endsWith('/Security');
const answers = [...operations.flatMap(({ responses }) => Object.values(responses)), ...anyRequest.map(({ response }) => response), document['x-every-response']];
const named = answers.flatMap(({ headers = {} }) => Object.entries(headers)).filter(([name, header]) => !safelisted.includes(name) && !ofBrowser(name, header));
same('the headers that a page may read and those of openapi.yaml', listIn('$ticketd_cors_expose'), named.map(([name]) => name));
const sent = Object.values(document.paths)
  .flatMap((item) => [item, ...METHODS.map((method) => item[method])])
  .flatMap((has) => (has && has.parameters) || [])
  .map(resolve)
  .filter((parameter) => parameter.in === 'header')
  .map(({ name }) => name);
sent.push('Authorization', 'Content-Type', 'X-Request-Id'); // of every operation: its security scheme, its body, and what it repeats
same('the headers that a page may send and those of openapi.yaml', listIn('$ticketd_cors_headers'), sent);

const errorsConf = read('nginx/errors.conf').split('$ticketd_error_code')[1].split('}')[0];
const codes = [
  ...all(read('lib/http/reply.cc'), /return \{\d+, "([a-z_]+)",/g),
  ...all(errorsConf, /^\s+\w+\s+([a-z_]+);$/gm),
].map((match) => match[1]);
const errorsPage = read('nginx/www/docs/errors.html');
same("the service's error codes and openapi.yaml's", codes, document.components.schemas.Problem.properties.code.enum);
same("the service's error codes and the errors page's", codes, all(errorsPage, /<section id="([^"]+)">/g).map((m) => m[1]));

const statuses = all(read('lib/http/reply.cc'), /return \{(\d+), "([a-z_]+)",/g).map(([, status, code]) => `${code} ${status}`);
const ofHandlers = new Set(statuses.map((entry) => entry.split(' ')[0]));
same(
  'the status of each code, and on the errors page',
  statuses,
  all(errorsPage, /<code>([a-z_]+)<\/code><span>(\d+)<\/span>/g)
    .filter(([, code]) => ofHandlers.has(code))
    .map(([, code, status]) => `${code} ${status}`),
);
const collection = fs
  .readdirSync('tests/bruno')
  .filter((file) => file.endsWith('.bru'))
  .map((file) => /^([a-z]+) \{\n {2}url: \{\{base\}\}([^\s?]*)/m.exec(read(`tests/bruno/${file}`)))
  .map(([, method, path]) => `${method.toUpperCase()} ${unnamed(path.replace(/\{\{\w+\}\}/g, '{}'))}`);
same('the Bruno collection and openapi.yaml', collection, operations.map(({ method, path }) => `${method} ${unnamed(path)}`));

// YAML takes a comma for the end of a text that has no quotes, and the rest for a field.
const media = (response) => Object.entries(response.content || {}).filter(([type]) => /json$/.test(type));
const responses = new Set([...operations.flatMap((operation) => Object.values(operation.responses)), ...Object.values(document.components.responses)]);
for (const [, { schema, example }] of [...responses].flatMap(media))
  for (const fault of faultsOf(schema, example)) complain(`the example "${example.message}": ${fault}`);

// Tools know nothing of x-any-request: what is in it is the default of each operation.
const codesOf = (response) => media(response).flatMap(([, { schema }]) => schema.allOf[1].properties.code.enum);
same('the codes of AnyError and of x-any-request', codesOf(document.components.responses.AnyError), anyRequest.flatMap(({ response }) => codesOf(response)));
for (const [path, item] of Object.entries(document.paths))
  for (const operation of Object.values(item).filter((each) => each.operationId))
    same(`the default of ${operation.operationId} (${path})`, ['#/components/responses/AnyError'], [(operation.responses.default || {}).$ref]);

same('the version', [/kVersion = "([^"]+)"/.exec(read('lib/endpoint/version.h'))[1]], [document.info.version]);

finish('agreement');
