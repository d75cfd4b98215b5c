// A booking with the types of openapi-typescript, through openapi-fetch.
import createClient from 'openapi-fetch';
import type { components, paths } from './schema.js';
import { address, base, bearer, concert, decided, must, nobody, password, run, same } from './walk.js';

type Responses = paths['/v1/events/book']['post']['responses'];
const notFound: Responses[404]['content']['application/problem+json']['code'] = 'event_not_found';
// @ts-expect-error: that answer has no other code
export const wrong: Responses[404]['content']['application/problem+json']['code'] = 'email_taken';

run('openapi-typescript', async () => {
  const client = createClient<paths>({ baseUrl: base });
  const made = await client.POST('/v1/auth/register', { body: { email: address('openapi-typescript'), password } });
  const headers = bearer(must(made.data, 'account').data.tokens.access_token);

  const event = must((await client.POST('/v1/events/initialize', { body: concert, headers })).data, 'event').data;
  const accepted = must((await client.POST('/v1/events/book', { body: { event_id: event.id }, headers })).data, 'booking').data;
  const ask = async (request_id: string): Promise<components['schemas']['QueuedRequest'] | components['schemas']['DecidedRequest']> =>
    must((await client.GET('/v1/requests/{request_id}', { params: { path: { request_id } }, headers })).data, 'request').data;
  const booked = await decided(() => ask(accepted.request.id));
  same('confirmed', booked.state === 'queued' ? '' : booked.outcome, 'the outcome');

  const mine = must((await client.GET('/v1/bookings', { params: { query: { state: 'confirmed' } }, headers })).data, 'list').data;
  same(event.title, must(mine.data[0], 'booking').event.title, 'the title');
  const cancelled = must((await client.DELETE('/v1/events/booking/cancel', { body: { event_id: event.id }, headers })).data, 'answer');
  await decided(() => ask(cancelled.data.request.id));
  const status = await client.GET('/v1/events/status/{event_id}', { params: { path: { event_id: event.id } }, headers });
  same(1, must(status.data, 'status').data.available_tickets, 'seats');

  const { error } = await client.POST('/v1/events/book', { body: { event_id: nobody }, headers });
  same<string>(notFound, must(error, 'error').code, 'the code');
});
