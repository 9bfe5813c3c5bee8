// A page on a wall screen stays open for weeks: its memory depends on the orders it shows, not on those it has shown.
import { type CDPSession, type Page } from '@playwright/test';
import { expect, test } from '../world';

/** The page catches up with each round before the next one begins. */
const ROUND = 200;
/** In bytes, for 2,000 orders after the warm-up: less than 50 for each. */
const NOISE = 100_000;

test('a page that has shown five thousand orders keeps no more than one that has shown a thousand', async ({ open, market }) => {
  test.setTimeout(1_200_000);
  const page = await open('/orders?status=pending_supplier');
  const follow = async (from: number, to: number) => {
    for (let finished = from; finished < to; finished += ROUND) {
      await several(ROUND, async () => cancel(market.url, await offer(market.url)));
      await expect(page.getByRole('link', { name: `Cancelled ${finished + ROUND}`, exact: true })).toBeVisible({ timeout: 60_000 });
    }
  };
  await expectSteadyMemory(page, NOISE, () => follow(0, 1_000), () => follow(1_000, 3_000), () => follow(3_000, 5_000));
});

/** Tickets on screen at once: few enough that all of them are rendered. */
const TICKETS = 20;
/** In bytes, for 160 orders after the warm-up: a kept ticket has several kilobytes. */
const TICKET_NOISE = 160 * 750;

for (const [path, advance] of [['/supplier', async () => {}], ['/dispatch', bake]] as const) {
  test(`${path} keeps none of the tickets that it has shown`, async ({ open, market }) => {
    test.setTimeout(600_000);
    const page = await open(path);
    const tickets = page.getByRole('article');
    const follow = async (rounds: number) => {
      for (let round = 0; round < rounds; round++) {
        const ids: string[] = [];
        await several(TICKETS, async () => {
          const id = await offer(market.url);
          await advance(market.url, id);
          ids.push(id);
        });
        await expect(tickets).toHaveCount(TICKETS);
        await several(TICKETS, () => cancel(market.url, ids.pop()!));
        await expect(tickets).toHaveCount(0);
      }
    };
    await expectSteadyMemory(page, TICKET_NOISE, () => follow(10), () => follow(8), () => follow(8));
  });
}

/** Runs `work` the given number of times, at most 8 at once. */
async function several(times: number, work: () => Promise<void>) {
  let begun = 0;
  const run = async () => {
    while (begun++ < times) await work();
  };
  await Promise.all(Array.from({ length: 8 }, run));
}

/** By `fetch`: Playwright's own client records each request, which takes twice as long. */
async function post(url: string, path: string, data: object): Promise<{ id: string }> {
  const answer = await fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(data) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json() as Promise<{ id: string }>;
}

async function offer(url: string) {
  return (await post(url, '/api/orders', { supplier_name: 'Bella Napoli', pizza_name: 'Margherita', supplier_price: 9.5 })).id;
}

async function cancel(url: string, id: string) {
  await post(url, `/api/orders/${id}/status`, { status: 'cancelled' });
}

/** Advances an offered order until it waits for a driver. */
async function bake(url: string, id: string) {
  await post(url, `/api/orders/${id}/supplier-respond`, { accept: true, estimated_time: 25 });
  await post(url, `/api/orders/${id}/customer-accept`, { customer_name: 'Ana', delivery_address: 'Kurze Gasse 1' });
  for (const status of ['preparing', 'ready']) await post(url, `/api/orders/${id}/status`, { status });
}

/** What is kept grows in each half of the work. A moment that needed more memory than any before it is in one of them. */
async function expectSteadyMemory(page: Page, noise: number, ...[warmUp, ...halves]: (() => Promise<void>)[]) {
  const cdp = await page.context().newCDPSession(page);
  await warmUp();
  const sizes = [await memory(cdp)];
  for (const half of halves) {
    await half();
    sizes.push(await memory(cdp));
  }
  console.log(sizes.map(({ program, heap }) => `program ${program}, heap ${heap}`).join('; '));
  for (const part of ['program', 'heap'] as const) {
    const growth = sizes.slice(1).map((size, half) => size[part] - sizes[half][part]);
    expect(Math.min(...growth), part).toBeLessThan(noise);
  }
}

/** The memory of the WebAssembly program, which never shrinks, and the used part of the JavaScript heap. */
async function memory(cdp: CDPSession) {
  await cdp.send('HeapProfiler.collectGarbage');
  const { result: prototype } = await cdp.send('Runtime.evaluate', { expression: 'WebAssembly.Memory.prototype' });
  const { objects } = await cdp.send('Runtime.queryObjects', { prototypeObjectId: prototype.objectId! });
  const functionDeclaration = 'function () { return this[0].buffer.byteLength; }';
  const { result } = await cdp.send('Runtime.callFunctionOn', { objectId: objects.objectId, functionDeclaration, returnByValue: true });
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  return { program: result.value as number, heap: usedSize };
}
