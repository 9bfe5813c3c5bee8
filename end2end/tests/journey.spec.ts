// An order from offer to delivery in four windows, each following without a reload.
import { expect, isSame, mark, newOffer, test, ticket, unfold } from '../world';

test('an order goes from offer to doorstep, and every window follows', async ({ open }) => {
  const windows = await Promise.all(['/supplier', '/customer', '/dispatch', '/orders'].map(open));
  const [kitchen, customer, dispatch, orders] = windows;
  await mark(windows);
  const row = orders.getByRole('row').filter({ hasText: 'Diavola' });

  for (const strip of ['Ready', 'Out']) await unfold(kitchen, strip);
  await newOffer(kitchen);
  await kitchen.getByRole('textbox', { name: 'Kitchen', exact: true }).fill('Bella Napoli');
  await kitchen.getByRole('combobox', { name: 'Pizza' }).fill('Diavola');
  await kitchen.getByLabel('Your price').fill('9.50');
  await expect(kitchen.getByLabel('Customer pays')).toHaveText('€12.35');
  await kitchen.getByRole('button', { name: 'Offer it' }).click();
  await expect(ticket(kitchen, 'Diavola')).toBeVisible();
  await expect(kitchen.getByRole('combobox', { name: 'Pizza' })).toHaveValue('');
  await expect(row).toContainText('To answer');

  await newOffer(kitchen);
  await ticket(kitchen, 'Diavola').getByLabel(/^More: note/).click();
  await ticket(kitchen, 'Diavola').getByLabel('Note for the customer').fill('Ask for it mild');
  await ticket(kitchen, 'Diavola').getByRole('button', { name: '5 minutes more' }).click();
  await ticket(kitchen, 'Diavola').getByRole('button', { name: 'Accept' }).click();
  await expect(row).toContainText('On offer');

  const offer = ticket(customer, 'Diavola');
  for (const part of ['in 25–35 min', 'Ask for it mild', '€9.50', '€2.85', '€12.35']) await expect(offer).toContainText(part);
  await offer.getByRole('link', { name: 'Order this' }).click();
  await customer.getByLabel('Your name').fill('Nguyễn Thị Minh Khai');
  await customer.getByLabel('Delivery address').fill('Rosenthaler Straße 40/41\nHof II, 4th floor');
  await customer.getByRole('button', { name: 'Order for €12.35' }).click();
  await expect(customer.getByRole('heading', { level: 1 })).toHaveText('Diavola arrives about');
  await expect(customer).toHaveURL(/\/customer\/[0-9a-f-]{36}$/);
  await expect(row).toContainText('To prepare');
  await expect(row).toContainText('Nguyễn Thị Minh Khai');

  const now = (step: string) => expect(customer.getByRole('listitem', { current: 'step' } as object).filter({ hasText: step })).toBeVisible();
  await now('Taken');
  await ticket(kitchen, 'Diavola').getByRole('button', { name: 'Start' }).click();
  await Promise.all([expect(row).toContainText('In the oven'), now('In the oven')]);
  await ticket(kitchen, 'Diavola').getByRole('button', { name: 'Ready' }).click();
  await Promise.all([expect(row).toContainText('Ready'), now('Ready')]);

  const waiting = ticket(dispatch, 'Diavola');
  await expect(waiting).toContainText('Rosenthaler Straße 40/41');
  await waiting.getByLabel('Driver’s name').fill('Jonas');
  await waiting.getByRole('button', { name: 'Assign' }).click();
  await Promise.all([expect(row).toContainText('With driver'), now('With the driver')]);
  await expect(dispatch.getByRole('region', { name: 'Jonas' })).toContainText('1 out');
  await dispatch.getByRole('button', { name: 'Set off' }).click();
  await Promise.all([expect(row).toContainText('On the way'), now('On the way')]);
  await expect(ticket(kitchen, 'Diavola')).toContainText('On the way');
  // So soon, a press at the same place counts as accidental: it is repeated until it is accepted.
  const delivered = dispatch.getByRole('button', { name: 'Delivered' });
  await expect(async () => {
    if (await delivered.isVisible()) await delivered.click({ timeout: 500 });
    await expect(delivered).toBeHidden({ timeout: 500 });
  }).toPass();
  await expect(dispatch.getByRole('timer')).toContainText('Delivered in');
  await expect(row).toContainText('Delivered');
  await expect(customer.getByRole('heading', { level: 1 })).toHaveText('Diavola has arrived');
  await expect(dispatch.getByRole('region', { name: 'Jonas' })).toContainText('free since');
  await expect(kitchen.getByRole('article')).toHaveCount(0);

  await row.getByRole('link').click();
  const happened = orders.getByRole('list', { name: 'What happened' }).getByRole('listitem');
  await expect(happened).toContainText([/Offered/, /Accepted/, /Taken/, /In the oven/, /Ready/, /With driver/, /On the way/, /Delivered/]);
  await isSame(windows);
});

test('a supplier rejects with a reason, and a customer cancels', async ({ open, api }) => {
  const kitchen = await open('/supplier');
  await api.offer('Hawaii');
  const hawaii = ticket(kitchen, 'Hawaii');
  await hawaii.getByLabel(/^More: note/).click();
  await hawaii.getByText('Reject…').click();
  await hawaii.getByText('Oven full').click();
  await hawaii.getByRole('button', { name: 'Reject this pizza' }).click();
  await expect(hawaii).toHaveCount(0);

  const { id } = await api.taken('Capricciosa');
  const customer = await open(`/customer/${id}`);
  await customer.getByText('Cancel this order…').click();
  await customer.getByRole('button', { name: 'Cancel my Capricciosa' }).click();
  await expect(customer.getByRole('heading', { level: 1 })).toHaveText('Capricciosa was cancelled');
  await ticket(kitchen, 'Capricciosa').getByRole('button', { name: 'Take it down' }).click();
  await expect(ticket(kitchen, 'Capricciosa')).toHaveCount(0);

  const orders = await open('/orders?status=supplier_rejected');
  await orders.getByRole('link', { name: 'Hawaii' }).click();
  await expect(orders.getByText('“Oven full”')).toBeVisible();
});
