// What the walks share: where the stack is, what they send, and what they expect of it.
declare const process: { env: Record<string, string | undefined>; exit(status: number): never };

export const base = process.env['BASE'] ?? '';
export const password = 'correct horse battery';
export const concert = {
  title: 'House concert',
  description: 'One chair',
  location: 'Kitchen',
  start_date_time: '2032-05-01T18:00:00Z',
  end_date_time: '2032-05-01T21:00:00Z',
  number_of_tickets: 1,
};
export const nobody = '01987f2a-6c1e-7d3a-9b52-0f6f1f0e7a11';
export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

let addresses = 0;
export const address = (client: string) => `${client}-${Date.now()}-${++addresses}@example.com`;

export function must<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new Error(`there is no ${what}`);
  return value;
}

export function same<T>(expected: T, seen: T, what: string) {
  if (expected !== seen) throw new Error(`${what}: ${JSON.stringify(seen)} instead of ${JSON.stringify(expected)}`);
}

// Asks until the request is decided.
export async function decided<T extends { state: string }>(ask: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + 10_000; Date.now() < end; await new Promise((done) => setTimeout(done, 20))) {
    const request = await ask();
    if (request.state !== 'queued') return request;
  }
  throw new Error('the request is not decided within 10 s');
}

export function run(client: string, walk: () => Promise<void>) {
  walk().then(
    () => console.log(`${client}: a booking and its cancellation`),
    (error: unknown) => {
      console.log(`${client}: ${String(error)}`);
      process.exit(1);
    },
  );
}
