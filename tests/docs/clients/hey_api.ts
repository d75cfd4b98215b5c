// A booking with the client of hey-api.
import { client } from './hey_api/client.gen.js';
import {
  authRegister, bookingsList, eventsBook, eventsBookingCancel, eventsInitialize, eventsStatus, requestsGet,
} from './hey_api/sdk.gen.js';
import type { EventsBookErrors } from './hey_api/types.gen.js';
import { address, base, bearer, concert, decided, must, nobody, password, run, same } from './walk.js';

const notFound: EventsBookErrors[404]['code'] = 'event_not_found';
// @ts-expect-error: that answer has no other code
export const wrong: EventsBookErrors[404]['code'] = 'email_taken';

run('hey-api', async () => {
  client.setConfig({ baseUrl: base });
  const made = await authRegister({ body: { email: address('hey-api'), password } });
  const headers = bearer(must(made.data, 'account').data.tokens.access_token);

  const event = must((await eventsInitialize({ body: concert, headers })).data, 'event').data;
  const accepted = must((await eventsBook({ body: { event_id: event.id }, headers })).data, 'booking').data;
  const ask = async (request_id: string) => must((await requestsGet({ path: { request_id }, headers })).data, 'request').data;
  const booked = await decided(() => ask(accepted.request.id));
  same('confirmed', booked.state === 'queued' ? '' : booked.outcome, 'the outcome');

  const mine = must((await bookingsList({ query: { state: 'confirmed' }, headers })).data, 'list').data;
  same(event.title, must(mine.data[0], 'booking').event.title, 'the title');
  const cancelled = must((await eventsBookingCancel({ body: { event_id: event.id }, headers })).data, 'answer').data;
  await decided(() => ask(cancelled.request.id));
  const status = must((await eventsStatus({ path: { event_id: event.id }, headers })).data, 'status').data;
  same(1, status.available_tickets, 'seats');

  const { error } = await eventsBook({ body: { event_id: nobody }, headers });
  same<string>(notFound, must(error, 'error').code, 'the code');
});
