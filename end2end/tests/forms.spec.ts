// Forms and refusals: errors stand beside their fields, nothing happens twice, text is text.
import { expect, newOffer, readThePast, test, ticket } from '../world';

// Browsers log refused requests.
test.use({ allowed: /status of (404|412|422) / });

test('each field shows its error, and how to correct it', async ({ open }) => {
  const kitchen = await open('/supplier?kitchen=Bella%20Napoli');
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Bella Napoli');
  await newOffer(kitchen);
  await kitchen.getByLabel('Your price').fill('9,5o');
  await kitchen.getByRole('button', { name: 'Offer it' }).click();
  await expect(kitchen.getByText('“9,5o” isn’t a price. Write it like 9.50.')).toBeVisible();
  await expect(kitchen.getByText('The pizza has no name yet.')).toBeVisible();
  await expect(kitchen.getByRole('combobox', { name: 'Pizza' })).toHaveAttribute('aria-invalid', 'true');
  await expect(kitchen.getByRole('combobox', { name: 'Pizza' })).toBeFocused();
  await expect(kitchen.getByLabel('Your price')).toHaveValue('9,5o');
  await expect(kitchen.getByRole('article')).toHaveCount(0);
});

test('the second customer sees that the offer was taken', async ({ open, api }) => {
  const { id } = await api.accepted('Diavola');
  const [first, second] = await Promise.all([open(`/customer?take=${id}`), open(`/customer?take=${id}`)]);
  for (const [page, name] of [[first, 'Ana'], [second, 'Ben']] as const) {
    await page.getByLabel('Your name').fill(name);
    await page.getByLabel('Delivery address').fill('Kurze Gasse 1');
  }
  await first.getByRole('button', { name: /^Order for/ }).click();
  await expect(first.getByRole('heading', { level: 1 })).toHaveText('Diavola arrives about');
  await expect(second.getByText('Somebody else took this one.')).toBeVisible();
  await expect(second.getByRole('link', { name: 'See what else is hot' })).toBeFocused();
  await second.getByRole('link', { name: 'See what else is hot' }).click();
  await expect(second.getByText('Nothing is on offer right now')).toBeVisible();
});

test('a refusal by the server is shown on the ticket', async ({ open, api }) => {
  const { id } = await api.taken('Diavola');
  const kitchen = await open('/supplier');
  // The order changes between the form's submission and its arrival.
  await kitchen.route('**/act/prepare', async (route) => {
    await api.status(id, 'preparing');
    await route.continue();
  });
  await ticket(kitchen, 'Diavola').getByRole('button', { name: 'Start' }).click();
  await expect(ticket(kitchen, 'Diavola').getByRole('alert')).toHaveText('Somebody was faster: it is already in the oven.');
});

test('a rejection needs a reason', async ({ open, api }) => {
  await api.offer('Diavola');
  const kitchen = await open('/supplier');
  await ticket(kitchen, 'Diavola').getByLabel(/^More: note/).click();
  await ticket(kitchen, 'Diavola').getByText('Reject…').click();
  await ticket(kitchen, 'Diavola').getByRole('button', { name: 'Reject this pizza' }).click();
  await expect(ticket(kitchen, 'Diavola').getByRole('alert')).toContainText('Why?');
  await expect(ticket(kitchen, 'Diavola').getByLabel('Or in your own words')).toBeFocused();
});

test('a double click offers once', async ({ open, api }) => {
  const kitchen = await open('/supplier?kitchen=Bella%20Napoli');
  await newOffer(kitchen);
  await kitchen.getByRole('combobox', { name: 'Pizza' }).fill('Marinara');
  await kitchen.getByLabel('Your price').fill('7');
  await kitchen.getByRole('button', { name: 'Offer it' }).dblclick();
  await expect(ticket(kitchen, 'Marinara')).toHaveCount(1);
  await api.offer('Hawaii');
  await expect(ticket(kitchen, 'Hawaii')).toBeVisible();
  await expect(ticket(kitchen, 'Marinara')).toHaveCount(1);
});

test('hostile text stays text, rendered and live', async ({ open, api }) => {
  const evil = '<img src=x onerror="window.owned=1"></script><script>window.owned=1</script>&amp;${x}';
  const { id } = await api.accepted(evil, { supplier_name: evil });
  await api.post(`/api/orders/${id}/customer-accept`, { customer_name: evil, delivery_address: `${evil}\u2028` });
  const pages = await Promise.all(['/supplier', '/orders', `/orders/${id}`, `/customer/${id}`].map(open));
  await api.accepted(`2 ${evil}`.slice(0, 100), { supplier_name: evil });
  await api.status(id, 'preparing');
  for (const page of pages) {
    await expect(page.getByText('<img src=x').filter({ visible: true }).first()).toBeVisible();
    await expect(page.getByText('In the oven').filter({ visible: true }).first()).toBeVisible();
    expect(await page.evaluate(() => 'owned' in window)).toBe(false);
  }
});

test('orders are found by status and by text', async ({ open, api }) => {
  await api.offer('Margherita');
  await api.accepted('Diavola');
  await api.taken('Diavola piccante');
  const orders = await open('/orders');
  const rows = orders.getByRole('row').filter({ has: orders.getByRole('cell') });
  await expect(rows).toHaveCount(3);
  await expect(orders.getByRole('link', { name: 'All 3' })).toHaveAttribute('aria-current', 'true');
  await orders.getByRole('link', { name: 'On offer 1' }).click();
  await expect(rows).toHaveCount(1);
  await orders.getByRole('link', { name: 'All 3' }).click();
  await orders.getByLabel('Search all text').fill('diav');
  await expect(rows).toHaveCount(2);
  await expect(orders).toHaveURL(/q=diav/);
  await orders.getByLabel('Search all text').fill('nothing like it');
  await expect(orders.getByRole('heading', { name: 'No order matches' })).toBeVisible();
});

test('the past is read in pages', async ({ api, open }) => readThePast(api, open, [100, 106]));

for (const path of ['/', '/supplier', '/customer', '/dispatch', '/orders', '/customer/nobody', '/orders/nobody', '/nowhere']) {
  test(`${path} hydrates without console messages, empty and full`, async ({ open, api }) => {
    await open(path);
    await api.offer('Margherita');
    const { id } = await api.taken('Diavola');
    await api.status(id, 'preparing');
    await api.accepted('Hawaii');
    await open(path);
  });
}
