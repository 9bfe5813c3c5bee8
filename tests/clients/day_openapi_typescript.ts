// A day in the market, with the types that openapi-typescript makes, and its `openapi-fetch`. MARKET is the server's
// address.
import { deepEqual, equal, ok } from 'node:assert/strict';
import createClient from 'openapi-fetch';
import type { components, paths } from './client';

type Order = components['schemas']['Order'];
type Problem = components['schemas']['Problem'];
type Frame = components['schemas']['Frame'];
type Answer<T> = { data?: T; error?: Problem; response: Response };

const market = createClient<paths>({ baseUrl: process.env.MARKET });

/** What a call is answered with. */
async function done<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (data === undefined) throw new Error(`${response.status}: ${error?.detail}`);
  return data;
}

/** The problem that a call is refused with. */
async function refused(status: number, call: Promise<Answer<unknown>>): Promise<Problem> {
  const { error, response } = await call;
  equal(response.status, status);
  ok(error);
  return error;
}

const at = (id: string) => ({ params: { path: { id } } });
const offer = (pizza_name: string, supplier_price = 8.2) =>
  market.POST('/api/v1/orders', { body: { supplier_name: 'Al Forno', pizza_name, supplier_price } });
const step = (id: string, status: components['schemas']['StatusBody']['status']) =>
  market.POST('/api/v1/orders/{id}/status', { ...at(id), body: { status } });

async function day() {
  // From the offer to the doorstep.
  let order: Order = await done(offer('Diavola'));
  const { id } = order;
  deepEqual([order.status, order.customer_price, order.version], ['pending_supplier', null, 1]);
  order = await done(market.POST('/api/v1/orders/{id}/supplier-respond', {
    params: { path: { id }, header: { 'If-Match': '"1"' } }, body: { accept: true, estimated_time: 25 },
  }));
  deepEqual([order.status, order.estimated_delivery_time], ['supplier_accepted', 25]);
  const take = () => market.POST('/api/v1/orders/{id}/customer-accept', {
    params: { path: { id }, header: { 'Idempotency-Key': 'openapi-typescript-1' } },
    body: { customer_name: 'Nguyễn Thị Minh Khai', delivery_address: 'Kurze Gasse 1\n2. Stock' },
  });
  order = await done(take());
  equal(order.customer_price, 10.66);
  deepEqual(await done(take()), order);
  await done(step(id, 'preparing'));
  await done(step(id, 'ready'));
  await done(market.POST('/api/v1/orders/{id}/dispatch', { ...at(id), body: { driver_name: 'Jonas' } }));
  await done(step(id, 'in_transit'));
  order = await done(step(id, 'delivered'));
  deepEqual([order.status, order.driver_name, order.version], ['delivered', 'Jonas', 8]);
  equal(order.times.delivered, order.updated_at);

  // The two other ends.
  const { id: second } = await done(offer('Marinara'));
  const rejected = await done(market.POST('/api/v1/orders/{id}/supplier-respond', {
    ...at(second), body: { accept: false, notes: 'Sold out' },
  }));
  deepEqual([rejected.status, rejected.supplier_notes], ['supplier_rejected', 'Sold out']);
  const cancelled = await done(step((await done(offer('Funghi'))).id, 'cancelled'));
  equal(cancelled.status, 'cancelled');

  // What is read.
  deepEqual(await done(market.GET('/api/v1/orders/{id}', at(id))), order);
  const events = await done(market.GET('/api/v1/orders/{id}/events', at(id)));
  deepEqual(events.map((event) => event.order.version), [1, 2, 3, 4, 5, 6, 7, 8]);
  const frame: Frame = events[0]!;
  equal(frame.event_type === 'order.created' && frame.order?.pizza_name, 'Diavola');
  const found: Order[] = [];
  for (let cursor: string | undefined, more = true; more;) {
    const query = { supplier_name: 'Al Forno', limit: 2, cursor };
    const page = await market.GET('/api/v1/orders', { params: { query } });
    found.push(...page.data ?? []);
    cursor = /cursor=([^&>]+)/.exec(page.response.headers.get('link') ?? '')?.[1];
    more = cursor !== undefined;
  }
  deepEqual(found.map((one) => one.id), [cancelled.id, rejected.id, id]);
  const query = { status: 'delivered', supplier_name: 'Al Forno' } as const;
  deepEqual(await done(market.GET('/api/v1/orders', { params: { query } })), [order]);

  // Refusals.
  const again = market.POST('/api/v1/orders/{id}/dispatch', { ...at(id), body: { driver_name: 'Ana' } });
  equal((await refused(409, again)).type, '/problems/refused');
  const invalid = await refused(422, offer('Hawaii', 9.999));
  deepEqual(invalid.errors?.map((fault) => fault.field), ['supplier_price']);
  const outdated = market.POST('/api/v1/orders/{id}/status', {
    params: { path: { id }, header: { 'If-Match': '"3"' } }, body: { status: 'cancelled' },
  });
  equal((await refused(412, outdated)).type, '/problems/outdated');
}

day().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
