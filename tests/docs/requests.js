// Requests as the OpenAPI document allows them, and requests that break one thing of it. What a schema cannot say of a value, such
// as that an id is somebody's, comes from `known`: what the service answered before.
const { document, operations, resolve } = require('./document');
const { faultsOf } = require('./answers');

const ALPHABETS = ['abcdefghij KLMNOP', '0123456789', 'äöüßéñ ç', '東京の夜に', 'שלום عالم', '🎫🎻👩‍👩‍👧', '"\\/<>&%\'`{}', 'e\u0301a\u0308', '\t\n\r x', '​x﻿'];
const DATES = ['2030-02-28T18:00:00Z', '2031-12-31T23:59:59.999999999Z', '2032-02-29T00:00:00+14:00', '2030-06-01T12:00:00.5-09:30', '2031-01-01t00:00:00z', '2030-07-07T07:07:07.123456-00:00'];
const TIMEZONES = ['Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+12', 'UTC'];
const EMAILS = ['Ann.O\'Hara+tag@EXAMPLE.com', '!#$%&*/=?^_`{|}~-@example.org', 'a@b', '1@xn--bcher-kva.example'];
const URLS = ['https://hooks.example/tickets?of=ann&key=a%20b', 'http://127.0.0.1:9999', 'https://192.0.2.7:443/', 'http://a-b.example:65535/a/b/'];

function requestsWith(random, known) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const chance = (share) => random() < share;
  const between = (least, most) => least + Math.floor(random() * (most - least + 1));

  function text(schema) {
    const least = schema.minLength || 0;
    const most = schema.maxLength || 40;
    for (let tries = 0; tries < 50; tries++) {
      const length = pick([least, most, between(least, most), between(least, Math.min(most, least + 20))]);
      const signs = [...pick(ALPHABETS)];
      const value = Array.from({ length }, () => pick(signs)).join('');
      if (faultsOf(schema, value).length === 0) return value;
    }
    return 'e'.repeat(Math.max(least, 1));
  }

  let emails = 0;
  function string(schema) {
    if (schema.format === 'uuid') return chance(0.1) ? pick(known.ids).toUpperCase() : pick(known.ids);
    if (schema.format === 'date-time') return pick(DATES);
    if (schema.format === 'email') return chance(0.3) ? pick(EMAILS) : `person-${process.pid}-${++emails}@example.com`;
    if (schema.format === 'iana-timezone') return pick(TIMEZONES);
    if (schema.format === 'uri') return pick(URLS);
    return text(schema);
  }

  // A value that the schema allows.
  function valueOf(reference) {
    const schema = resolve(reference);
    if ('const' in schema) return schema.const;
    if (schema.enum) return pick(schema.enum);
    if (Array.isArray(schema.type)) return valueOf({ ...schema, type: pick(schema.type) });
    if (schema.type === 'null') return null;
    if (schema.type === 'string') return string(schema);
    if (schema.type === 'boolean') return chance(0.5);
    if (schema.type === 'integer') return pick([schema.minimum, schema.maximum, between(schema.minimum, schema.maximum)]);
    if (schema.type === 'array') return Array.from({ length: between(schema.minItems || 0, Math.min(schema.maxItems || 50, pick([1, 5, 50]))) }, () => valueOf(schema.items));
    if (schema.type === 'object') return objectOf(schema);
    throw new Error(`what is a ${JSON.stringify(schema)}?`);
  }

  const fieldOf = (name, schema) => (known.fields[name] && chance(0.5) ? pick(known.fields[name]) : valueOf(schema));

  function objectOf(schema) {
    for (;;) {
      const fields = Object.keys(schema.properties).filter((name) => (schema.required || []).includes(name) || chance(0.5));
      const value = Object.fromEntries(fields.map((name) => [name, fieldOf(name, schema.properties[name])]));
      if (faultsOf({ ...schema, type: undefined }, value).length === 0) return value;
    }
  }

  const ordered = (object, start, end) => {
    if (object[start] && object[end]) [object[start], object[end]] = ['2030-05-01T12:00:00Z', '2030-05-02T12:00:00Z'];
  };

  // What no schema can say: an event and a sale end after they begin; how many seats and ticket types there are in all, and
  // that no more are held back.
  function inOrder(body) {
    ordered(body, 'sales_start', 'sales_end');
    if (body.sales) ordered(body.sales, 'start', 'end');
    const most = { seats: 1_000_000, types: 50 };
    for (const pool of body.pools || []) {
      pool.capacity = Math.min(pool.capacity, Math.floor(most.seats / body.pools.length));
      if (pool.ticket_types) pool.ticket_types.length = Math.min(pool.ticket_types.length, Math.floor(most.types / body.pools.length));
      for (const type of pool.ticket_types || []) ordered(type, 'sales_start', 'sales_end');
    }
    for (const pool of [body, ...(body.pools || [])]) if (pool.capacity && pool.held_back > pool.capacity) pool.held_back = pool.capacity;
    if ('start_date_time' in body || 'end_date_time' in body) {
      body.start_date_time = pick(DATES);
      body.end_date_time = new Date(Date.parse(body.start_date_time.toUpperCase()) + between(1, 300) * 86_400_000).toISOString();
    }
    return body;
  }

  function valid(operation) {
    const page = known.pages.get(operation.id);
    const query = page && chance(0.2) ? { ...page } : {};
    const headers = {};
    let path = operation.path;
    for (const parameter of operation.parameters) {
      const { name } = parameter;
      if (parameter.in === 'path') path = path.replace(`{${name}}`, valueOf(parameter.schema));
      else if (name === 'cursor' || query.cursor || !chance(0.4)) continue; // a cursor is for the list that it came with
      else if (parameter.in === 'query') query[name] = String(valueOf(parameter.schema));
      else if (name === 'If-None-Match') headers[name] = pick(['*', 'W/"0f1e2d3c4b5a69788796a5b4c3d2e1f0"', '"a", W/"b"']);
      else headers[name] = valueOf(parameter.schema);
    }
    if (query.from && query.to) delete query.to; // nor which of two times is the first
    if (query.when === 'past' || query.state === 'over') delete query.from; // which is not past
    const contradictions = { past: 'open', upcoming: 'over' };
    if (query.state && contradictions[query.when] === query.state) delete query.when;
    if (query.sort === 'turns') delete query.when;
    const body = operation.body && valueOf(operation.body);
    return { operation, method: operation.method, path, query, headers, body: body && inOrder(body), signedIn: !operation.isPublic };
  }

  // Text that is no JSON, or not what an operation takes.
  const spoilBody = (text) =>
    pick([
      '', text.slice(0, -1), `[${text}]`, 'null', '"x"', `${text}x`, text.replace('{', '{"a":1,"a":2,'), '['.repeat(5000), text.replace('{', '{"a":"\\u0000",'), Buffer.from([0xff, 0xfe, 0x7b]), '{"a":1e999}', text.replace('{', '{"a":"\\ud800",'),
    ]);

  const spoilt = (schema) => {
    const known = resolve(schema);
    return pick([null, 7, -1, 2 ** 60, 1.5, true, '', 'x', 'x'.repeat(300), {}, [], [null], known.maxLength ? 'é'.repeat(known.maxLength + 1) : 'maybe', known.maximum ? known.maximum + 1 : '2030-13-01T00:00:00Z']);
  };

  // A valid request with one thing wrong, or two.
  function invalid(operation) {
    const request = valid(operation);
    const ways = [
      () => (request.method = pick(['POST', 'PUT', 'PATCH', 'DELETE', 'GET', 'TRACE', 'LOCK'])),
      () => (request.headers['Content-Type'] = pick(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1', ''])),
      () => (request.path = pick([`${request.path}/`, `${request.path}x`, `${request.path}%00`, request.path.toUpperCase(), `/${request.path}`, `${request.path}%ff`])),
    ];
    if (request.signedIn) ways.push(() => (request.token = pick(['', 'x', 'a.b.c', 'Bearer', 'eyJhbGciOiJub25lIn0.e30.', 'x'.repeat(5000)])));
    for (const parameter of operation.parameters) {
      if (parameter.in === 'query') ways.push(() => (request.query[parameter.name] = String(spoilt(parameter.schema))));
      if (parameter.name === 'Idempotency-Key') ways.push(() => (request.headers[parameter.name] = pick(['', 'a b', 'x'.repeat(256), '"', '"a'])));
      if (parameter.in === 'path') ways.push(() => (request.path = operation.path.replace(/\{.*\}/, pick(['x', '1', '%20', "'", '..', '0'.repeat(36), 'x'.repeat(9000)]))));
    }
    if (request.body) {
      const fields = Object.entries(resolve(operation.body).properties);
      ways.push(() => (request.raw = spoilBody(JSON.stringify(request.body))));
      ways.push(() => delete request.body[pick(fields)[0]]);
      for (const [name, schema] of fields) ways.push(() => (request.body[name] = spoilt(schema)));
    }
    for (let times = chance(0.2) ? 2 : 1; times > 0; times--) pick(ways)();
    return request;
  }

  return { valid, invalid };
}

module.exports = { requestsWith, operations, document };
