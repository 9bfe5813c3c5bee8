// The counter in the kitchen's own panel: busy, a pause, what is sold out; and what two tablets do to one order.
import type { Page } from '@playwright/test';
import { order, rename, shop } from '../pizzeria';
import { column, expect, hydrated, isSame, mark, test } from '../world';

const KITCHEN = '/supplier?kitchen=Bella%20Napoli';

const bar = (page: Page) => page.getByRole('region', { name: 'Counter' });

/** What holds at the pizzeria now. */
async function now(url: string, slug: string) {
  return (await (await fetch(`${url}/api/restaurants/${slug}?postcode=10115`)).json()).now;
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled, allowed: javaScriptEnabled ? undefined : /preloaded using link preload/ });

    test('a kitchen is busy, pauses and takes orders again', async ({ open, api, market }) => {
      const { slug } = await shop(api, market.url);
      const kitchen = await open(KITCHEN);
      await bar(kitchen).getByRole('button', { name: 'Busy +15' }).click();
      await expect(bar(kitchen)).toContainText('15 min more until');
      await expect(bar(kitchen).getByRole('button', { name: 'Busy +15' })).toHaveAttribute('aria-pressed', 'true');
      expect((await now(market.url, slug)).busy.extra_minutes).toBe(15);
      await bar(kitchen).getByRole('button', { name: 'Back to normal' }).click();
      await expect(bar(kitchen)).not.toContainText('more until');

      await bar(kitchen).getByText('Pause…').click();
      await bar(kitchen).getByLabel('Why').fill('Oven <b>broken</b>');
      await bar(kitchen).getByRole('button', { name: 'Pause 30 min' }).click();
      await expect(bar(kitchen).getByRole('status')).toContainText('Paused until');
      await expect(bar(kitchen).getByRole('status')).toContainText('Oven <b>broken</b>');
      await bar(kitchen).getByRole('button', { name: 'Take orders again' }).click();
      await expect(bar(kitchen).getByRole('status')).toHaveCount(0);
      // The reason was sent, and is not typed for the next pause.
      await bar(kitchen).getByText('Pause…').click();
      await expect(bar(kitchen).getByLabel('Why')).toHaveValue('');
      await bar(kitchen).getByRole('button', { name: 'Pause until I resume' }).click();
      await expect(bar(kitchen).getByRole('status')).toContainText('Paused until you resume');
      expect((await now(market.url, slug)).paused).toMatchObject({ until: null, reason: null });
    });

    test('what runs out is said on a ticket, and taken back', async ({ open, api, market }) => {
      const { slug } = await shop(api, market.url);
      const [first, second] = [await order(api, slug), await order(api, slug)];
      await order(api, slug, [{ item: 'fung', size: 'l', quantity: 1 }]);
      const kitchen = await open(KITCHEN);
      const asked = kitchen.locator(`#o${first.id}`);
      await asked.getByLabel(/^More: note, reject/).click();
      await asked.getByText('Sold out…').click();
      const olives = asked.locator('.sell-out > li').filter({ hasText: 'Olives' });
      await expect(olives).toContainText('Also in');
      await expect(olives.locator(`a[href="#o${second.id}"]`)).toBeVisible();
      await expect(olives.getByRole('link')).toHaveCount(1);
      await expect(asked.locator('.sell-out > li').filter({ hasText: 'Funghi' })).toContainText('Also in 2 orders');
      await olives.getByRole('button', { name: /^Sold out until closing.*Olives/ }).click();
      await bar(kitchen).getByText('1 sold out').click();
      await expect(bar(kitchen).getByRole('button', { name: /^Put back.*Olives/ })).toBeVisible();
      const place = { street: 'Kurze Gasse 2', postcode: '10115', town: 'Berlin' };
      const lines = [{ item: 'fung', size: 'l', quantity: 1, options: [{ group: 'top', option: 'olives' }] }];
      const refused = await fetch(`${market.url}/api/restaurants/${slug}/quote`, {
        method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ lines, place, when: 'asap' }),
      });
      expect(refused.status).toBe(409);
      if (javaScriptEnabled) {
        // The ticket is as it was, and the same button takes it back.
        await expect(olives).toContainText('sold out until');
        await bar(kitchen).getByText('1 sold out').click();
        await olives.getByRole('button', { name: /^Put back.*Olives/ }).click();
        await expect(olives.getByRole('button', { name: /^Sold out until closing.*Olives/ })).toBeFocused();
      } else {
        await bar(kitchen).getByRole('button', { name: /^Put back.*Olives/ }).click();
      }
      await expect(bar(kitchen)).not.toContainText('sold out');
    });

    test('three that nobody answered have paused it, and it takes orders again', async ({ open, api, market }) => {
      const { slug } = await shop(api, market.url);
      // As the third expiry writes it.
      await api.post(`/api/restaurants/${slug}/pause`, { reason: 'unanswered' });
      const kitchen = await open(KITCHEN);
      await expect(bar(kitchen).getByRole('status')).toHaveText('3 unanswered: paused.');
      await bar(kitchen).getByRole('button', { name: 'Take orders again' }).click();
      await expect(bar(kitchen).getByRole('status')).toHaveCount(0);
      expect((await now(market.url, slug)).paused).toBeNull();
    });
  });
}

test('another tablet shows the counter as it changes', async ({ open, api, market }) => {
  const { slug } = await shop(api, market.url);
  const [one, other] = await Promise.all([open(KITCHEN), open(KITCHEN)]);
  await mark([one, other]);
  await bar(one).getByRole('button', { name: 'Busy +30' }).click();
  await expect(bar(other)).toContainText('30 min more until');
  await api.post(`/api/restaurants/${slug}/sold-out`, { item: 'fung', sold_out: true });
  // By its name, though no order on the board has it.
  for (const page of [one, other]) {
    await bar(page).getByText('1 sold out').click();
    await expect(bar(page).getByRole('button', { name: /^Put back.*Funghi/ })).toBeVisible();
  }
  await bar(other).getByRole('button', { name: /^Put back.*Funghi/ }).click();
  await expect(bar(one)).not.toContainText('sold out');
  await isSame([one, other]);
});

test('a kitchen without a pizzeria has no counter, and one that is chosen brings its own', async ({ open, api, market }) => {
  await shop(api, market.url);
  await api.offer('Diavola', { supplier_name: 'Forno' });
  await api.offer('Margherita');
  const kitchen = await open('/supplier?kitchen=Forno');
  await expect(column(kitchen, 'To answer').getByRole('article')).toHaveCount(1);
  await expect(bar(kitchen)).toHaveCount(0);
  await mark([kitchen]);
  await kitchen.getByLabel('Kitchen', { exact: true }).selectOption('Bella Napoli');
  await expect(bar(kitchen)).toBeVisible();
  await bar(kitchen).getByRole('button', { name: 'Busy +15' }).click();
  await expect(bar(kitchen)).toContainText('15 min more until');
  await isSame([kitchen]);
});

test('a renamed pizzeria keeps its orders on its board', async ({ open, api, market }) => {
  const { slug } = await shop(api, market.url);
  const first = await order(api, slug);
  const before = await open(KITCHEN);
  await rename(market.url, slug, 'Luna');
  const after = await open('/supplier?kitchen=Luna');
  await expect(after.locator(`#o${first.id}`)).toBeVisible();
  const second = await order(api, slug);
  for (const page of [before, after]) await expect(page.locator(`#o${second.id}`)).toBeVisible();
  await after.locator(`#o${first.id}`).getByRole('button', { name: 'Accept' }).click();
  for (const page of [before, after]) {
    await expect(column(page, 'To prepare').locator(`#o${first.id}`)).toBeVisible();
  }
  // The address with the former name leads on.
  await before.reload();
  await hydrated(before);
  await bar(before).getByRole('link', { name: 'Luna' }).click();
  await expect(before.getByRole('heading', { level: 1 })).toHaveText('Luna');
  await expect(before.locator(`#o${second.id}`)).toBeVisible();
});

test('two tablets tick and one recalls: the last target stands', async ({ open, api, market }) => {
  const { slug } = await shop(api, market.url);
  const { id } = await order(api, slug);
  await api.post(`/api/orders/${id}/supplier-respond`, { accept: true });
  await api.status(id, 'preparing');
  const [one, other] = await Promise.all([open(KITCHEN), open(KITCHEN)]);
  const done = async () => (await api.get(id)).basket.lines[0].done;
  const line = (page: Page) => page.locator(`#o${id}`).getByRole('button', { name: /Funghi Large LEFT/ });
  // Both tick the first piece; the second tablet's press is on its way for longer.
  let release = () => {};
  const released = new Promise<void>((go) => { release = go; });
  await other.route('**/act/check', async (route) => {
    await released;
    await route.continue();
  });
  const sent = other.waitForRequest('**/act/check');
  await line(other).click();
  await sent;
  await line(one).click();
  await expect(line(one)).toContainText('1 of 2 done');
  const answered = other.waitForResponse('**/act/check');
  release();
  expect((await answered).status()).toBe(200);
  expect(await done()).toBe(1);
  for (const page of [one, other]) await expect(line(page)).toContainText('1 of 2 done');

  // One is done with it, which a word warns of; the other takes it back. What is ticked stays.
  const ready = one.locator(`#o${id}`).getByRole('button', { name: /^Ready/ });
  await expect(ready).toContainText('1 not ticked');
  await ready.click();
  await expect(line(other)).toHaveCount(0);
  await api.post(`/api/orders/${id}/recall`, {});
  for (const page of [one, other]) await expect(line(page)).toContainText('1 of 2 done');
  await line(one).click();
  await expect(line(other)).toContainText('2 of 2 done');
  await line(other).click();
  await expect(line(one)).toContainText('1 of 2 done');
  expect(await done()).toBe(1);
});
