// A day in the market, with the client that openapi-generator makes for TypeScript. MARKET is the server's address.
import { deepEqual, equal } from 'node:assert/strict';
import {
  Configuration, FrameFromJSON, OrdersApi, ProblemFromJSON, ResponseError, Status, StatusBodyStatusEnum,
  type Order, type Problem,
} from './client';

const market = new OrdersApi(new Configuration({ basePath: process.env.MARKET }));

const offer = (pizzaName: string, supplierPrice = 8.2) =>
  market.offer({ offerBody: { supplierName: 'Da Vinci', pizzaName, supplierPrice } });
const step = (id: string, status: StatusBodyStatusEnum) => market.status({ id, statusBody: { status } });

/** The problem that a call is refused with. */
async function refused(status: number, call: Promise<Order>): Promise<Problem> {
  const error: unknown = await call.then(() => undefined, (error) => error);
  if (!(error instanceof ResponseError)) throw new Error(`not refused with ${status}: ${error}`);
  equal(error.response.status, status);
  return ProblemFromJSON(await error.response.json());
}

async function day() {
  // From the offer to the doorstep.
  let order: Order = await offer('Diavola');
  const { id } = order;
  equal(order.status, Status.PendingSupplier);
  equal(order.customerPrice, null);
  order = await market.supplierRespond({ id, answerBody: { accept: true, notes: 'Hot', estimatedTime: 25 }, ifMatch: '"1"' });
  equal(order.status, Status.SupplierAccepted);
  const taken = {
    id, idempotencyKey: 'typescript-1',
    takeBody: { customerName: 'Nguyễn Thị Minh Khai', deliveryAddress: 'Kurze Gasse 1\n2. Stock' },
  };
  order = await market.customerAccept(taken);
  equal(order.customerPrice, 10.66);
  deepEqual(await market.customerAccept(taken), order);
  await step(id, StatusBodyStatusEnum.Preparing);
  await step(id, StatusBodyStatusEnum.Ready);
  await market.dispatch({ id, dispatchBody: { driverName: 'Jonas' } });
  await step(id, StatusBodyStatusEnum.InTransit);
  order = await step(id, StatusBodyStatusEnum.Delivered);
  deepEqual([order.status, order.driverName, order.version], [Status.Delivered, 'Jonas', 8]);
  deepEqual(order.times.delivered, order.updatedAt);

  // The two other ends.
  const { id: second } = await offer('Marinara');
  const rejected = await market.supplierRespond({ id: second, answerBody: { accept: false, notes: 'Sold out' } });
  deepEqual([rejected.status, rejected.supplierNotes], [Status.SupplierRejected, 'Sold out']);
  const cancelled = await step((await offer('Funghi')).id, StatusBodyStatusEnum.Cancelled);
  equal(cancelled.status, Status.Cancelled);

  // What is read.
  deepEqual(await market.order({ id }), order);
  const events = await market.events({ id });
  deepEqual(events.map((event) => event.order.version), [1, 2, 3, 4, 5, 6, 7, 8]);
  const found: Order[] = [];
  for (let cursor: string | undefined, more = true; more;) {
    const page = await market.ordersRaw({ supplierName: 'Da Vinci', limit: 2, cursor });
    found.push(...await page.value());
    cursor = /cursor=([^&>]+)/.exec(page.raw.headers.get('link') ?? '')?.[1];
    more = cursor !== undefined;
  }
  deepEqual(found.map((one) => one.id), [cancelled.id, rejected.id, id]);
  deepEqual(await market.orders({ status: Status.Delivered, supplierName: 'Da Vinci' }), [order]);

  // Frames of the WebSocket: the discriminator tells which.
  const { raw } = await market.eventsRaw({ id });
  const frame = FrameFromJSON((await raw.json())[0]);
  equal(frame.eventType === 'order.created' && frame.order.pizzaName, 'Diavola');
  const timestamp = '2026-02-17T10:30:00.000Z';
  const signal = FrameFromJSON({ event_type: 'stream.heartbeat', order: null, timestamp, id: 'a-1' });
  deepEqual([signal.order, signal.timestamp], [null, new Date(timestamp)]);

  // Refusals.
  equal((await refused(409, market.dispatch({ id, dispatchBody: { driverName: 'Ana' } }))).type, '/problems/refused');
  const invalid = await refused(422, offer('Hawaii', 9.999));
  deepEqual(invalid.errors?.map((fault) => fault.field), ['supplier_price']);
  const outdated = market.status({ id, statusBody: { status: StatusBodyStatusEnum.Cancelled }, ifMatch: '"3"' });
  equal((await refused(412, outdated)).type, '/problems/outdated');
}

day().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
