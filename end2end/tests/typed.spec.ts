// What is typed stays until it is sent: in another language or look, after another panel, after a reload.
import { type Locator, type Page } from '@playwright/test';
import { type Api, expect, hydrated, newOffer, test, ticket } from '../world';

const NAPOLI = '/supplier?kitchen=Bella%20Napoli';

// Browsers log refused requests.
test.use({ allowed: /status of 422 / });

type Texts = Record<string, string>;

/** A field, by its form and its name, in any language. */
function field(page: Page, form: string, name: string) {
  return page.locator(`[id="${form}-${name}"]`);
}

async function type(page: Page, form: string, texts: Texts) {
  for (const [name, text] of Object.entries(texts)) await field(page, form, name).fill(text);
}

async function has(page: Page, form: string, texts: Texts) {
  for (const [name, text] of Object.entries(texts)) await expect(field(page, form, name)).toHaveValue(text);
}

/** Changes everything around the forms, and back. After each change, `look` looks whether they are as they were. */
async function changeAll(page: Page, look: () => Promise<void>) {
  for (const choice of ['Deutsch', 'English', 'Dark', 'Compact']) {
    const button = page.getByRole('button', { name: choice, exact: true });
    await page.getByRole('button', { name: /^(Look and language|Aussehen und Sprache)$/ }).click();
    // The page loads again; until then the old one still shows Live.
    await Promise.all([page.waitForEvent('load'), button.click()]);
    await hydrated(page);
    // The settings stay open while one chooses, and cover what is below them on a phone.
    await page.keyboard.press('Escape');
    await look();
  }
  await page.getByRole('navigation', { name: 'Panels' }).getByRole('link', { name: /^Orders/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Orders');
  await page.goBack();
  await look();
  await reload(page);
  await look();
}

async function reload(page: Page) {
  await page.reload();
  await hydrated(page);
}

/** What the tab keeps of the forms whose id begins like this. */
function kept(page: Page, form: string) {
  return page.evaluate((form) => {
    const all = new URLSearchParams(sessionStorage.getItem('typed') ?? '');
    return [...all].filter(([field]) => field.startsWith(form));
  }, form);
}

/** Opens what is folded, unless it is open. */
async function unfolded(details: Locator) {
  if (!(await details.evaluate((details: HTMLDetailsElement) => details.open))) await details.locator('> summary').click();
}

async function ready(api: Api, pizza: string) {
  const { id } = await api.taken(pizza);
  await api.status(id, 'preparing');
  await api.status(id, 'ready');
  return id;
}

/** Makes a driver known, and free. */
async function driver(api: Api, name: string) {
  const id = await ready(api, `First of ${name}`);
  await api.post(`/api/orders/${id}/dispatch`, { driver_name: name });
  for (const status of ['in_transit', 'delivered']) await api.status(id, status);
}

test('a new offer', async ({ open }) => {
  const kitchen = await open(NAPOLI);
  await newOffer(kitchen);
  const texts = { pizza_name: 'Diavola', supplier_price: '9,50', markup_percentage: '40', estimated_time: '35' };
  await type(kitchen, 'offer', texts);
  await changeAll(kitchen, async () => {
    await has(kitchen, 'offer', texts);
    // What follows from it is there, too, and nobody has to look for it.
    await expect(kitchen.getByText('13,30 €').or(kitchen.getByText('€13.30')).first()).toBeVisible();
  });
  await kitchen.getByRole('button', { name: 'Offer it' }).click();
  await expect(ticket(kitchen, 'Diavola')).toHaveCount(1);
  await expect.poll(() => kept(kitchen, 'offer')).toEqual([]);
  await reload(kitchen);
  await has(kitchen, 'offer', { pizza_name: '', supplier_price: '', markup_percentage: '30', estimated_time: '25' });
});

test('the kitchen of a new offer, and of a device', async ({ open }) => {
  const kitchen = await open('/supplier');
  await kitchen.locator('#ask-kitchen').fill('Forno');
  await newOffer(kitchen);
  await type(kitchen, 'offer', { supplier_name: 'Bella Napoli' });
  await changeAll(kitchen, async () => {
    await has(kitchen, 'offer', { supplier_name: 'Bella Napoli' });
    await expect(kitchen.locator('#ask-kitchen')).toHaveValue('Forno');
  });
  // The open form may lie over the question.
  await kitchen.locator('#ask-kitchen').press('Enter');
  await expect(kitchen).toHaveURL(/kitchen=Forno$/);
  expect(await kept(kitchen, 'ask')).toEqual([]);
});

test('the minutes and the note of an answer', async ({ open, api }) => {
  const { id } = await api.offer('Diavola');
  const form = `respond-${id}`;
  const kitchen = await open(NAPOLI);
  const diavola = ticket(kitchen, 'Diavola');
  await diavola.getByLabel(/^More: note/).click();
  await type(kitchen, form, { notes: 'Contains nuts' });
  await diavola.getByRole('button', { name: '5 minutes more' }).click();
  await changeAll(kitchen, async () => {
    await has(kitchen, form, { estimated_time: '30', notes: 'Contains nuts' });
    // It is open, so that it is found again.
    await expect(field(kitchen, form, 'notes')).toBeVisible();
  });
  await diavola.getByRole('button', { name: 'Accept' }).click();
  await expect.poll(() => kept(kitchen, form)).toEqual([]);
  expect(await api.get(id)).toMatchObject({ estimated_delivery_time: 30, supplier_notes: 'Contains nuts' });
});

test('the reasons of a rejection, in each language', async ({ open, api }) => {
  const { id } = await api.offer('Diavola');
  const form = `reject-${id}`;
  const kitchen = await open(NAPOLI);
  const diavola = ticket(kitchen, 'Diavola');
  await diavola.getByLabel(/^More: note/).click();
  await diavola.getByText('Reject…').click();
  await diavola.getByText('Oven full').click();
  await type(kitchen, form, { notes: 'Until nine' });
  await changeAll(kitchen, async () => {
    for (const fold of [0, 1]) await unfolded(diavola.locator('details').nth(fold));
    await expect(diavola.getByRole('radio', { name: /(Oven full|Ofen voll)$/ })).toBeChecked();
    await has(kitchen, form, { notes: 'Until nine' });
  });
  await diavola.getByRole('button', { name: 'Reject this pizza' }).click();
  await expect.poll(() => kept(kitchen, form)).toEqual([]);
  expect(await api.get(id)).toMatchObject({ supplier_notes: 'Oven full. Until nine' });
});

test('the reason of a cancellation', async ({ open, api }) => {
  const { id } = await api.taken('Diavola');
  await api.status(id, 'preparing');
  const form = `supplier-cancel-${id}`;
  const kitchen = await open(NAPOLI);
  const diavola = ticket(kitchen, 'Diavola');
  await diavola.getByLabel(/^More: step back/).click();
  await type(kitchen, form, { notes: 'It fell' });
  await changeAll(kitchen, async () => {
    await unfolded(diavola.locator('details').first());
    await has(kitchen, form, { notes: 'It fell' });
  });
  await diavola.getByRole('button', { name: 'Cancel this pizza' }).click();
  await expect.poll(() => kept(kitchen, form)).toEqual([]);
  expect(await api.get(id)).toMatchObject({ status: 'cancelled', supplier_notes: 'It fell' });
});

test('an order’s name and address, for any offer', async ({ open, api }) => {
  const { id } = await api.accepted('Diavola');
  const other = await api.accepted('Hawaii');
  const texts = { customer_name: 'Ana', delivery_address: 'Kurze Gasse 1\n2nd floor' };
  const customer = await open(`/customer?take=${id}`);
  await type(customer, 'take', texts);
  await changeAll(customer, () => has(customer, 'take', texts));
  await customer.goto(`/customer?take=${other.id}`);
  await hydrated(customer);
  await has(customer, 'take', texts);
  await customer.getByRole('button', { name: /^Order for/ }).click();
  await expect(customer.getByRole('heading', { level: 1 })).toHaveText('Hawaii arrives about');
  await customer.goto(`/customer?take=${id}`);
  await hydrated(customer);
  await has(customer, 'take', { customer_name: '', delivery_address: '' });
});

test('the driver of one order, and of several', async ({ open, api }) => {
  for (const name of ['Giulia', 'Jonas']) await driver(api, name);
  const [diavola, hawaii] = [await ready(api, 'Diavola'), await ready(api, 'Hawaii')];
  const dispatch = await open('/dispatch');
  const box = (pizza: string) => ticket(dispatch, pizza).getByRole('checkbox');
  // Not the one who is suggested.
  await expect(field(dispatch, `dispatch-${diavola}`, 'driver_name')).toHaveValue('Jonas');
  await field(dispatch, `dispatch-${diavola}`, 'driver_name').selectOption('Giulia');
  await field(dispatch, `dispatch-${hawaii}`, 'driver_name').selectOption('New driver…');
  await type(dispatch, `dispatch-${hawaii}`, { new_driver: 'Mia' });
  await box('Diavola').check();
  await field(dispatch, 'dispatch-several', 'driver_name').selectOption('Giulia');
  await changeAll(dispatch, async () => {
    await has(dispatch, `dispatch-${diavola}`, { driver_name: 'Giulia' });
    await has(dispatch, `dispatch-${hawaii}`, { driver_name: ' ', new_driver: 'Mia' });
    await expect(field(dispatch, `dispatch-${hawaii}`, 'new_driver')).toBeVisible();
    await expect(box('Diavola')).toBeChecked();
    await expect(box('Hawaii')).not.toBeChecked();
    await has(dispatch, 'dispatch-several', { driver_name: 'Giulia' });
  });
  await ticket(dispatch, 'Hawaii').getByRole('button', { name: 'Assign' }).click();
  await expect.poll(() => kept(dispatch, `dispatch-${hawaii}`)).toEqual([]);
  await dispatch.getByRole('button', { name: 'Assign 1' }).click();
  await expect.poll(() => kept(dispatch, 'dispatch-several')).toEqual([]);
  expect(await api.get(hawaii)).toMatchObject({ driver_name: 'Mia' });
  expect(await api.get(diavola)).toMatchObject({ driver_name: 'Giulia' });
  // What can no longer be sent is not kept.
  for (const status of ['in_transit', 'delivered']) await api.status(diavola, status);
  await expect.poll(() => kept(dispatch, 'dispatch')).toEqual([]);
});

test('another driver of an order', async ({ open, api }) => {
  await driver(api, 'Giulia');
  const id = await ready(api, 'Diavola');
  await api.post(`/api/orders/${id}/dispatch`, { driver_name: 'Jonas' });
  const form = `reassign-${id}`;
  const dispatch = await open('/dispatch');
  const more = ticket(dispatch, 'Diavola').locator('details').first();
  await unfolded(more);
  await field(dispatch, form, 'driver_name').selectOption('New driver…');
  await type(dispatch, form, { new_driver: 'Mia' });
  await changeAll(dispatch, async () => {
    await unfolded(more);
    await has(dispatch, form, { driver_name: ' ', new_driver: 'Mia' });
  });
  await ticket(dispatch, 'Diavola').getByRole('button', { name: 'Give it to them' }).click();
  await expect.poll(() => kept(dispatch, form)).toEqual([]);
  expect(await api.get(id)).toMatchObject({ driver_name: 'Mia' });
});

test('what a refused form comes back with is newer', async ({ browser, market, contextOptions, viewport }) => {
  const page = await (await browser.newContext({ ...contextOptions, viewport, baseURL: market.url })).newPage();
  await page.goto(NAPOLI);
  await hydrated(page);
  await newOffer(page);
  await type(page, 'offer', { pizza_name: 'Diavola', supplier_price: '9', markup_percentage: '40' });
  // The form is sent before the page is hydrated.
  const program = /\.wasm$/;
  let isHere = false;
  await page.route(program, (route) => (isHere ? route.continue() : undefined));
  await page.reload();
  await newOffer(page);
  const texts = { pizza_name: 'Hawaii', supplier_price: 'much', markup_percentage: '30' };
  await type(page, 'offer', texts);
  isHere = true;
  await page.getByRole('button', { name: 'Offer it' }).click();
  await expect(page.getByText('“much” isn’t a price.')).toBeVisible();
  await hydrated(page);
  await has(page, 'offer', texts);
  // From here on it is kept as if it were typed here.
  await reload(page);
  await has(page, 'offer', texts);
  await page.context().close();
});

test('a refused form keeps its texts, and no key', async ({ open }) => {
  const kitchen = await open(NAPOLI);
  await newOffer(kitchen);
  await type(kitchen, 'offer', { pizza_name: 'Diavola', supplier_price: 'much' });
  await kitchen.getByRole('button', { name: 'Offer it' }).click();
  await expect(kitchen.getByText('“much” isn’t a price.')).toBeVisible();
  expect(await kept(kitchen, 'offer')).toEqual([['offer-pizza_name', 'Diavola'], ['offer-supplier_price', 'much']]);
  const key = kitchen.locator('#offer [name=key]');
  const before = await key.inputValue();
  await reload(kitchen);
  await has(kitchen, 'offer', { pizza_name: 'Diavola', supplier_price: 'much' });
  await expect(key).not.toHaveValue(before);
});

test('a browser that stores nothing keeps nothing, and says nothing of it', async ({ open }) => {
  const kitchen = await open(NAPOLI);
  await kitchen.addInitScript(() => {
    const blocked = () => {
      throw new DOMException('Blocked', 'SecurityError');
    };
    for (const name of ['sessionStorage', 'localStorage']) Object.defineProperty(window, name, { get: blocked });
  });
  await reload(kitchen);
  await newOffer(kitchen);
  await type(kitchen, 'offer', { pizza_name: 'Diavola', supplier_price: '9' });
  await reload(kitchen);
  await has(kitchen, 'offer', { pizza_name: '', supplier_price: '' });
  await newOffer(kitchen);
  await type(kitchen, 'offer', { pizza_name: 'Diavola', supplier_price: '9' });
  await kitchen.getByRole('button', { name: 'Offer it' }).click();
  await expect(ticket(kitchen, 'Diavola')).toHaveCount(1);
});
