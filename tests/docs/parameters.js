// parameters.js BASE_URL: every query parameter of the OpenAPI document takes the first and last value that its schema
// allows, and refuses by name the ones next to them.
const { document, operations, resolve } = require('./document');

const base = process.argv[2];
const DATES = { good: ['1970-01-01T00:00:00Z', '9999-12-31T23:59:59.999+00:00'], bad: ['1969-12-31T23:59:59Z', '10000-01-01T00:00:00Z', '2027-05-01'] };

// Values at both sides of what the schema allows.
function boundaries(name, schema) {
  if (name === 'cursor') return { good: [], bad: ['', 'x'.repeat(schema.maxLength), 'x'.repeat(schema.maxLength + 1)] }; // opaque
  if (schema.enum) return { good: schema.enum, bad: ['', `${schema.enum[0]}x`] };
  if (schema.type === 'boolean') return { good: ['true', 'false'], bad: ['truth'] };
  if (schema.type === 'integer') return { good: [schema.minimum, schema.maximum], bad: [schema.minimum - 1, schema.maximum + 1, '', '1.5'] };
  if (schema.format === 'uuid') return { good: ['01987f2b-0a3c-7e11-8c1d-5b7a9d2e4f60'], bad: ['', '01987f2b-0a3c-7e11-8c1d-5b7a9d2e4f6'] };
  if (schema.format === 'date-time') return DATES;
  if (schema.maxLength) return { good: ['', 'é'.repeat(schema.maxLength)], bad: ['é'.repeat(schema.maxLength + 1)] };
  throw new Error(`no boundaries are known for the parameter ${name}: ${JSON.stringify(schema)}`);
}

// What goes with a value, so that it does not contradict what is there by default.
function besides(name, value, names) {
  if (name === 'page' && Number(value) > 1) return { limit: 1 };
  if ((name === 'from' || name === 'to') && names.includes('when')) return { when: 'all' };
  return {};
}

async function main() {
  const person = { email: `parameters-${process.pid}@example.com`, password: 'correct horse battery' };
  const registered = await fetch(`${base}/v1/auth/register`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(person) });
  const headers = { Authorization: `Bearer ${(await registered.json()).data.tokens.access_token}` };
  const json = { ...headers, 'Content-Type': 'application/json' };
  const made = await fetch(`${base}/v1/webhooks`, { method: 'POST', headers: json, body: JSON.stringify({ url: 'https://hooks.example/tickets' }) });
  const event = { title: 'Evening', description: '-', location: '-', start_date_time: '2030-05-01T18:00:00Z', end_date_time: '2030-05-01T21:00:00Z', number_of_tickets: 1 };
  const created = await fetch(`${base}/v1/events/initialize`, { method: 'POST', headers: json, body: JSON.stringify(event) });
  const ids = { webhook_id: (await made.json()).data.id, event_id: (await created.json()).data.id }; // of paths
  let [asked, bad] = [0, 0];
  for (const { id, method, path } of operations.filter((operation) => operation.method === 'GET')) {
    const item = document.paths[path];
    const parameters = [...(item.parameters || []), ...(item.get.parameters || [])].map(resolve).filter((parameter) => parameter.in === 'query');
    const names = parameters.map(({ name }) => name);
    for (const { name, schema } of parameters) {
      const values = boundaries(name, resolve(schema));
      for (const [value, status] of [...values.good.map((good) => [good, 200]), ...values.bad.map((wrong) => [wrong, 400])]) {
        const answer = await fetch(`${base}${path.replace(/\{(\w+)\}/g, (_, named) => ids[named])}?${new URLSearchParams({ ...besides(name, value, names), [name]: value })}`, { headers });
        const { errors = [] } = await answer.json();
        asked++;
        if (answer.status === status && (status === 200 || errors.some(({ field }) => field === name))) continue;
        bad++;
        console.log(`${id} (${method} ${path}): ${name}=${value} gives ${answer.status}, not ${status}: ${JSON.stringify(errors)}`);
      }
    }
  }
  console.log(`parameters: ${asked} values at the boundaries, ${bad} not taken as documented`);
  process.exit(asked > 0 && bad === 0 ? 0 : 1);
}

main();
