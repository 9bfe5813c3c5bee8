// The dispatch panel: orders are assigned one by one, several at once, and by dragging.
import { type Api, column, expect, test, ticket } from '../world';

async function ready(api: Api, pizza: string) {
  const order = await api.taken(pizza);
  await api.status(order.id, 'preparing');
  return api.status(order.id, 'ready');
}

/** Makes a driver known, and free. */
async function known(api: Api, driver: string) {
  const { id } = await ready(api, `First of ${driver}`);
  await api.post(`/api/orders/${id}/dispatch`, { driver_name: driver });
  await api.status(id, 'in_transit');
  await api.status(id, 'delivered');
}

test.use({ allowed: /status of (404|409|412|422) / });

test('orders that become late go first, then those that wait longest', async ({ open, api }) => {
  const { id } = await api.offer('Soon');
  await ready(api, 'Longest');
  await ready(api, 'Second');
  await api.post(`/api/orders/${id}/supplier-respond`, { accept: true, estimated_time: 4 });
  await api.post(`/api/orders/${id}/customer-accept`, { customer_name: 'Ana', delivery_address: 'Kurze Gasse 1' });
  await api.status(id, 'preparing');
  await api.status(id, 'ready');
  const dispatch = await open('/dispatch');
  await expect(column(dispatch, 'Waiting for a driver').getByRole('article').getByRole('heading')).toHaveText(['Soon', 'Longest', 'Second']);
});

test('an order is assigned to a known driver, and focus goes to the next one', async ({ open, api }) => {
  await known(api, 'Giulia');
  await ready(api, 'Diavola');
  await ready(api, 'Hawaii');
  const dispatch = await open('/dispatch');
  await expect(column(dispatch, 'Giulia')).toContainText('free since');
  const diavola = ticket(dispatch, 'Diavola');
  await expect(diavola.getByLabel(/^Driver for/).getByRole('option', { selected: true })).toHaveText('Giulia (free)');
  await diavola.getByRole('button', { name: 'Assign' }).click();
  await expect(column(dispatch, 'Giulia')).toContainText('1 out, back ~');
  const next = ticket(dispatch, 'Hawaii').getByLabel(/^Driver for/);
  await expect(next).toBeFocused();
  // No driver is free now: the dispatcher has to choose.
  await expect(next.getByRole('option', { selected: true })).toHaveText('Choose driver');
  await next.selectOption('New driver…');
  await ticket(dispatch, 'Hawaii').getByLabel('Driver’s name').fill(' giulia ');
  await ticket(dispatch, 'Hawaii').getByRole('button', { name: 'Assign' }).press('Enter');
  // The known spelling is used.
  await expect(column(dispatch, 'Giulia')).toContainText('2 out');
});

test('a driver is switched off duty and on, on every screen', async ({ open, api }) => {
  for (const driver of ['Jonas', 'Giulia']) await known(api, driver);
  await ready(api, 'Diavola');
  const [dispatch, other] = [await open('/dispatch'), await open('/dispatch')];
  const choice = (page: typeof dispatch) => ticket(page, 'Diavola').getByLabel(/^Driver for/).getByRole('option');
  await expect(choice(dispatch)).toHaveText(['Choose driver', 'Giulia (free)', 'Jonas (free)', 'New driver…']);
  const off = column(dispatch, 'Giulia').getByRole('button', { name: /^Off duty/ });
  await off.click();
  for (const page of [dispatch, other]) {
    await expect(column(page, 'Giulia')).toHaveCount(0);
    await expect(choice(page)).toHaveText(['Choose driver', 'Jonas (free)', 'New driver…']);
  }
  await dispatch.reload();
  await expect(column(dispatch, 'Jonas')).toBeVisible();
  await expect(column(dispatch, 'Giulia')).toHaveCount(0);
  await other.getByText('1 off duty').click();
  await other.getByRole('button', { name: /^On duty/ }).click();
  for (const page of [other, dispatch]) await expect(column(page, 'Giulia')).toContainText('free since');
  // Who gets an order is on duty again.
  await off.click();
  await expect(column(dispatch, 'Giulia')).toHaveCount(0);
  const { id } = await ready(api, 'Hawaii');
  await api.post(`/api/orders/${id}/dispatch`, { driver_name: 'Giulia' });
  for (const status of ['in_transit', 'delivered']) await api.status(id, status);
  for (const page of [other, dispatch]) await expect(column(page, 'Giulia')).toContainText('free since');
});

test('a second switch does not wait for the answer to the first', async ({ open, api }) => {
  for (const driver of ['Jonas', 'Giulia']) await known(api, driver);
  const dispatch = await open('/dispatch');
  let answer = () => {};
  const isAnswered = new Promise<void>((done) => (answer = done));
  const sent: string[] = [];
  await dispatch.route('**/act/switch-duty', async (route) => {
    sent.push(new URLSearchParams(route.request().postData()!).get('key')!);
    if (sent.length === 1) await isAnswered;
    await route.continue();
  });
  for (const driver of ['Jonas', 'Giulia']) await column(dispatch, driver).getByRole('button', { name: /^Off duty/ }).click();
  await expect(column(dispatch, 'Giulia')).toHaveCount(0);
  answer();
  await expect(dispatch.getByText('2 off duty')).toBeVisible();
  expect(new Set(sent).size).toBe(2);
});

test('a final step is disabled for a moment when it appears under the pointer', async ({ open, api }) => {
  const { id } = await ready(api, 'Diavola');
  await api.post(`/api/orders/${id}/dispatch`, { driver_name: 'Jonas' });
  const dispatch = await open('/dispatch');
  await dispatch.getByRole('button', { name: 'Set off' }).click();
  const delivered = dispatch.getByRole('button', { name: 'Delivered' });
  const rests = () => delivered.evaluate((button) => button.closest('[data-rests]') !== null);
  await expect.poll(rests).toBe(true);
  // It is final, so that it can be stopped for five seconds.
  await delivered.click();
  await expect(dispatch.getByRole('timer')).toContainText('Delivered in');
  await dispatch.getByRole('button', { name: 'Not yet' }).click();
  await expect(dispatch.getByRole('timer')).toHaveCount(0);
  await delivered.click();
  await expect(column(dispatch, 'Jonas')).toContainText('free since');
  // A page that is opened later has no pause.
  const other = await ready(api, 'Hawaii');
  await api.post(`/api/orders/${other.id}/dispatch`, { driver_name: 'Jonas' });
  await api.status(other.id, 'in_transit');
  await dispatch.reload();
  await expect.poll(rests).toBe(false);
});

test('a driver has to be picked', async ({ open, api }) => {
  await ready(api, 'Diavola');
  const dispatch = await open('/dispatch');
  await ticket(dispatch, 'Diavola').getByRole('button', { name: 'Assign' }).click();
  // No driver is known, so a new one is asked for: the error stands there.
  await expect(ticket(dispatch, 'Diavola').getByRole('alert')).toHaveText('The new driver has no name yet.');
  await expect(ticket(dispatch, 'Diavola').getByLabel('Driver’s name')).toBeFocused();
});

test('several orders go to one driver, and a conflict is shown on its ticket', async ({ open, api }) => {
  await known(api, 'Jonas');
  const pizzas = [];
  for (const pizza of ['Diavola', 'Hawaii', 'Margherita']) pizzas.push(await ready(api, pizza));
  const dispatch = await open('/dispatch');
  await expect(dispatch.getByRole('button', { name: /^Assign \d$/ })).toHaveCount(0);
  for (const pizza of ['Diavola', 'Hawaii']) await ticket(dispatch, pizza).getByLabel('Select').check();
  await expect(dispatch.getByText('2 selected, give to')).toBeVisible();
  // One of them is assigned to another driver while the request is on its way.
  await dispatch.route('**/act/dispatch-several', async (route) => {
    await api.post(`/api/orders/${pizzas[1].id}/dispatch`, { driver_name: 'مريم' });
    await route.continue();
  });
  await dispatch.getByRole('button', { name: 'Assign 2' }).click();
  await expect(column(dispatch, 'Jonas').getByRole('article')).toHaveCount(1);
  await expect(column(dispatch, 'مريم').getByRole('article')).toContainText('Somebody was faster: a driver already has it.');
  await expect(column(dispatch, 'Waiting for a driver').getByRole('article')).toHaveCount(1);
  await expect(dispatch.getByRole('button', { name: /^Assign \d$/ })).toHaveCount(0);
});

test('the selected orders are dragged to a driver', async ({ open, api, isMobile }) => {
  test.skip(isMobile, 'There is no dragging on a touch screen.');
  await known(api, 'Jonas');
  for (const pizza of ['Diavola', 'Hawaii', 'Margherita']) await ready(api, pizza);
  const dispatch = await open('/dispatch');
  await ticket(dispatch, 'Margherita').dragTo(column(dispatch, 'Jonas'));
  await expect(column(dispatch, 'Jonas').getByRole('article')).toHaveCount(1);
  for (const pizza of ['Diavola', 'Hawaii']) await ticket(dispatch, pizza).getByLabel('Select').check();
  await ticket(dispatch, 'Diavola').getByRole('heading').dragTo(column(dispatch, 'Jonas'));
  await expect(column(dispatch, 'Jonas').getByRole('article')).toHaveCount(3);
});

test('several orders can be assigned before the page is hydrated', async ({ browser, market, api, contextOptions, viewport }) => {
  for (const pizza of ['Diavola', 'Hawaii']) await ready(api, pizza);
  const page = await (await browser.newContext({ ...contextOptions, viewport, baseURL: market.url })).newPage();
  // The request for the program is never answered.
  await page.route(/\.wasm$/, () => {});
  await page.goto('/dispatch');
  const several = page.getByLabel('Give all that is selected to');
  await expect(several).toBeHidden();
  for (const pizza of ['Diavola', 'Hawaii']) await ticket(page, pizza).getByLabel('Select').check();
  await several.selectOption('New driver…');
  await page.getByLabel('Driver’s name').filter({ visible: true }).last().fill('Jonas');
  await page.getByRole('button', { name: 'Assign', exact: true }).last().click();
  await expect(column(page, 'Jonas').getByRole('article')).toHaveCount(2);
  await page.context().close();
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false, allowed: /preloaded using link preload/ });

  test('a driver is switched off duty and on', async ({ open, api }) => {
    await known(api, 'Jonas');
    const dispatch = await open('/dispatch');
    await dispatch.getByRole('button', { name: /^Off duty/ }).click();
    await expect(column(dispatch, 'Jonas')).toHaveCount(0);
    await dispatch.getByText('1 off duty').click();
    await dispatch.getByRole('button', { name: /^On duty/ }).click();
    await expect(column(dispatch, 'Jonas')).toContainText('free since');
  });

  test('several orders go to one driver, and the refused ones are named', async ({ open, api }) => {
    const pizzas = [];
    for (const pizza of ['Diavola', 'Hawaii', 'Margherita']) pizzas.push(await ready(api, pizza));
    const dispatch = await open('/dispatch');
    for (const pizza of ['Diavola', 'Hawaii']) await ticket(dispatch, pizza).getByLabel('Select').check();
    const assign = dispatch.getByRole('button', { name: 'Assign', exact: true }).last();
    await assign.click();
    for (const pizza of ['Diavola', 'Hawaii']) await expect(ticket(dispatch, pizza).getByLabel('Select')).toBeChecked();
    await api.status(pizzas[1].id, 'cancelled');
    await dispatch.getByLabel('Driver’s name').filter({ visible: true }).last().fill('Jonas');
    await assign.click();
    await expect(column(dispatch, 'Jonas').getByRole('article')).toHaveCount(1);
    await expect(dispatch.getByRole('alert')).toContainText('Hawaii');
    await expect(dispatch.getByRole('alert')).toContainText('Somebody was faster: it has been cancelled.');
    await expect(column(dispatch, 'Waiting for a driver').getByRole('article')).toHaveCount(1);
  });
});

test('the pause of a final step does not wait for the reader to get there', async ({ open, api }) => {
  const ids: string[] = [];
  for (let n = 0; n < 14; n++) {
    const { id } = await api.taken(`Pizza ${n}`);
    for (const status of ['preparing', 'ready']) await api.status(id, status);
    await api.post(`/api/orders/${id}/dispatch`, { driver_name: 'Jonas' });
    ids.push(id);
  }
  const page = await open('/dispatch');
  await expect(page.getByRole('button', { name: /^Set off/ })).toHaveCount(14);
  for (const id of ids) await api.status(id, 'in_transit');
  await expect(page.getByRole('button', { name: /^Delivered/ })).toHaveCount(14);
  // By then the first ones have paused for long enough, in view or not.
  await expect(page.locator('[data-rests=""]')).toHaveCount(0);
});
