// Paper: boards and lists are plain lists of all that is on them, and tracking is one sheet.
import type { Page } from '@playwright/test';
import { column, evening, expect, test, ticket } from '../world';

/** Shows the page as it is printed. */
async function print(page: Page) {
  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
}

/** Nothing to press, nothing in colour, nothing that is cut off or stands over the text. */
async function isPlain(page: Page) {
  for (const role of ['button', 'textbox', 'searchbox', 'combobox', 'checkbox', 'slider'] as const) await expect(page.getByRole(role), role).toHaveCount(0);
  await expect(page.getByRole('banner')).toHaveCount(0);
  const faults = await page.evaluate(() => [...document.querySelectorAll('main, main *')]
    .filter((one) => one.getClientRects().length > 0 && !one.closest('.unseen'))
    .filter((one) => {
      const { position, color, backgroundColor, overflowX, overflowY } = getComputedStyle(one);
      const cuts = (one.scrollWidth > one.clientWidth + 1 && overflowX !== 'visible') || (one.scrollHeight > one.clientHeight + 1 && overflowY !== 'visible');
      return ['sticky', 'fixed'].includes(position) || color !== 'rgb(0, 0, 0)' || backgroundColor !== 'rgba(0, 0, 0, 0)' || (one instanceof HTMLElement && cuts);
    })
    .map((one) => one.outerHTML.slice(0, 120)));
  expect(faults).toEqual([]);
  // What the clock moves would soon be wrong.
  const text = await page.getByRole('main').innerText();
  expect(text).not.toMatch(/\b(In|in|waits|for) (under )?\d+ min|\bLive\b/);
  return text;
}

/** How many sheets a page takes. */
async function sheets(page: Page) {
  const pdf = await page.pdf({ format: 'A4' });
  return pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length;
}

test('the kitchen’s board is a list, with what its strips hold', async ({ open, api }) => {
  await evening(api);
  const kitchen = await open('/supplier');
  await print(kitchen);
  const text = await isPlain(kitchen);
  for (const pizza of ['Quattro Formaggi', '照り焼きチキン', 'Tonno e Cipolla', 'Prosciutto e Funghi', 'Сырная с грибами', 'Capricciosa']) {
    await expect(ticket(kitchen, pizza)).toBeVisible();
  }
  for (const name of ['To answer', 'On offer', 'To prepare', 'In the oven', 'Ready', 'Out']) await expect(column(kitchen, name)).toBeVisible();
  expect(text).toMatch(/waits since \d\d:\d\d/);
  expect(text).toMatch(/oven by \d\d:\d\d/);
  expect(text).toMatch(/Ready since \d\d:\d\d, no driver yet/);
  await expect(kitchen.locator('#app > .on-paper')).toHaveText(/^Printed as of \d+ \w+, \d\d:\d\d$/);
});

test('a crowded column is printed as a whole', async ({ open, api }) => {
  await Promise.all(Array.from({ length: 45 }, (_, n) => api.offer(`Pizza ${n}`)));
  const kitchen = await open('/supplier?kitchen=Bella%20Napoli');
  const tickets = kitchen.getByRole('article');
  // On the screen, those out of sight are empty.
  await expect.poll(() => tickets.count()).toBeLessThan(45);
  await print(kitchen);
  await expect(tickets).toHaveCount(45);
  await kitchen.emulateMedia({ media: 'screen' });
  await kitchen.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await expect.poll(() => tickets.count()).toBeLessThan(45);
});

test('the board of dispatch is a list', async ({ open, api }) => {
  await evening(api);
  const dispatch = await open('/dispatch');
  await print(dispatch);
  const text = await isPlain(dispatch);
  for (const pizza of ['Capricciosa', 'Margherita']) await expect(ticket(dispatch, pizza)).toBeVisible();
  expect(text).toMatch(/waits since \d\d:\d\d/);
  expect(text).toMatch(/door \d\d:\d\d/);
  expect(text).toContain('مريم');
});

test('the list of orders is printed with all its rows, and says which they are', async ({ open, api }) => {
  await Promise.all(Array.from({ length: 240 }, (_, n) => api.offer(`Pizza ${n}`)));
  const page = await open('/orders?status=pending_supplier');
  const rows = page.getByRole('row').filter({ has: page.getByRole('cell') });
  await page.getByRole('link', { name: 'Older orders' }).dispatchEvent('click');
  await expect(page.getByRole('table')).toHaveAttribute('aria-rowcount', '241');
  // On the screen, those near the view are there.
  await expect.poll(() => rows.count()).toBeLessThan(200);
  await print(page);
  await expect(rows).toHaveCount(240);
  const text = await isPlain(page);
  expect(text).toMatch(/To answer\s+240/);
  expect(text).not.toContain('On offer');
  expect(await sheets(page)).toBeGreaterThan(1);
});

test('tracking is one sheet', async ({ open, api }) => {
  const { taken, cancelled } = await evening(api);
  const long = await api.offer('Quattro Stagioni mit extra Büffelmozzarella, Rucola und Trüffelöl');
  await api.post(`/api/orders/${long.id}/supplier-respond`, { accept: true, estimated_time: 25, notes: 'Please ring twice. '.repeat(20).trim() });
  const customer = { customer_name: 'Nguyễn Thị Minh Khai', delivery_address: 'Hof II\nKurze Gasse 1\n4th floor, on the left\nRing at “Maier”' };
  await api.post(`/api/orders/${long.id}/customer-accept`, customer);
  for (const locale of ['en-GB', 'de-DE']) {
    const page = await open(`/customer/${taken}`, { locale });
    for (const id of [taken, cancelled, long.id]) {
      await page.goto(`/customer/${id}`);
      expect(await sheets(page), `${id} ${locale}`).toBe(1);
    }
    await print(page);
    const text = await isPlain(page);
    expect(text).toContain('Kurze Gasse 1');
    expect(text).toMatch(/\d\d:\d\d\s*–\s*\d\d:\d\d/);
  }
});
