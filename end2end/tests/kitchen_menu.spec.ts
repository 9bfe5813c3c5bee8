// Orders from a menu in the kitchen and on the customer's page; and the pages on which the menu is edited.
import { hours, order, shop } from '../pizzeria';
import { column, expect, test, ticket, unfold } from '../world';

test('a kitchen answers, ticks and is late, and the customer sees it', async ({ open, api, market }) => {
  const { slug } = await shop(api, market.url);
  const { id } = await order(api, slug);
  const kitchen = await open('/supplier?kitchen=Bella%20Napoli');
  const asked = column(kitchen, 'To answer').getByRole('article');
  for (const words of ['LEFT Olives', 'RIGHT NO Onions', '“Well done”', '“Ring twice”', 'Contains: gluten']) {
    await expect(asked).toContainText(words);
  }
  await expect(asked.getByRole('timer')).toHaveText(/^[0-4]:[0-5]\d|5:00$/);
  const track = await open(`/customer/${id}`);
  await expect(track.getByText('The kitchen answers by')).toBeVisible();
  await asked.getByRole('button', { name: 'Accept' }).click();
  await expect(track.getByText('The kitchen answers by')).toHaveCount(0);

  const taken = column(kitchen, 'To prepare').getByRole('article');
  await taken.getByLabel(/^More: step back/).click();
  await taken.getByRole('button', { name: '+10 min' }).click();
  await expect(track.getByText('The kitchen needs 10 minutes more.')).toBeVisible();
  await taken.getByRole('button', { name: 'Start' }).click();

  const oven = column(kitchen, 'In the oven').getByRole('article');
  const line = oven.getByRole('button', { name: /Funghi Large LEFT Olives/ });
  const ready = oven.getByRole('button', { name: /^Ready/ });
  await expect(ready).toContainText('2 not ticked');
  await line.click();
  await expect(line).toContainText('1 of 2 done');
  // A second press at once is no second piece: for a moment presses there do nothing.
  await expect(async () => {
    await line.click();
    await expect(line).toContainText('2 of 2 done', { timeout: 200 });
  }).toPass();
  await expect(ready).not.toContainText('not ticked');
  expect((await api.get(id)).basket.lines[0].done).toBe(2);
  await ready.click();
  await unfold(kitchen, 'Ready');
  await expect(column(kitchen, 'Ready').getByRole('article')).toHaveCount(1);
});

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled, allowed: javaScriptEnabled ? undefined : /preloaded using link preload/ });

    test('a kitchen rejects with a reason, which is a code', async ({ open, api, market }) => {
      const { slug } = await shop(api, market.url);
      const { id } = await order(api, slug);
      const kitchen = await open('/supplier?kitchen=Bella%20Napoli');
      const asked = ticket(kitchen, '½ Diavola');
      await asked.getByLabel(/^More: note, reject/).click();
      await asked.getByText('Reject…').click();
      await asked.getByText('Too busy').click();
      await asked.getByRole('button', { name: 'Reject this pizza' }).click();
      await expect(kitchen.getByRole('article')).toHaveCount(0);
      expect(await api.get(id)).toMatchObject({ status: 'supplier_rejected', cancellation: { code: 'too_busy', by: 'supplier' } });
      const track = await open(`/customer/${id}`);
      await expect(track.getByText('Too busy')).toBeVisible();
      await expect(track.getByRole('link', { name: 'Order again' })).toBeVisible();
    });

    test('a menu is edited in its row, and the edit undone', async ({ open, api, market }) => {
      const { slug } = await shop(api, market.url);
      const page = await open(`/supplier/${slug}/menu`);
      const row = page.locator('#item-diav');
      await row.getByLabel('Name of Diavola').fill('Diavola piccante');
      await row.getByLabel('Large').fill('11,50');
      await row.getByRole('button', { name: /^Save/ }).click();
      await expect(page.getByText('Saved.')).toBeVisible();
      await expect(row.getByLabel('Large')).toHaveValue('11.50');
      await page.getByRole('button', { name: 'Undo' }).click();
      await expect(page.getByText('Undone.')).toBeVisible();
      await expect(row.getByLabel('Large')).toHaveValue('10.00');
      await row.getByRole('button', { name: 'Sold out' }).click();
      await expect(row.getByRole('button', { name: 'Sold out. Put back' })).toBeVisible();
      await page.getByRole('button', { name: 'Pause 30 min' }).click();
      await expect(page.getByText(/^Paused until/)).toBeVisible();
      await page.getByRole('button', { name: 'Take orders again' }).click();
      await expect(page.getByText(/^Paused until/)).toHaveCount(0);
    });

    test('hours are written as text, and exceptions previewed', async ({ open, api, market }) => {
      const { slug } = await shop(api, market.url);
      const page = await open(`/supplier/${slug}/settings`);
      for (const day of ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']) {
        await page.getByLabel(day).fill('17-2');
      }
      await page.getByRole('button', { name: 'Preview' }).click();
      await expect(page.getByRole('cell', { name: '17:00–02:00' })).toHaveCount(14);
      expect((await (await fetch(`${market.url}/api/restaurants/${slug}`)).json()).hours.mon).toEqual(hours);
      await page.getByRole('button', { name: 'Save the settings' }).click();
      await expect(page.getByText('Saved.')).toBeVisible();
      expect((await (await fetch(`${market.url}/api/restaurants/${slug}`)).json()).hours.mon).toEqual([['17:00', '02:00']]);
    });
  });
}
