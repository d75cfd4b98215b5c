// Lints nginx/www/openapi.yaml with Redocly's rules. A warning fails as an error does.
const { createConfig, formatProblems, getTotals, lint } = require('@redocly/openapi-core');

const rules = {
  // On top of the recommended ones.
  'no-invalid-media-type-examples': { severity: 'error', allowAdditionalProperties: true }, // conformance.js refuses those
  'no-invalid-parameter-examples': 'error',
  'no-invalid-schema-examples': 'error',
  'operation-description': 'off', // a summary says it all for many
  'operation-4xx-response': 'off', // liveness has none
  'no-server-example.com': 'error',
  'operation-singular-tag': 'error',
  'path-parameters-defined': 'error',
  'no-unused-components': 'off', // it looks at no extension; conformance.js finds what no test has seen
  'tag-description': 'error',
  // /v1/events/book and the like were there before; nginx tells them from an event's id.
  'no-ambiguous-paths': 'off',
  'security-defined': 'error',
};

async function main() {
  const config = await createConfig({ extends: ['recommended'], rules });
  const problems = await lint({ ref: 'nginx/www/openapi.yaml', config });
  formatProblems(problems, { format: 'stylish', totals: getTotals(problems), version: '' });
  console.log(`openapi.yaml: ${problems.length} problems`);
  process.exit(problems.length === 0 ? 0 : 1);
}

main();
