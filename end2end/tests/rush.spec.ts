// Fast input: before hydration, double presses, and going back.
import { hydrated, column, expect, frames, newOffer, test, ticket } from '../world';

// Browsers log refused requests.
test.use({ allowed: /status of (404|409|412|422) / });

test('a second press at the same place is ignored', async ({ open, api }) => {
  for (const pizza of ['Diavola', 'Hawaii']) await api.taken(pizza);
  const kitchen = await open('/supplier');
  const start = column(kitchen, 'To prepare').getByRole('button', { name: 'Start' }).first();
  await start.scrollIntoViewIfNeeded();
  const box = (await start.boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await kitchen.mouse.click(x, y);
  // Where the ticket was, nothing acts at first; the one below stays where it is.
  await expect(column(kitchen, 'In the oven').getByRole('article')).toHaveCount(1);
  await kitchen.mouse.click(x, y);
  await frames(kitchen, 5);
  await expect(column(kitchen, 'In the oven').getByRole('article')).toHaveCount(1);
  await expect(column(kitchen, 'To prepare').getByRole('article')).toHaveCount(1);
});

test('text typed before the page is hydrated stays', async ({ browser, market, contextOptions, viewport }) => {
  const page = await (await browser.newContext({ ...contextOptions, viewport, baseURL: market.url })).newPage();
  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  await page.route(/\.wasm$/, async (route) => held.then(() => route.continue()));
  await page.goto('/supplier');
  await newOffer(page);
  await page.getByRole('combobox', { name: 'Pizza' }).fill('Early');
  await page.getByLabel('Your price').fill('7.70');
  await page.getByLabel('Markup').fill('40');
  release();
  await hydrated(page);
  await expect(page.getByRole('combobox', { name: 'Pizza' })).toHaveValue('Early');
  await expect(page.getByLabel('Your price')).toHaveValue('7.70');
  await expect(page.getByText('€10.78')).toBeVisible();
  await page.context().close();
});

test('going back before the page is hydrated leads to the right page', async ({ browser, market, contextOptions, viewport }) => {
  const page = await (await browser.newContext({ ...contextOptions, viewport, baseURL: market.url })).newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto('/orders');
  await hydrated(page);
  await page.getByRole('link', { name: /^In the oven/ }).click();
  await expect(page).toHaveURL(/status=preparing/);
  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  await page.route(/\.wasm$/, async (route) => held.then(() => route.continue()));
  await page.reload({ waitUntil: 'commit' });
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Orders');
  await page.evaluate(() => history.back());
  await expect(page).not.toHaveURL(/status=preparing/);
  release();
  await hydrated(page);
  await expect(page.getByRole('link', { name: /^All/ })).toHaveAttribute('aria-current', 'true');
  expect(errors).toEqual([]);
  await page.context().close();
});

test('taking an offer far down the list begins at its form', async ({ open, api }) => {
  for (let n = 0; n < 12; n++) await api.accepted(`Pizza ${n}`);
  const customer = await open('/customer');
  await customer.getByRole('link', { name: /^Order this ?: Pizza 0 / }).click();
  await expect(customer.getByLabel('Your name')).toBeFocused();
  await expect(customer.getByLabel('Your name')).toBeInViewport();
  await customer.getByLabel('Your name').fill('Ana');
  await customer.getByLabel('Delivery address').fill('Kurze Gasse 1');
  await customer.getByRole('button', { name: /^Order for/ }).click();
  await expect(customer.getByRole('heading', { level: 1 })).toHaveText('Pizza 0 arrives about');
  await customer.goBack();
  await expect(customer.getByText('11 pizzas')).toBeVisible();
  await expect(customer.getByText('Somebody else')).toHaveCount(0);
});

test('a refusal whose ticket has gone is shown in the page’s alert', async ({ open, api }) => {
  const { id } = await api.taken('Diavola');
  const kitchen = await open('/supplier');
  let go = () => {};
  const held = new Promise<void>((done) => (go = done));
  await kitchen.route('**/act/prepare', async (route) => held.then(() => route.continue()));
  await ticket(kitchen, 'Diavola').getByRole('button', { name: 'Start' }).click();
  await api.status(id, 'cancelled');
  await expect(ticket(kitchen, 'Diavola')).toHaveCount(0);
  go();
  await expect(kitchen.getByRole('alert')).toContainText(/Diavola .*Somebody was faster: it has been cancelled/);
});
