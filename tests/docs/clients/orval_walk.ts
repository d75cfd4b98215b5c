// A booking with the client of orval: an answer's status says which type its data have.
import {
  authRegister, bookingsList, eventsBook, eventsBookingCancel, eventsInitialize, eventsStatus, eventsTypeAdd, requestsGet,
} from './orval.js';
import { address, bearer, concert, decided, nobody, password, run, same } from './walk.js';

run('orval', async () => {
  const made = await authRegister({ email: address('orval'), password });
  if (made.status !== 201) throw new Error(made.data.code);
  const options = { headers: bearer(made.data.data.tokens.access_token) };

  const created = await eventsInitialize(concert, options);
  if (created.status !== 201) throw new Error(created.data.code);
  const event_id = created.data.data.id;
  const accepted = await eventsBook({ event_id }, options);
  if (accepted.status !== 202) throw new Error(accepted.data.code);
  const ask = async (id: string) => {
    const answer = await requestsGet(id, options);
    if (answer.status !== 200) throw new Error(answer.data.code);
    return answer.data.data;
  };
  const booked = await decided(() => ask(accepted.data.data.request.id));
  same('confirmed', booked.state === 'queued' ? '' : booked.outcome, 'the outcome');

  const member = await eventsTypeAdd(event_id, { name: 'Member', visibility: 'code', access_code: 'open-sesame', limit: null }, options);
  if (member.status !== 201) throw new Error(`status ${member.status}`);
  same(created.data.data.pools[0]?.id, member.data.data.pool_id, 'the pool');
  same(null, created.data.data.ticket_types[0]?.name, 'the name of the first type');

  const mine = await bookingsList({ state: 'confirmed' }, options);
  same(created.data.data.title, mine.status === 200 ? mine.data.data.data[0]?.event.title : '', 'the title');
  const cancelled = await eventsBookingCancel({ event_id }, options);
  if (cancelled.status !== 202) throw new Error(cancelled.data.code);
  await decided(() => ask(cancelled.data.data.request.id));
  const status = await eventsStatus(event_id, options);
  same(1, status.status === 200 ? status.data.data.available_tickets : 0, 'seats');

  const refused = await eventsBook({ event_id: nobody }, options);
  if (refused.status !== 404) throw new Error(`status ${refused.status}`);
  const code: 'event_not_found' | 'ticket_type_not_found' = refused.data.code;
  same('event_not_found', code, 'the code');
});
