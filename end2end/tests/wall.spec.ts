// A screen on a wall that nobody reloads for weeks: what it keeps depends on what it shows, not on what it has shown.
import { type CDPSession, type Page } from '@playwright/test';
import { type Api, expect, test } from '../world';

const WARM_UP = 2_000;
const ORDERS = 10_000;
/** Orders on their way at once. The page catches up before the next ones, so that it shows each of them. */
const ROUND = 200;
/** In bytes, for the 8,000 orders after the warm-up: less than 50 for each. */
const NOISE = 400_000;

async function finishOrders(api: Api, count: number) {
  let made = 0;
  const finish = async () => {
    while (made++ < count) await api.status((await api.offer('Margherita')).id, 'cancelled');
  };
  await Promise.all(Array.from({ length: 8 }, finish));
}

async function follow(page: Page, api: Api, from: number, to: number) {
  for (let finished = from; finished < to; finished += ROUND) {
    await finishOrders(api, ROUND);
    await expect(page.getByRole('link', { name: `Cancelled ${finished + ROUND}`, exact: true })).toBeVisible();
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

test('a page that has shown ten thousand orders keeps no more than one that has shown two thousand', async ({ open, api }) => {
  test.setTimeout(300_000);
  const page = await open('/orders?status=pending_supplier');
  const cdp = await page.context().newCDPSession(page);
  await follow(page, api, 0, WARM_UP);
  const before = await memory(cdp);
  await follow(page, api, WARM_UP, ORDERS);
  const after = await memory(cdp);
  console.log(`program: ${before.program} to ${after.program} bytes, heap: ${before.heap} to ${after.heap} bytes`);
  expect(after.program - before.program).toBeLessThan(NOISE);
  expect(after.heap - before.heap).toBeLessThan(NOISE);
});
