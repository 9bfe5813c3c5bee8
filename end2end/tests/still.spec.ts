// Lists that hold still: what another device moves leaves a gap, and a press acts on what was under it.
import { type Page } from '@playwright/test';
import { type Api, column, expect, test, ticket, unfold } from '../world';

const PIZZAS = ['Aglio', 'Bianca', 'Calabra'];
const KITCHEN = '/supplier?kitchen=Bella%20Napoli';

test.use({ allowed: /status of (404|409|412|422) / });

/** Each list with buttons: how its orders get there, how another device moves the first, and the button on it. */
interface List {
  panel: string;
  heading: string;
  put: (api: Api, pizza: string) => Promise<string>;
  move: (api: Api, id: string) => Promise<unknown>;
  button: RegExp;
  /** The status after the press. */
  after: string;
}

const reach = async (api: Api, pizza: string, ...statuses: string[]) => {
  const { id } = await api.taken(pizza);
  for (const status of statuses) await api.status(id, status);
  return id;
};
const assigned = async (api: Api, pizza: string, ...statuses: string[]) => {
  const id = await reach(api, pizza, 'preparing', 'ready');
  await api.post(`/api/orders/${id}/dispatch`, { driver_name: 'Jonas' });
  for (const status of statuses) await api.status(id, status);
  return id;
};
const LISTS: List[] = [
  { panel: KITCHEN, heading: 'To answer', put: async (api, pizza) => (await api.offer(pizza)).id, move: (api, id) => api.post(`/api/orders/${id}/supplier-respond`, { accept: true }), button: /^Accept/, after: 'supplier_accepted' },
  { panel: KITCHEN, heading: 'To prepare', put: (api, pizza) => reach(api, pizza), move: (api, id) => api.status(id, 'preparing'), button: /^Start/, after: 'preparing' },
  { panel: KITCHEN, heading: 'In the oven', put: (api, pizza) => reach(api, pizza, 'preparing'), move: (api, id) => api.status(id, 'ready'), button: /^Ready/, after: 'ready' },
  { panel: '/dispatch', heading: 'Jonas', put: (api, pizza) => assigned(api, pizza), move: (api, id) => api.post(`/api/orders/${id}/recall`, {}), button: /^Set off/, after: 'in_transit' },
];

async function press(page: Page, x: number, y: number, isMobile: boolean) {
  if (isMobile) await page.touchscreen.tap(x, y);
  else await page.mouse.click(x, y);
}

for (const list of LISTS) {
  test(`${list.heading}: what moves before a press does not move the next one`, async ({ open, api, isMobile }) => {
    test.slow();
    const page = await open(list.panel);
    for (const wait of [60, 300, 900]) {
      const ids: string[] = [];
      for (const pizza of PIZZAS) ids.push(await list.put(api, `${pizza} ${wait}`));
      const article = (pizza: string) => column(page, list.heading).getByRole('article').filter({ hasText: `${pizza} ${wait}` });
      const button = article('Bianca').getByRole('button', { name: list.button });
      await button.scrollIntoViewIfNeeded();
      // The lists of the round before have settled.
      await expect(page.locator('.gap, .arrived')).toHaveCount(0);
      // What was done in it can be taken back for ten seconds, by a row of its own.
      await expect(page.getByRole('button', { name: /^Undo/ })).toHaveCount(0);
      await button.scrollIntoViewIfNeeded();
      const box = (await button.boundingBox())!;
      await list.move(api, ids[0]);
      // The time itself is what is tested: how soon after a change somebody presses.
      await page.waitForTimeout(wait);
      await press(page, box.x + box.width / 2, box.y + box.height / 2, isMobile);
      await expect.poll(async () => (await api.get(ids[1])).status).toBe(list.after);
      expect((await api.get(ids[2])).status).not.toBe(list.after);
      await expect(article('Calabra')).toBeVisible();
    }
  });
}

test('the queue of dispatch holds still, by keyboard too', async ({ open, api }) => {
  const ids: string[] = [];
  for (const pizza of PIZZAS) ids.push(await reach(api, pizza, 'preparing', 'ready'));
  await assigned(api, 'Known');
  const page = await open('/dispatch');
  const bianca = ticket(page, 'Bianca');
  await bianca.getByLabel(/^Driver for/).selectOption({ label: 'Jonas (1 out)' });
  await bianca.getByRole('button', { name: 'Assign' }).focus();
  await api.post(`/api/orders/${ids[0]}/dispatch`, { driver_name: 'Mia' });
  await expect(column(page, 'Waiting for a driver').locator('.gap')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await api.get(ids[1])).driver_name).toBe('Jonas');
  expect((await api.get(ids[2])).status).toBe('ready');
});

test('a press acts on what was under the finger when it went down', async ({ open, api }) => {
  const ids: string[] = [];
  for (const pizza of PIZZAS) ids.push(await reach(api, pizza));
  const page = await open(KITCHEN);
  const prepare = column(page, 'To prepare');
  const article = (pizza: string) => prepare.getByRole('article').filter({ hasText: pizza });
  await article('Bianca').getByRole('button', { name: /^Start/ }).hover();
  await page.mouse.down();
  await api.status(ids[0], 'preparing');
  await expect(article('Aglio')).toHaveCount(0);
  await page.mouse.up();
  await expect.poll(async () => (await api.get(ids[1])).status).toBe('preparing');
  expect((await api.get(ids[2])).status).toBe('customer_accepted');
});

test('what comes late does not push the board down', async ({ open, api }) => {
  const page = await open(KITCHEN);
  const top = () => page.locator('.board').evaluate((board) => board.getBoundingClientRect().top);
  const before = await top();
  await reach(api, 'Aglio');
  await expect(page.getByRole('button', { name: 'Silence all' })).toBeVisible();
  expect(await top()).toBe(before);
});

test('one after the other within 300 ms: each press acts on its own ticket', async ({ open, api }) => {
  const ids: string[] = [];
  for (const pizza of PIZZAS) ids.push((await api.offer(pizza)).id);
  const page = await open(KITCHEN);
  const accept = (pizza: string) => ticket(page, pizza).getByRole('button', { name: /^Accept/ });
  const [first, second] = [(await accept('Aglio').boundingBox())!, (await accept('Bianca').boundingBox())!];
  await page.mouse.click(first.x + 20, first.y + 20);
  // The time itself is what is tested.
  await page.waitForTimeout(300);
  await page.mouse.click(second.x + 20, second.y + 20);
  await expect.poll(async () => (await api.get(ids[1])).status).toBe('supplier_accepted');
  expect((await api.get(ids[0])).status).toBe('supplier_accepted');
  expect((await api.get(ids[2])).status).toBe('pending_supplier');
});

test('the gap closes when the hand is away', async ({ open, api }) => {
  const [first] = [await reach(api, 'Aglio'), await reach(api, 'Bianca')];
  const page = await open(KITCHEN);
  await api.status(first, 'preparing');
  const column_ = column(page, 'To prepare');
  await expect(column_.locator('.gap')).toContainText('In the oven');
  await expect(column_.locator('.gap')).toHaveCount(0);
  await expect(column_.getByRole('article')).toHaveCount(1);
});

test('a slip is taken back: where the ticket was, in its new place, and behind “…”', async ({ open, api }) => {
  const id = await reach(api, 'Diavola');
  const page = await open(KITCHEN);
  await ticket(page, 'Diavola').getByRole('button', { name: 'Start' }).click();
  const gap = column(page, 'To prepare').locator('.gap');
  await expect(gap.getByRole('button', { name: 'Undo' })).toBeVisible();
  const oven = column(page, 'In the oven');
  await expect(oven.getByRole('button', { name: 'Undo' })).toBeVisible();
  // So soon, a press at the place of the last one counts as accidental.
  await expect(async () => {
    await oven.getByRole('button', { name: 'Undo' }).click({ timeout: 500 });
    await expect(oven.getByRole('article')).toHaveCount(0, { timeout: 500 });
  }).toPass();
  expect((await api.get(id)).status).toBe('customer_accepted');
  // Put back by the kitchen itself, it does not ring.
  await expect(ticket(page, 'Diavola').getByRole('button', { name: 'Silence' })).toHaveCount(0);
  await api.status(id, 'preparing');
  await ticket(page, 'Diavola').getByLabel(/^More: step back/).click();
  await ticket(page, 'Diavola').getByRole('button', { name: 'Back to “To prepare”' }).click();
  await expect(column(page, 'To prepare').getByRole('article')).toHaveCount(1);
  const order = await open(`/orders/${id}`);
  await expect(order.getByRole('list', { name: 'What happened' })).toContainText('taken back after');
});

test('an order gets another driver in one step', async ({ open, api }) => {
  const id = await assigned(api, 'Diavola');
  await assigned(api, 'Hawaii');
  await api.post(`/api/orders/${id}/recall`, {});
  await api.post(`/api/orders/${id}/dispatch`, { driver_name: 'Mia' });
  const page = await open('/dispatch');
  const diavola = ticket(page, 'Diavola');
  await diavola.getByLabel(/^More: step back/).click();
  await diavola.getByLabel('Another driver', { exact: true }).selectOption({ label: 'Jonas (1 out)' });
  await diavola.getByRole('button', { name: 'Give it to them' }).click();
  await expect(column(page, 'Jonas').getByRole('article')).toHaveCount(2);
  const order = await api.get(id);
  expect(order).toMatchObject({ status: 'dispatched', driver_name: 'Jonas', version: 10 });
});

test('all of a driver’s trip sets off, and is delivered, with one press each', async ({ open, api }) => {
  const ids = [await assigned(api, 'Diavola'), await assigned(api, 'Hawaii')];
  const page = await open('/dispatch');
  await page.getByRole('button', { name: 'All set off (2)' }).click();
  await expect(page.getByRole('button', { name: 'All delivered (2)' })).toBeVisible();
  // So soon, a press at the same place counts as accidental: it is repeated until it is accepted.
  await expect(async () => {
    await page.getByRole('button', { name: 'All delivered (2)' }).click({ timeout: 500 });
    await expect(page.getByRole('timer')).toBeVisible({ timeout: 500 });
  }).toPass();
  for (const id of ids) await expect.poll(async () => (await api.get(id)).status).toBe('delivered');
});

test('“Delivered” is sent at once when the page is left, and waits on a page that was just opened', async ({ open, api }) => {
  const [first, second] = [await assigned(api, 'Diavola', 'in_transit'), await assigned(api, 'Hawaii', 'in_transit')];
  const page = await open('/dispatch');
  await page.getByRole('button', { name: 'All delivered (2)' }).click();
  await expect(page.getByRole('timer')).toBeVisible();
  await page.getByRole('button', { name: 'Not yet' }).click();
  await ticket(page, 'Diavola').getByRole('button', { name: 'Delivered' }).click();
  await expect(page.getByRole('timer')).toBeVisible();
  // What another device changes does not send it.
  await api.post(`/api/orders/${second}/recall`, {});
  expect((await api.get(first)).status).toBe('in_transit');
  await page.goto('/');
  await expect.poll(async () => (await api.get(first)).status).toBe('delivered');
});

test('what is late is on top, and counted', async ({ open, api }) => {
  const page = await open(KITCHEN);
  const promised = async (pizza: string, minutes: number) => {
    const { id } = await api.offer(pizza);
    await api.post(`/api/orders/${id}/supplier-respond`, { accept: true, estimated_time: minutes });
    await api.post(`/api/orders/${id}/customer-accept`, { customer_name: 'Ana', delivery_address: 'Kurze Gasse 1' });
    return id;
  };
  for (const [pizza, minutes] of [['Late', 30], ['Soon', 4], ['Then', 12]] as const) await promised(pizza, minutes);
  await page.reload();
  await expect(column(page, 'To prepare').getByRole('heading', { level: 3 })).toHaveText(['Soon', 'Then', 'Late']);
  await expect(ticket(page, 'Then')).toContainText(/oven by \d\d:\d\d · door \d\d:\d\d/);
});

test('an offer is made again at its last price with one tap, or accepted at once', async ({ open, api }) => {
  await api.offer('Diavola', { supplier_price: 8, markup_percentage: 25 });
  const page = await open(KITCHEN);
  await page.locator('#new-offer summary').click();
  await page.getByRole('group', { name: 'Offer again' }).getByRole('button', { name: 'Diavola €8.00 (€10.00)' }).click();
  await expect(column(page, 'To answer').getByRole('article')).toHaveCount(2);
  await page.getByRole('combobox', { name: 'Pizza' }).fill('Hawaii');
  await page.getByLabel('Your price').fill('7');
  await page.getByLabel('Minutes to the door, if accepted at once').fill('40');
  await page.getByRole('button', { name: 'Offer and accept' }).click();
  await unfold(page, 'On offer');
  await expect(column(page, 'On offer').getByText('40 min')).toBeVisible();
});

test('the first visit asks which kitchen this is, and remembers it', async ({ open, api }) => {
  await api.offer('Margherita', { supplier_name: 'Forno' });
  await api.offer('Diavola');
  const page = await open('/supplier');
  const ask = page.getByRole('region', { name: 'Which kitchen is this?' });
  await ask.getByLabel('Your kitchen’s name').fill('Forno');
  await ask.getByRole('button', { name: 'This is mine' }).click();
  await expect(page).toHaveURL(/kitchen=Forno$/);
  await expect(ask).toHaveCount(0);
  await expect(page.getByRole('article')).toHaveCount(1);
  await page.goto('/supplier');
  await expect(page).toHaveURL(/kitchen=Forno$/);
});

test('a ticket that goes where the page does not look is gone all the same', async ({ open, api }) => {
  await api.offer('Aglio');
  const others = Array.from({ length: 52 }, (_, n) => api.accepted(`Pizza ${n}`));
  await Promise.all(others);
  const page = await open(KITCHEN);
  await ticket(page, 'Aglio').getByRole('button', { name: /^Accept/ }).click();
  await expect(column(page, 'To answer').locator('.gap')).toHaveCount(1);
  await expect(column(page, 'To answer').getByRole('article')).toHaveCount(0);
});
