// Holds an answer against the OpenAPI document. What is not in it is a fault: another status, content type, header, error code or
// field, or one that is missing.
const Ajv = require('ajv/dist/2020');
const addFormats = require('ajv-formats');
const { calendarFaults } = require('./calendars');
const { document, operations, anyRequest, resolve } = require('./document');

// Of the connection, not of the API.
const TRANSPORT = new Set(['connection', 'content-length', 'content-type', 'date', 'server', 'transfer-encoding']);

const everywhere = document['x-every-response'].headers;

// What several schemas say of an object together, as one.
function merged({ allOf, ...rest }) {
  const all = [...allOf.map((part) => resolve(part)).map((part) => (part.allOf ? merged(part) : part)), rest];
  const properties = Object.assign({}, ...all.map((part) => part.properties));
  return { ...Object.assign({}, ...all), properties, required: all.flatMap((part) => part.required || []) };
}

// In the document an object may get further fields one day; here each has to be documented.
function closed(schema) {
  if (Array.isArray(schema)) return schema.map(closed);
  if (schema === null || typeof schema !== 'object') return schema;
  if (schema.allOf) return closed(merged(schema));
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  if (schema.properties && schema.type === 'object') copy.additionalProperties = false;
  return copy;
}

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addFormat('iana-timezone', true); // of the OpenAPI format registry; the answers repeat what was taken
ajv.addSchema({ $id: 'doc', components: closed(document.components) });

// References of the document, as seen from within another schema.
const inDocument = (schema) => JSON.parse(JSON.stringify(closed(schema)).replaceAll('"#/components/', '"doc#/components/'));
const validators = new Map();
function faultsOf(schema, value) {
  if (!validators.has(schema)) validators.set(schema, ajv.compile(inDocument(schema)));
  const validate = validators.get(schema);
  return validate(value) ? [] : validate.errors.map((e) => `${e.instancePath || '/'} ${e.message} ${JSON.stringify(e.params)}`);
}

function headerFaults(response, seen) {
  const documented = new Map();
  for (const [name, header] of Object.entries({ ...everywhere, ...response.headers })) {
    documented.set(name.toLowerCase(), resolve(header));
  }
  const faults = [];
  for (const [name, header] of documented) {
    if (header.required && !(name in seen)) faults.push(`header ${name} is missing`);
    if (name in seen) faults.push(...faultsOf(header.schema, seen[name]).map((fault) => `header ${name}: ${fault}`));
  }
  for (const name of Object.keys(seen)) {
    if (!documented.has(name) && !TRANSPORT.has(name)) faults.push(`header ${name} is not documented`);
  }
  return faults;
}

function bodyFaults(response, exchange) {
  const { body } = exchange;
  if (exchange.method === 'HEAD') return body === '' ? [] : ['HEAD has a body'];
  if (!response.content) return body === '' ? [] : ['a body where none is documented'];
  const type = (exchange.headers['content-type'] || '').split(';')[0];
  if (body === null && type !== 'application/pdf') return ['the body is not UTF-8'];
  const media = response.content[type];
  if (!media) return [`content type ${type} is not documented`];
  if (type === 'text/calendar') return calendarFaults(body);
  if (!/json$/.test(type)) return [];
  try {
    const value = JSON.parse(body);
    const said = media.example.success && value.message !== media.example.message ? [`the message is not that of the example`] : [];
    return [...said, ...faultsOf(media.schema, value)];
  } catch (error) {
    return [`the body is not JSON: ${error.message}`];
  }
}

const faultsAgainst = (response, exchange) => [...headerFaults(response, exchange.headers), ...bodyFaults(response, exchange)];

// The path as nginx routes it: decoded, slashes merged, . and .. carried out, /docs/ for /docs.
function routed(path) {
  const bytes = path.split('?')[0].replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  const segments = [];
  for (const segment of bytes.split('/').slice(1)) {
    if (segment === '..') segments.pop();
    else if (segment !== '.' && segment !== '') segments.push(segment);
  }
  const end = segments.length > 0 && /\/\.{0,2}$/.test(bytes) ? '/' : '';
  const at = '/' + segments.join('/') + end;
  return at === '/docs/' ? '/docs' : at;
}

const patterns = operations.map((operation) => ({
  ...operation,
  literal: !operation.path.includes('{'),
  pattern: new RegExp('^' + operation.path.replaceAll('.', '\\.').replace(/\{[^}]+\}/g, '[^/]+') + '$'),
}));

function operationOf({ method, path, malformed }) {
  if (malformed || path === null) return undefined;
  const at = routed(path);
  const wanted = method === 'HEAD' ? 'GET' : method;
  const here = patterns.filter((operation) => operation.pattern.test(at));
  const literal = here.filter((operation) => operation.literal); // an event is never called "discover"
  return (literal.length > 0 ? literal : here).find((operation) => operation.method === wanted);
}

// Which of the document's responses the answer is, and if it is none, what is wrong with it.
function judge(exchange) {
  const operation = operationOf(exchange);
  const status = String(exchange.status);
  const candidates = anyRequest.filter((any) => any.status === status).map(({ id, response }) => ({ id, response }));
  const own = operation && operation.responses[status];
  if (own) candidates.unshift({ id: `${operation.id} ${status}`, response: own });
  const results = candidates.map(({ id, response }) => ({ id, faults: faultsAgainst(response, exchange) }));
  const where = operation ? operation.id : 'no operation';
  const right = results.find(({ faults }) => faults.length === 0);
  if (right) return { response: right.id, where, faults: [] };
  return { where, faults: results.length > 0 ? results[0].faults : ['this status is not documented'] };
}

module.exports = { faultsOf, judge };
