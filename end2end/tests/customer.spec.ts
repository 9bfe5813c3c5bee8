// The customer panel: search, take, track, share.
import { type Api, hydrated, expect, test, ticket } from '../world';

async function threeOffers(api: Api) {
  await api.accepted('Diavola', { supplier_price: 11, supplier_name: 'Forno' });
  await api.accepted('Margherita', { supplier_price: 8 });
  await api.accepted('Hawaii', { supplier_price: 9 });
}

test('offers are searched and sorted, and the address follows', async ({ open, api }) => {
  await threeOffers(api);
  const customer = await open('/customer');
  const names = customer.getByRole('article').getByRole('heading');
  await expect(names).toHaveText(['Hawaii', 'Margherita', 'Diavola']);
  await customer.getByText('Price', { exact: true }).click();
  await expect(names).toHaveText(['Margherita', 'Hawaii', 'Diavola']);
  await customer.getByLabel('Search pizzas and kitchens').fill('FORNO');
  await expect(names).toHaveText(['Diavola']);
  await expect(customer.getByText('1 of 3 pizzas')).toBeVisible();
  await expect(customer).toHaveURL('/customer?q=FORNO&sort=price');
  await customer.getByLabel('Search pizzas and kitchens').fill('sushi');
  await expect(customer.getByRole('heading', { name: 'No offer matches' })).toBeVisible();
  await customer.getByRole('link', { name: 'Show all offers' }).click();
  await expect(names).toHaveCount(3);
  await expect(customer.getByLabel('Search pizzas and kitchens')).toHaveValue('');
});

test('an offer that is gone keeps its place and shows why', async ({ open, api }) => {
  await api.accepted('Diavola');
  const { id } = await api.accepted('Hawaii');
  await api.accepted('Margherita');
  const customer = await open('/customer');
  const names = customer.getByRole('article').getByRole('heading');
  await expect(names).toHaveText(['Margherita', 'Hawaii', 'Diavola']);
  const before = await ticket(customer, 'Diavola').boundingBox();
  await api.post(`/api/orders/${id}/customer-accept`, { customer_name: 'Ben', delivery_address: 'Kurze Gasse 1' });
  await expect(ticket(customer, 'Hawaii')).toContainText('Somebody else took this one.');
  await expect(ticket(customer, 'Hawaii').getByRole('link')).toHaveCount(0);
  await expect(names).toHaveText(['Margherita', 'Hawaii', 'Diavola']);
  expect(await ticket(customer, 'Diavola').boundingBox()).toEqual(before);
  // After a pause it is gone.
  await expect(names).toHaveText(['Margherita', 'Diavola']);
});

test('the news that an offer is gone stands where its form stood', async ({ open, api }) => {
  const { id } = await api.accepted('Diavola');
  const customer = await open(`/customer?take=${id}`);
  const form = await customer.getByRole('heading', { name: 'Where shall it go?' }).boundingBox();
  await api.post(`/api/orders/${id}/customer-accept`, { customer_name: 'Ben', delivery_address: 'Kurze Gasse 1' });
  const news = await customer.getByText('Somebody else took this one.').boundingBox();
  const card = await ticket(customer, 'Diavola').boundingBox();
  const way = await customer.getByRole('link', { name: 'See what else is hot' }).boundingBox();
  expect(Math.abs(news!.x - form!.x)).toBeLessThan(3);
  expect(news!.y).toBeGreaterThanOrEqual(card!.y + 16);
  // A button, and not a field of the size of the form.
  expect(way!.height).toBeLessThan(60);
  expect(way!.y + way!.height).toBeLessThanOrEqual(card!.y + card!.height - 16);
});

test('details are stored only with consent', async ({ open, api }) => {
  await threeOffers(api);
  const customer = await open('/customer');
  const order = async (pizza: string) => {
    await ticket(customer, pizza).getByRole('link', { name: 'Order this' }).click();
    await expect(customer.getByLabel('Your name')).toBeFocused();
  };
  await order('Diavola');
  await customer.getByLabel('Your name').fill('Ana');
  await customer.getByLabel('Delivery address').fill('Kurze Gasse 1');
  await customer.getByLabel('Remember this on my device').check();
  await customer.getByRole('button', { name: /^Order for/ }).click();
  await expect(customer.getByRole('heading', { level: 1 })).toHaveText('Diavola arrives about');

  await customer.goBack();
  await expect(customer.getByRole('navigation', { name: 'Your orders' }).getByRole('link')).toHaveText('Diavola · Taken');
  await order('Hawaii');
  await expect(customer.getByLabel('Your name')).toHaveValue('Ana');
  await expect(customer.getByLabel('Delivery address')).toHaveValue('Kurze Gasse 1');
  await customer.getByLabel('Remember this on my device').uncheck();
  await customer.getByRole('link', { name: 'Back to all offers' }).click();
  await expect(customer.getByRole('link', { name: /^Order this.*Hawaii/ })).toBeFocused();
  await customer.reload();
  await hydrated(customer);
  await order('Margherita');
  await expect(customer.getByLabel('Your name')).toHaveValue('');
  await expect(customer.getByLabel('Remember this on my device')).not.toBeChecked();
});

test('typed details are kept for the next offer when the first one is gone', async ({ open, api }) => {
  await threeOffers(api);
  const customer = await open('/customer');
  const hawaii = ticket(customer, 'Hawaii');
  await hawaii.getByRole('link', { name: 'Order this' }).click();
  await customer.getByLabel('Your name').fill('Ana');
  await customer.getByLabel('Delivery address').fill('Kurze Gasse 1');
  const orders = await (await customer.request.get('/api/orders?status=supplier_accepted')).json();
  const { id } = orders.find(({ pizza_name }: { pizza_name: string }) => pizza_name === 'Hawaii');
  await api.post(`/api/orders/${id}/customer-accept`, { customer_name: 'Ben', delivery_address: 'Lange Gasse 2' });
  await customer.getByRole('link', { name: 'See what else is hot' }).click();
  await ticket(customer, 'Diavola').getByRole('link', { name: 'Order this' }).click();
  await expect(customer.getByLabel('Your name')).toHaveValue('Ana');
  await expect(customer.getByLabel('Delivery address')).toHaveValue('Kurze Gasse 1');
  // In this tab, and not on the device.
  await customer.reload();
  await hydrated(customer);
  await expect(customer.getByLabel('Your name')).toHaveValue('Ana');
  const tab = await customer.context().newPage();
  await tab.goto(customer.url());
  await hydrated(tab);
  await expect(tab.getByLabel('Your name')).toHaveValue('');
});

test('a field’s error is shown at once, and removed when it is corrected', async ({ open, api }) => {
  const { id } = await api.accepted('Diavola');
  const customer = await open(`/customer?take=${id}`);
  const name = customer.getByLabel('Your name');
  await name.fill('x'.repeat(101));
  await name.press('Tab');
  await expect(customer.getByText('101 characters are too many: 100 fit.')).toBeVisible();
  await expect(name).toHaveAttribute('aria-invalid', 'true');
  await name.fill('Ana');
  await expect(customer.getByText('101 characters are too many')).toHaveCount(0);
});

test('an order’s page shows its arrival and next step, and can be shared', async ({ open, api }) => {
  const { id } = await api.taken('Diavola');
  const track = await open(`/customer/${id}`);
  await expect(track.getByText(/^\d\d:\d\d–\d\d:\d\d$/)).toBeVisible();
  await expect(track.getByText(/^in \d+ to \d+ min$/)).toBeVisible();
  await expect(track.getByText('Next: the kitchen starts as soon as an oven is free.')).toBeVisible();
  await expect(track.getByRole('listitem').filter({ hasText: 'On the way' })).toHaveText(/~\d\d:\d\d/);
  await api.status(id, 'preparing');
  await expect(track.getByText('Next: it comes out of the oven')).toBeVisible();
  await expect(track.getByText('it cannot be cancelled any more')).toBeVisible();
  for (const status of ['ready', 'dispatched']) {
    if (status === 'ready') await api.status(id, status);
    else await api.post(`/api/orders/${id}/dispatch`, { driver_name: 'Jonas' });
  }
  await api.status(id, 'in_transit');
  // 25 minutes were promised, and it is on its way at once.
  await expect(track.getByRole('status').filter({ hasText: /The driver left \d+ minutes early/ })).toHaveCount(1);

  await track.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await track.evaluate(() => Object.defineProperty(navigator, 'share', { value: undefined, configurable: true }));
  await track.getByRole('button', { name: 'Share this page' }).click();
  await expect(track.getByText('The address is copied.')).toBeVisible();
  // No page may read the clipboard, so it is pasted.
  const offers = await track.context().newPage();
  await offers.goto('/customer');
  const search = offers.getByRole('searchbox', { name: 'Search pizzas and kitchens' });
  await search.focus();
  await offers.keyboard.press('Control+V');
  await expect(search).toHaveValue(track.url());
});

test('the page of an order that nobody has taken has no empty card', async ({ open, api }) => {
  const refuse = async (id: string) => api.post(`/api/orders/${id}/supplier-respond`, { accept: false });
  const pending = (await api.offer('Diavola')).id;
  const offered = (await api.accepted('Diavola')).id;
  const rejected = (await refuse((await api.offer('Diavola')).id)).id;
  const withdrawn = (await api.status((await api.offer('Diavola')).id, 'cancelled')).id;
  const track = await open('/customer');
  for (const id of [pending, offered, rejected, withdrawn]) {
    await track.goto(`/customer/${id}`);
    await hydrated(track);
    await expect(track.getByRole('heading', { level: 1 })).toContainText('Diavola');
    await expect(track.getByRole('heading', { name: 'Where it goes' })).toHaveCount(0);
    await expect(track.getByRole('heading', { name: 'What the kitchen says' })).toHaveCount(id === offered ? 1 : 0);
    expect(await track.locator('main :is(dl, ol, section):not(:has(*))').count(), id).toBe(0);
    await expect(track.getByRole('button', { name: 'Share this page' })).toBeVisible();
  }
});

test('a cancelled order costs nothing, and links to the offers', async ({ open, api }) => {
  const { id } = await api.taken('Diavola');
  const track = await open(`/customer/${id}`);
  await track.getByText('Cancel this order…').click();
  await track.getByRole('button', { name: 'Cancel my Diavola' }).click();
  await expect(track.getByText('Nothing is charged.', { exact: true })).toBeVisible();
  await expect(track.getByText('You pay')).toHaveCount(0);
  await expect(track.getByRole('main')).toBeFocused();
  await expect(track.getByRole('link', { name: 'See what is hot' })).toBeVisible();
  await track.goto(`/orders/${id}`);
  await expect(track.getByText('Would have cost')).toBeVisible();
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false, allowed: /preloaded using link preload/ });

  test('offers are searched and sorted by a form', async ({ open, api }) => {
    await threeOffers(api);
    const customer = await open('/customer');
    await customer.getByLabel('Search pizzas and kitchens').fill('bella');
    await customer.getByText('Price', { exact: true }).click();
    await customer.getByRole('button', { name: 'Show', exact: true }).click();
    await expect(customer.getByRole('article').getByRole('heading')).toHaveText(['Margherita', 'Hawaii']);
    await expect(customer.getByRole('radio', { name: 'Price' })).toBeChecked();
    await expect(customer.getByText('2 of 3 pizzas')).toBeVisible();
  });
});
