// nginx/www/openapi.yaml, read once, with its references resolved where the tests need them.
const fs = require('fs');
const YAML = require('yaml');

const text = fs.readFileSync('nginx/www/openapi.yaml', 'utf8');
const document = YAML.parse(text);

const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

// What `{ $ref }` stands for; anything else is itself.
function resolve(value) {
  if (!value || typeof value.$ref !== 'string') return value;
  const found = value.$ref
    .slice(2)
    .split('/')
    .reduce((at, key) => at && at[key.replace(/~1/g, '/').replace(/~0/g, '~')], document);
  if (!found) throw new Error(`nothing at ${value.$ref}`);
  return found;
}

// [{ id, handler, method, path, parameters, body, isPublic, responses: { status: response } }]; `default` tells tools what x-any-request
// says, and is left out
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  METHODS.filter((method) => item[method]).map((method) => {
    const operation = item[method];
    const responses = Object.entries(operation.responses)
      .filter(([status]) => status !== 'default')
      .map(([status, response]) => [status, resolve(response)]);
    const content = operation.requestBody && resolve(operation.requestBody).content['application/json'];
    return {
      id: operation.operationId,
      handler: operation['x-handler'] || operation.operationId,
      method: method.toUpperCase(),
      path,
      parameters: [...(item.parameters || []), ...(operation.parameters || [])].map(resolve),
      body: content && content.schema,
      isPublic: operation.security !== undefined && operation.security.length === 0,
      responses: Object.fromEntries(responses),
    };
  }),
);

// [{ id, status, response }]: what any request can be answered with
const anyRequest = document['x-any-request'].responses.map((reference) => {
  const response = resolve(reference);
  return { id: reference.$ref.split('/').pop(), status: String(response['x-status']), response };
});

module.exports = { document, operations, anyRequest, resolve, METHODS };
