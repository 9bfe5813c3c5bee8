// Without JavaScript: pages, links and forms.
import { expect, newOffer, readThePast, test, ticket, unfold } from '../world';

// The browser warns that the preloaded program is not used.
test.use({ javaScriptEnabled: false, allowed: /preloaded using link preload/ });

test('an order goes from offer to doorstep by forms and reloads', async ({ open }) => {
  const kitchen = await open('/supplier');
  await expect(kitchen.getByText(/^As of/)).toBeVisible();
  await newOffer(kitchen);
  await kitchen.getByRole('textbox', { name: 'Kitchen', exact: true }).fill('Bella Napoli');
  await kitchen.getByRole('combobox', { name: 'Pizza' }).fill('Diavola');
  await kitchen.getByLabel('Your price').fill('9.50');
  await kitchen.getByRole('button', { name: 'Offer it' }).click();
  await ticket(kitchen, 'Diavola').getByRole('button', { name: 'Accept' }).click();
  await unfold(kitchen, 'On offer');
  await expect(ticket(kitchen, 'Diavola')).toContainText('€12.35 · 25 min');

  const customer = await open('/customer');
  await ticket(customer, 'Diavola').getByRole('link', { name: 'Order this' }).click();
  await customer.getByLabel('Your name').fill('Ana');
  await customer.getByLabel('Delivery address').fill('Kurze Gasse 1\n2nd floor');
  await customer.getByRole('button', { name: 'Order for €12.35' }).click();
  await expect(customer.getByRole('heading', { level: 1 })).toHaveText('Diavola arrives about');
  await expect(customer.getByText('2nd floor')).toBeVisible();

  await kitchen.reload();
  await ticket(kitchen, 'Diavola').getByRole('button', { name: 'Start' }).click();
  await ticket(kitchen, 'Diavola').getByRole('button', { name: 'Ready' }).click();

  const dispatch = await open('/dispatch');
  await ticket(dispatch, 'Diavola').getByLabel('Driver’s name').fill('Jonas');
  await ticket(dispatch, 'Diavola').getByRole('button', { name: 'Assign' }).click();
  await dispatch.getByRole('button', { name: 'Set off' }).click();
  // It is final, so the page asks first.
  await dispatch.getByText('Delivered').first().click();
  await dispatch.getByRole('button', { name: 'Delivered' }).click();
  await expect(dispatch.getByRole('region', { name: 'Jonas' })).toContainText('free since');

  await customer.reload();
  await expect(customer.getByRole('heading', { level: 1 })).toHaveText('Diavola has arrived');
  const orders = await open('/orders');
  await orders.getByRole('link', { name: 'Delivered 1' }).click();
  await orders.getByRole('link', { name: 'Diavola' }).click();
  await expect(orders.getByRole('list', { name: 'What happened' }).getByRole('listitem')).toHaveCount(8);
});

test('a form that is refused comes back with what was typed', async ({ open, api }) => {
  const { id } = await api.accepted('Diavola');
  const customer = await open(`/customer?take=${id}`);
  await customer.getByLabel('Your name').fill('Nguyễn Thị Minh Khai');
  await customer.getByRole('button', { name: /^Order for/ }).click();
  await expect(customer.getByText('The address is empty. Where should the driver go?')).toBeVisible();
  await expect(customer.getByLabel('Your name')).toHaveValue('Nguyễn Thị Minh Khai');
  expect(customer.url()).not.toContain('Minh');
  // Shown once.
  await customer.reload();
  await expect(customer.getByText('The address is empty.')).toHaveCount(0);
  await expect(customer.getByLabel('Your name')).toHaveValue('');
});

test('after a step the page scrolls to the next one', async ({ open, api }) => {
  for (let n = 0; n < 6; n++) await api.taken(`Pizza ${n}`);
  const kitchen = await open('/supplier', { viewport: { width: 390, height: 844 } });
  await ticket(kitchen, 'Pizza 0').getByRole('button', { name: 'Start' }).click();
  await expect(kitchen).toHaveURL('/supplier#customer_accepted');
  await expect(ticket(kitchen, 'Pizza 1').getByRole('button', { name: 'Start' })).toBeInViewport();
});

test('a conflict is shown on the ticket', async ({ open, api }) => {
  const { id } = await api.taken('Diavola');
  const kitchen = await open('/supplier');
  await api.status(id, 'preparing');
  await ticket(kitchen, 'Diavola').getByRole('button', { name: 'Start' }).click();
  await expect(ticket(kitchen, 'Diavola').getByRole('alert')).toHaveText('Somebody was faster: it is already in the oven.');
});

test('a rejection takes the reason that was picked', async ({ open, api }) => {
  const { id } = await api.offer('Hawaii');
  const kitchen = await open('/supplier');
  await kitchen.getByLabel(/^More: note/).click();
  await kitchen.getByText('Reject…').click();
  await kitchen.getByText('Sold out').click();
  await kitchen.getByRole('button', { name: 'Reject this pizza' }).click();
  await expect(kitchen.getByRole('article')).toHaveCount(0);
  const orders = await open(`/orders/${id}`);
  await expect(orders.getByText('“Sold out”')).toBeVisible();
});

test('a full page leads to what is seldom done with a ticket', async ({ open, api }) => {
  for (let n = 0; n < 7; n++) {
    await api.offer(`Offer ${n}`);
    await api.accepted('Margherita');
    await api.taken('Diavola');
    await api.status((await api.taken('Hawaii')).id, 'preparing');
  }
  const kitchen = await open('/supplier?kitchen=Bella%20Napoli');
  await expect(kitchen.locator('#pending_supplier article')).toHaveCount(6);
  await expect(kitchen.locator('#pending_supplier').getByRole('link', { name: '1 more' })).toHaveCount(1);
  await expect(kitchen.getByText('Reject…')).toHaveCount(0);
  await ticket(kitchen, 'Offer 5').getByLabel(/^More: note/).click();
  await ticket(kitchen, 'Offer 5').getByRole('link', { name: 'note, reject' }).click();
  await ticket(kitchen, 'Offer 5').getByText('Reject…').click();
  await ticket(kitchen, 'Offer 5').getByText('Oven full').click();
  await ticket(kitchen, 'Offer 5').getByRole('button', { name: 'Reject this pizza' }).click();
  await expect(ticket(kitchen, 'Offer 5')).toHaveCount(0);
  await expect(ticket(kitchen, 'Offer 6')).toBeVisible();
});

test('orders are filtered, and a kitchen is picked', async ({ open, api }) => {
  await api.offer('Margherita');
  await api.accepted('Diavola', { supplier_name: 'Forno' });
  const orders = await open('/orders');
  // The server does not know the reader's zone, and says in which one it reads and shows times.
  await expect(orders.getByText('Placed after (UTC)')).toHaveCount(1);
  await orders.getByLabel('Search all text').fill('forno');
  await orders.getByLabel('Search all text').press('Enter');
  await expect(orders.getByRole('row').filter({ has: orders.getByRole('cell') })).toHaveCount(1);
  const kitchen = await open('/supplier');
  await kitchen.getByRole('combobox', { name: 'Kitchen', exact: true }).selectOption('Forno');
  await kitchen.getByRole('button', { name: 'Show' }).click();
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Forno');
  await unfold(kitchen, 'On offer');
  await expect(kitchen.getByRole('article')).toHaveCount(1);
});

test('the past is read in pages', async ({ api, open }) => readThePast(api, open, [40, 40, 40, 40, 40, 6]));
