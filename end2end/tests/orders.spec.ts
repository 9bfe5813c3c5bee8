// The orders panel: filters, a list of any length, the stage times, one order at any of its events, and the CSV export.
import { type Page } from '@playwright/test';
import { type Api, frames, hydrated, expect, isSame, mark, olderOrders, test, wider } from '../world';

const rows = (page: Page) => page.getByRole('row').filter({ has: page.getByRole('link') }).filter({ hasNot: page.getByRole('columnheader') });

/** Offers `count` orders, several at a time, and then the newest one. */
async function many(api: Api, count: number, finish = false) {
  let made = 0;
  const make = async () => {
    while (made < count) {
      const { id } = await api.offer(`Number ${++made}`);
      if (finish) await api.status(id, 'cancelled');
    }
  };
  await Promise.all(Array.from({ length: 8 }, make));
  return api.offer('The newest');
}

async function unfold(page: Page) {
  if (!(await page.getByLabel('Placed after').isVisible())) await page.getByText('Supplier, driver, time').click();
}

/** Scrolls as a wheel does, until `seen` is true. */
async function scrollDown(page: Page, seen: () => Promise<boolean>) {
  await expect(async () => {
    await page.evaluate(() => window.scrollBy(0, innerHeight * 3));
    expect(await seen()).toBe(true);
  }).toPass({ intervals: [20] });
}

test('a long list has only the rows near the view, and counts them all', async ({ open, api }) => {
  await many(api, 450);
  const page = await open('/orders');
  // It is not known yet.
  await expect(page.getByRole('table')).toHaveAttribute('aria-rowcount', '-1');
  await expect.poll(() => rows(page).count()).toBeLessThan(150);
  await expect(page.getByRole('row', { name: 'The newest' })).toHaveAttribute('aria-rowindex', '2');
  const height = () => page.evaluate(() => document.documentElement.scrollHeight);
  await scrollDown(page, async () => (await rows(page).last().getAttribute('aria-rowindex')) === '452');
  await expect(page.getByRole('table')).toHaveAttribute('aria-rowcount', '452');
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
  await expect(rows(page).last()).toBeInViewport();
  const whole = await height();
  expect(await rows(page).count()).toBeLessThan(150);
  await page.evaluate(() => window.scrollTo(0, 0));
  await expect(page.getByRole('row', { name: 'The newest' })).toBeInViewport();
  // Rows that are not rendered keep their height.
  expect(Math.abs((await height()) - whole) / whole).toBeLessThan(0.05);
  await page.getByLabel('Search all text').fill('"number 33"');
  await expect(rows(page)).toHaveCount(11);
  await expect(page.getByRole('link', { name: 'All 11' })).toBeVisible();
});

test('new rows above do not move the rows in view', async ({ open, api }) => {
  await many(api, 300);
  const page = await open('/orders');
  await expect.poll(() => rows(page).count()).toBeLessThan(150);
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight / 2));
  const middle = () => page.evaluate(() => document.elementFromPoint(innerWidth / 3, innerHeight / 2)!.closest('tr')?.innerText.match(/Number \d+/)?.[0]);
  await expect.poll(middle).toBeTruthy();
  const read = page.getByRole('row', { name: (await middle())!, exact: false }).first();
  const link = read.getByRole('link');
  await link.focus();
  const before = (await read.boundingBox())!.y;
  for (let n = 0; n < 3; n++) await api.offer(`Fresh ${n}`);
  const news = page.getByRole('button', { name: '3 new orders' });
  await expect(news).toBeVisible();
  await expect(link).toBeFocused();
  expect(Math.abs((await read.boundingBox())!.y - before)).toBeLessThan(10);
  await news.click();
  await expect(page.getByRole('row', { name: 'Fresh 2' })).toBeInViewport();
  await expect(news).toHaveCount(0);
});

test('what was read before the page is live stays in the list', async ({ open, api }) => {
  await many(api, 300);
  const page = await open('/');
  // The live channel of a slow network.
  let connect = () => {};
  const until = new Promise<void>(resolve => (connect = resolve));
  await page.routeWebSocket(/\/ws/, async socket => {
    await until;
    socket.connectToServer();
  });
  await page.goto('/orders');
  // Before it is live, a list reads on where somebody asks it to.
  const asked = () => page.getByRole('link', { name: 'Older orders' }).evaluate((link: HTMLElement) => new Promise((done) => {
    const heard = (event: Event) => {
      done(event.defaultPrevented);
      event.preventDefault();
    };
    addEventListener('click', heard, { once: true });
    link.click();
  }));
  await expect.poll(asked).toBe(true);
  const last = () => rows(page).last().getAttribute('aria-rowindex');
  await scrollDown(page, async () => Number(await last()) > 120);
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight / 2));
  const middle = () => page.evaluate(() => document.elementFromPoint(innerWidth / 3, innerHeight / 2)?.closest('tr')?.innerText.match(/Number \d+/)?.[0]);
  await expect.poll(middle).toBeTruthy();
  await frames(page, 5);
  const read = page.getByRole('row', { name: new RegExp(`${await middle()}\\b`) });
  const before = (await read.boundingBox())!.y;
  const height = () => page.evaluate(() => document.documentElement.scrollHeight);
  const whole = await height();
  connect();
  await hydrated(page);
  await frames(page, 20);
  expect(Math.abs((await read.boundingBox())!.y - before)).toBeLessThan(10);
  expect(await height()).toBeGreaterThan(0.95 * whole);
});

test('older orders load while scrolling', async ({ open, api }) => {
  await api.offer('The first');
  await many(api, 620, true);
  const page = await open('/orders');
  await olderOrders(page);
  await hydrated(page);
  await expect(page).toHaveURL(/below=/);
  await scrollDown(page, async () => page.getByRole('row', { name: 'The first' }).isVisible());
  expect(await rows(page).count()).toBeLessThan(200);
  await expect(page.getByRole('link', { name: 'Older orders' })).toHaveCount(0);
  await page.getByRole('link', { name: 'All 622' }).click();
  await expect(page.getByRole('row', { name: 'The newest' })).toBeVisible();
});

test('older orders join the list, which says where it ends', async ({ open, api }) => {
  await api.offer('The first');
  await many(api, 320, true);
  const page = await open('/orders');
  await mark([page]);
  await expect(rows(page)).toHaveCount(100);
  const older = page.getByRole('link', { name: 'Older orders' });
  // Of a long list, the rows that are far from the window are only as high.
  const height = () => page.getByRole('table').evaluate((table: HTMLElement) => table.offsetHeight);
  const before = await height();
  // Without scrolling there, which would read on as well.
  await older.dispatchEvent('click');
  await expect.poll(height).toBeGreaterThan(1.5 * before);
  await scrollDown(page, async () => page.getByRole('row', { name: 'The first' }).isVisible());
  await expect(page.getByText('No older orders.')).toBeVisible();
  await expect(older).toHaveCount(0);
  await expect(page).toHaveURL(/\/orders$/);
  await page.evaluate(() => window.scrollTo(0, 0));
  await expect(page.getByRole('row', { name: 'The newest' })).toBeVisible();
  await isSame([page]);
});

test.describe('where the market does not answer', () => {
  test.use({ allowed: /Failed to load resource/ });

  test('the list says that older orders cannot be read, and reads them when it can', async ({ open, api }) => {
    await many(api, 150);
    const page = await open('/orders');
    // The board of the live page.
    await expect(rows(page)).toHaveCount(100);
    await page.route(/\/search\?/, (route) => route.abort());
    const older = page.getByRole('link', { name: 'Older orders' });
    await older.dispatchEvent('click');
    await expect(page.getByRole('alert')).toContainText('This cannot be read right now.');
    await page.unroute(/\/search\?/);
    await older.dispatchEvent('click');
    await expect(rows(page)).toHaveCount(151);
    await expect(page.getByRole('alert')).toHaveCount(0);
  });
});

test('filters are kept in the address, and follow back and forward', async ({ open, api }) => {
  await api.offer('Margherita');
  const { id } = await api.taken('Diavola');
  for (const status of ['preparing', 'ready']) await api.status(id, status);
  await api.post(`/api/orders/${id}/dispatch`, { driver_name: 'Jonas & Co' });
  await api.offer('Hawaii', { supplier_name: 'Forno', supplier_price: 30 });
  const page = await open('/orders');
  await unfold(page);
  await page.getByLabel('Supplier', { exact: true }).selectOption('Forno');
  await expect(rows(page)).toHaveCount(1);
  await expect(page).toHaveURL(/supplier=Forno/);
  await expect(page.getByRole('link', { name: 'All 1' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'With driver 0' })).toBeVisible();
  await expect(page.getByRole('link', { name: '1 order as CSV' })).toHaveAttribute('href', '/orders.csv?supplier=Forno');
  await page.getByLabel('Supplier', { exact: true }).selectOption('All');
  await page.getByLabel('Driver').selectOption('Jonas & Co');
  await expect(rows(page)).toHaveCount(1);
  await page.reload();
  await hydrated(page);
  await expect(rows(page)).toHaveCount(1);
  await expect(page.getByLabel('Driver')).toHaveValue('Jonas & Co');
  await page.getByLabel('Driver').selectOption('All');
  await page.getByLabel('Placed before').fill('2020-01-01T12:00');
  await expect(page.getByRole('heading', { name: 'No order matches' })).toBeVisible();
  await page.getByLabel('Placed before').fill('');
  await expect(rows(page)).toHaveCount(3);
  await page.getByLabel('Sort').selectOption('Highest price first');
  await expect(rows(page).first()).toContainText('Hawaii');
  await page.getByLabel('Sort').selectOption('Oldest first');
  await expect(rows(page).first()).toContainText('Margherita');
  await page.getByRole('link', { name: 'To answer 2' }).click();
  await expect(rows(page)).toHaveCount(2);
  await expect(page).toHaveURL(/status=pending_supplier&sort=oldest/);
  await page.goBack();
  await expect(rows(page)).toHaveCount(3);
});

test('a row has the number, the driver and the promise of its order', async ({ open, api }) => {
  const { id, times } = await api.taken('Diavola');
  for (const status of ['preparing', 'ready']) await api.status(id, status);
  await api.offer('Hawaii');
  const page = await open('/orders', { timezoneId: 'UTC' });
  const row = page.getByRole('row', { name: 'Diavola' });
  const cell = (name: string) => row.locator(`.${name}`);
  await expect(cell('number')).toHaveText(id.slice(-4).toUpperCase());
  // 25 minutes after a customer took it.
  const promised = new Date(Date.parse(times.customer_accepted) + 25 * 60_000);
  await expect(cell('promise').locator('time')).toHaveText(new RegExp(`${promised.toISOString().slice(11, 16)}$`));
  await expect(cell('promise').locator('.late')).toHaveText('');
  await expect(cell('driver')).toHaveText('');
  await api.post(`/api/orders/${id}/dispatch`, { driver_name: 'Jonas' });
  await expect(cell('driver')).toHaveText('Jonas');
  await expect(page.getByRole('row', { name: 'Hawaii' }).locator('.promise')).toHaveText('');
  for (const width of [320, 390, 700, 820, 1024, 1280, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    await frames(page, 2);
    expect(await wider(page), `${width}`).toEqual([]);
    const box = (await row.boundingBox())!;
    for (const name of ['number', 'when', 'state', 'lead', 'sup', 'cust', 'driver', 'promise', 'money']) {
      const part = (await cell(name).boundingBox())!;
      expect(part.x >= box.x - 1 && part.x + part.width <= box.x + box.width + 1, `${name} at ${width}`).toBe(true);
    }
  }
});

test('filters are whole and their lines even in German', async ({ open, api }) => {
  await api.offer('Diavola');
  const page = await open('/orders', { locale: 'de-DE' });
  for (const width of [820, 1024, 1280, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    await frames(page, 2);
    const cut = await page.getByLabel('Sortieren').evaluate((select: HTMLSelectElement) => {
      const style = getComputedStyle(select), pen = document.createElement('canvas').getContext('2d')!;
      pen.font = style.font;
      const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      return [...select.options].map(({ text }) => text).filter((text) => pen.measureText(text).width > room + 1);
    });
    expect(cut, `${width}`).toEqual([]);
    const lines = await page.locator('.by-status').evaluate((list) => {
      const chips = new Map<number, number>();
      for (const { top } of [...list.children].map((chip) => chip.getBoundingClientRect())) chips.set(top, (chips.get(top) ?? 0) + 1);
      return [...chips.values()];
    });
    expect(Math.max(...lines) - Math.min(...lines), `${width}: ${lines}`).toBeLessThanOrEqual(2);
  }
});

test('the CSV file holds what the page shows', async ({ open, api }) => {
  await api.offer('Margherita');
  await api.accepted('=1+1');
  const page = await open('/orders?status=supplier_accepted');
  const started = page.waitForEvent('download');
  await page.getByRole('link', { name: '1 order as CSV' }).click();
  const file = await started;
  expect(file.suggestedFilename()).toMatch(/^orders-20\d\d-\d\d-\d\d\.csv$/);
  let text = '';
  for await (const part of await file.createReadStream()) text += part;
  expect(text.trim().split('\r\n')).toHaveLength(2);
  expect(text).toContain(`"'=1+1"`);
});

test('the server reads each time with the offset of its day', async ({ open, api }) => {
  await api.offer('Diavola');
  const page = await open('/orders', { timezoneId: 'Europe/Berlin' });
  const { value } = (await page.context().cookies()).find(({ name }) => name === 'zone')!;
  const [first, ...changes] = value.split('_');
  const offset = (time: string) => {
    const begun = changes.map((change) => change.split('@').map(Number)).filter(([, at]) => at * 60_000 <= Date.parse(time));
    return begun.at(-1)?.[0] ?? Number(first);
  };
  expect(['2024-01-15T12:00Z', '2024-07-15T12:00Z', '2024-10-27T00:59Z', '2024-10-27T01:00Z'].map(offset)).toEqual([60, 120, 120, 60]);
  // The page that the server renders next has the times that this one shows.
  const shown = await page.getByRole('row', { name: 'Diavola' }).locator('time').first().innerText();
  expect(shown).toMatch(/^\d\d:\d\d$/);
  expect(await (await page.request.get('/orders')).text()).toContain(`>${shown}<`);
});

test('a first visit reads the times of its filter in the zone of the reader', async ({ open, api }) => {
  const past = async (pizza: string) => api.status((await api.offer(pizza)).id, 'cancelled');
  await past('The first');
  for (let some = 0; some < 5; some++) await Promise.all(Array.from({ length: 21 }, () => past('Margherita')));
  // An hour ago, where it is nine hours later than in UTC. The server knows no zone yet, and finds nothing.
  const from = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 16);
  const page = await open(`/orders?q=The%20first&from=${from}`, { timezoneId: 'Asia/Tokyo' });
  await expect(rows(page)).toHaveCount(1);
});

test('an order is shown as it was at any of its events', async ({ open, api }) => {
  const { id } = await api.taken('Diavola');
  await api.status(id, 'preparing');
  const page = await open('/orders');
  const list = page.getByRole('table');
  await expect(list).toBeVisible();
  await page.getByRole('link', { name: 'Diavola' }).click();
  const order = page.getByRole('complementary', { name: 'One order' });
  // Beside the list, where there is room for both; else it is the page.
  for (const part of [list, page.getByRole('searchbox')]) await expect(part).toBeVisible({ visible: page.viewportSize()!.width >= 1280 });
  await expect(page).toHaveTitle('Diavola · In the oven · Orders · Pizza Market');
  const slider = order.getByRole('slider', { name: 'Replay' });
  await expect(slider).toHaveAttribute('aria-valuetext', /^Event 4 of 4: In the oven, \d\d:\d\d$/);
  await slider.focus();
  await slider.press('ArrowLeft');
  await slider.press('ArrowLeft');
  await expect(slider).toBeFocused();
  await expect(slider).toHaveAttribute('aria-valuetext', /^Event 2 of 4: Accepted/);
  await expect(page).toHaveURL(/at=2/);
  await expect(order.getByText(/^as it was at \d\d:\d\d$/)).toBeVisible();
  await expect(order.getByText('On offer', { exact: true })).toBeVisible();
  await expect(order.getByText('Kurze Gasse 1', { exact: true })).toHaveCount(0);
  // A new event does not change the event that is shown.
  await api.status(id, 'ready');
  await expect(slider).toHaveAttribute('aria-valuetext', /^Event 2 of 5/);
  await expect(slider).toBeFocused();
  await page.reload();
  await hydrated(page);
  await expect(slider).toHaveValue('2');
  await order.getByRole('link', { name: 'Back to now' }).click();
  await expect(order.getByText('Ready', { exact: true }).first()).toBeVisible();
  await expect(order.getByText('Kurze Gasse 1', { exact: true })).toBeVisible();
  await order.getByRole('link', { name: 'Offered: as it was then' }).click();
  await expect(slider).toHaveValue('1');
  await order.getByRole('link', { name: 'Close this order' }).click();
  await expect(order).toHaveCount(0);
  await expect(list).toBeVisible();
  await expect(page.getByRole('link', { name: 'Diavola' })).toBeFocused();
});

test('Esc closes an order', async ({ open, api }) => {
  const { id } = await api.offer('Diavola');
  const page = await open(`/orders/${id}?q=diavola`);
  const order = page.getByRole('complementary', { name: 'One order' });
  await expect(order).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(order).toHaveCount(0);
  await expect(page).toHaveURL(/\/orders\?q=diavola$/);
});

test('a search ignores accents and case, and takes several words across fields', async ({ open, api }) => {
  await api.offer('Diavola', { supplier_name: 'Pizzeria Ćiro' });
  await api.offer('Diavola', { supplier_name: 'Forno' });
  const page = await open('/orders?q=CIRO%20diavola');
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText('Ćiro');
});

test('the stage times are measured', async ({ open, api }) => {
  const page = await open('/orders');
  if (!(await page.getByText('Nothing has been measured yet.').isVisible())) await page.getByText('Pace of the last 24 hours').first().click();
  await expect(page.getByText('Nothing has been measured yet.')).toBeVisible();
  await api.taken('Diavola');
  // It appears without a reload.
  await expect(page.getByRole('img', { name: /^From 1 at \d\d:\d\d to 1 now/ })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Answer' })).toBeVisible();
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false, allowed: /preloaded using link preload/ });

  test('filters are a form, and an order’s moments are links', async ({ open, api }) => {
    await api.offer('Margherita', { supplier_name: 'Forno' });
    await api.taken('Diavola');
    const page = await open('/orders');
    await unfold(page);
    await page.getByLabel('Supplier', { exact: true }).selectOption('Bella Napoli');
    await page.getByLabel('Sort').selectOption('Oldest first');
    await page.getByRole('button', { name: 'Show' }).click();
    await expect(rows(page)).toHaveCount(1);
    await expect(page.getByLabel('Supplier', { exact: true })).toHaveValue('Bella Napoli');
    await page.getByRole('link', { name: 'Diavola' }).click();
    await page.getByRole('link', { name: 'Accepted: as it was then' }).click();
    await expect(page.getByText(/^as it was at \d\d:\d\d UTC$/)).toBeVisible();
    await expect(page.getByText('(later)')).toHaveCount(1);
    await page.getByRole('link', { name: 'Back to now' }).click();
    await expect(page.getByText('(later)')).toHaveCount(0);
    await page.goto('/orders?status=customer_accepted');
    await expect(rows(page)).toHaveCount(1);
  });
});
