// A page holds what it shows: windows that read on, and a scope that follows the panel.
import { type Page } from '@playwright/test';
import { type Api, column, expect, hydrated, isSame, mark, test, ticket } from '../world';

// The browser logs that it is offline.
test.use({ allowed: /WebSocket connection|ERR_INTERNET_DISCONNECTED/ });

const NAPOLI = '/supplier?kitchen=Bella%20Napoli';

/** The oldest first. */
async function offers(api: Api, count: number) {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) ids.push((await api.offer(`Pizza ${n}`)).id);
  return ids;
}

const entries = (page: Page) => column(page, 'To answer').getByRole('list').first().locator(':scope > li');

/** Scrolls to the end of a column, or presses what stands there where the column does not scroll by itself. */
async function readOn(page: Page, more: string) {
  const answer = column(page, 'To answer');
  await expect(answer.getByRole('link', { name: more })).toHaveCount(1);
  const scrolls = await answer.evaluate((column) => getComputedStyle(column).overflowY === 'auto');
  if (scrolls) await answer.evaluate((column) => column.scrollTo(0, column.scrollHeight));
  else await answer.getByRole('link', { name: more }).click();
}

test('a column reads on as it is scrolled, with a press, and when it runs dry', async ({ open, api }) => {
  const ids = await offers(api, 120);
  const kitchen = await open(NAPOLI);
  const answer = column(kitchen, 'To answer');
  const reject = (id: string) => api.post(`/api/orders/${id}/supplier-respond`, { accept: false, notes: 'Sold out' });
  await expect(answer.locator('header .count')).toHaveText('120');
  // The server has rendered what a screen shows. The live page has read on by itself.
  expect((await (await kitchen.request.get(NAPOLI)).text()).match(/<article/g)).toHaveLength(6);
  await expect(entries(kitchen)).toHaveCount(50);
  await readOn(kitchen, '70 more');
  await expect(entries(kitchen)).toHaveCount(100);
  // Its connection has stayed, and what happens is shown.
  await reject(ids[0]);
  await expect(entries(kitchen)).toHaveCount(99);
  await expect(answer.locator('header .count')).toHaveText('119');
  // A new one is counted, and waits beyond the window.
  await api.offer('Pizza 120');
  await expect(answer.getByRole('link', { name: '21 more' })).toHaveCount(1);
  for (const id of ids.slice(1, 51)) await reject(id);
  await expect(entries(kitchen)).toHaveCount(70);
  await expect(answer.locator('header .count')).toHaveText('70');
  await expect(answer.getByRole('link', { name: /more$/ })).toHaveCount(0);
});

test('a device that was offline keeps what it has read', async ({ open, api }) => {
  await offers(api, 60);
  const kitchen = await open(NAPOLI);
  await readOn(kitchen, '10 more');
  await expect(entries(kitchen)).toHaveCount(60);
  await kitchen.context().setOffline(true);
  await expect(kitchen.getByText(/^(Reconnecting…|Stale)$/)).toBeVisible();
  await api.offer('While away');
  await kitchen.context().setOffline(false);
  await hydrated(kitchen);
  await expect(entries(kitchen)).toHaveCount(61);
});

test('panels of one tab show what they are about', async ({ open, api }) => {
  const ready = await api.taken('Diavola');
  for (const status of ['preparing', 'ready']) await api.status(ready.id, status);
  await api.accepted('Hawaii', { supplier_name: 'Forno' });
  const page = await open(NAPOLI);
  await mark([page]);
  await expect(ticket(page, 'Hawaii')).toHaveCount(0);
  await page.getByRole('link', { name: /^Customer/ }).click();
  await expect(ticket(page, 'Hawaii')).toBeVisible();
  await expect(page.getByRole('main')).toBeFocused();
  await page.getByRole('link', { name: /^Dispatch/ }).click();
  await expect(ticket(page, 'Diavola')).toBeVisible();
  await page.getByRole('link', { name: /^Orders/ }).click();
  await expect(page.getByRole('row').filter({ has: page.getByRole('cell') })).toHaveCount(2);
  await page.goBack();
  await page.goBack();
  await hydrated(page);
  // Each follows its events.
  await api.accepted('Marinara');
  await expect(ticket(page, 'Marinara')).toBeVisible();
  await isSame([page]);
});

test('dispatch and the list of orders begin with a screenful, and read on by themselves', async ({ open, api, browser, market }) => {
  const until = async (status: string) => {
    const { id } = await api.taken('Diavola');
    for (const step of ['preparing', 'ready']) await api.status(id, step);
    if (status !== 'ready') await api.post(`/api/orders/${id}/dispatch`, { driver_name: 'Jonas' });
  };
  for (let n = 0; n < 30; n++) await until('ready');
  for (let n = 0; n < 20; n++) await until('dispatched');
  const dispatch = await open('/dispatch');
  const first = await (await dispatch.request.get('/dispatch')).text();
  expect(first.match(/<article/g)).toHaveLength(24);
  expect(first).toContain('18 more');
  const waiting = dispatch.locator('#waiting > ol > li');
  await expect(waiting).toHaveCount(30);
  await expect(dispatch.getByRole('region', { name: 'Jonas' }).getByRole('listitem')).toHaveCount(20);
  // What stands last is assigned as what stood there first is.
  await waiting.last().getByRole('combobox').selectOption('Jonas');
  await waiting.last().getByRole('button', { name: /^Assign/ }).click();
  await expect(dispatch.locator('#waiting header .count')).toHaveText('29');
  const orders = await open('/orders');
  expect((await (await orders.request.get('/orders')).text()).match(/<tr data-status/g)).toHaveLength(40);
  await expect(orders.getByRole('row').filter({ has: orders.getByRole('cell') })).toHaveCount(50);
  // Without the program, what "…" holds of a ticket is on its page.
  const still = await (await browser.newContext({ javaScriptEnabled: false, baseURL: market.url })).newPage();
  await still.goto('/dispatch');
  const ticket = still.getByRole('region', { name: 'Jonas' }).getByRole('article').last();
  await ticket.locator('summary').click();
  await ticket.getByRole('link', { name: 'step back, another driver' }).click();
  await expect(still.getByRole('button', { name: /^Give it to them/ })).toBeVisible();
  await still.context().close();
});

test('offers beyond the page are found and read', async ({ open, api }) => {
  await api.accepted('The first');
  for (let n = 0; n < 50; n++) await api.accepted('Margherita');
  const customer = await open('/customer');
  await expect(customer.getByText(/^51 pizzas/)).toBeVisible();
  await expect(customer.getByRole('article')).toHaveCount(48);
  await customer.getByRole('searchbox').fill('the first');
  await expect(customer.getByRole('article')).toHaveCount(1);
  await expect(ticket(customer, 'The first')).toBeVisible();
  await customer.getByRole('searchbox').fill('');
  // They are read as the reader gets there.
  await expect(async () => {
    await customer.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
    await expect(customer.getByRole('article')).toHaveCount(51, { timeout: 500 });
  }).toPass();
});

test('every driver can be chosen from a list that begins with the newest orders', async ({ open, api }) => {
  const { id } = await api.taken('Diavola');
  for (const status of ['preparing', 'ready']) await api.status(id, status);
  await api.post(`/api/orders/${id}/dispatch`, { driver_name: 'Jonas' });
  await offers(api, 110);
  const page = await open('/orders');
  const driver = page.getByLabel('Driver');
  if (!(await driver.isVisible())) await page.getByText('Supplier, driver, time').click();
  await driver.selectOption('Jonas');
  await expect(page.getByRole('row', { name: 'Diavola' })).toBeVisible();
});

test('the home page needs no connection', async ({ open, api }) => {
  await api.offer('Margherita');
  const page = await open('/');
  await expect(page.getByRole('link', { name: 'Supplier 1 to do now' })).toBeVisible();
  await page.getByRole('link', { name: /^Supplier 1/ }).click();
  await hydrated(page);
  await expect(ticket(page, 'Margherita')).toBeVisible();
});

test('a panel that is not shown counts what rings there, until this device has heard of it', async ({ open, api }) => {
  // The device belongs to this kitchen.
  const page = await open(NAPOLI);
  const kitchen = (number: number) => page.getByRole('link', { name: `Supplier ${number} to do now` });
  const orders = page.getByRole('link', { name: /^Orders/ });
  await orders.click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Orders');
  await expect(kitchen(0)).toBeVisible();
  await api.offer('Margherita');
  await api.taken('Diavola');
  // Another kitchen's.
  await api.offer('Hawaii', { supplier_name: 'Forno' });
  await expect(kitchen(2)).toBeVisible();
  await kitchen(2).click();
  await page.getByRole('button', { name: 'Silence all' }).click();
  await expect(kitchen(1)).toBeVisible();
  await orders.click();
  await page.reload();
  await hydrated(page);
  await expect(kitchen(1)).toBeVisible();
  await api.taken('Capricciosa');
  await expect(kitchen(2)).toBeVisible();
});

test('the numbers in the navigation are those of the market, whatever a page hears', async ({ open, api }) => {
  for (const path of ['/', NAPOLI]) {
    const page = await open(path);
    const link = (number: number) => page.getByRole('link', { name: `Dispatch ${number} to do now` });
    await expect(link(path === '/' ? 0 : 1)).toBeVisible();
    const { id } = await api.accepted('Diavola', { supplier_name: 'Forno' });
    await api.post(`/api/orders/${id}/customer-accept`, { customer_name: 'Ana', delivery_address: 'Kurze Gasse 1' });
    for (const status of ['preparing', 'ready']) await api.status(id, status);
    await expect(link(path === '/' ? 1 : 2)).toBeVisible();
  }
});
