// hey-api's own program does not start under Debian 12's Node.js 18.
import { createClient } from '@hey-api/openapi-ts';

await createClient({
  input: process.env.DOCUMENT,
  output: { path: 'src/hey_api', importFileExtension: '.js' },
  plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
});
