// The live connection: pages follow, show when they cannot, and reconnect by themselves.
import { hydrated, column, expect, isSame, mark, test, ticket } from '../world';

test('only the row that changes is rendered again', async ({ open, api }) => {
  const orders = await open('/orders');
  const one = await api.offer('Margherita');
  await api.offer('Marinara');
  const row = (pizza: string) => orders.getByRole('row').filter({ hasText: pizza });
  await expect(row('Marinara')).toBeVisible();
  await row('Margherita').evaluate((row) => row.setAttribute('data-seen', ''));
  const untouched = await row('Marinara').evaluateHandle((row) => {
    const seen = { changes: 0 };
    const watch = new MutationObserver((changes) => (seen.changes += changes.length));
    watch.observe(row, { subtree: true, childList: true, attributes: true, characterData: true });
    return seen;
  });
  await api.status(one.id, 'cancelled');
  await expect(row('Margherita')).toContainText('Cancelled');
  await expect(row('Margherita')).toHaveAttribute('data-seen');
  expect(await untouched.evaluate((seen) => seen.changes)).toBe(0);
});

test.describe('when the server dies', () => {
  test.use({ allowed: /WebSocket connection|ERR_CONNECTION_(REFUSED|RESET)/ });

  test('every window catches up without a reload', async ({ open, api, market }) => {
    const before = await api.accepted('Margherita');
    const windows = await Promise.all(['/supplier', '/customer', '/orders'].map(open));
    await mark(windows);
    await market.kill();
    for (const page of windows) await expect(page.getByText(/Reconnecting|Stale/).first()).toBeVisible();
    await market.start();
    // What happens before they are back must not be missed.
    await api.taken('Diavola');
    await api.status(before.id, 'cancelled');
    await Promise.all(windows.map(hydrated));
    const [kitchen, customer, orders] = windows;
    await expect(column(kitchen, 'To prepare')).toContainText('Diavola');
    await expect(ticket(kitchen, 'Margherita')).toHaveCount(0);
    await expect(customer.getByText('Nothing is on offer right now')).toBeVisible();
    await expect(orders.getByRole('row').filter({ hasText: 'Margherita' })).toContainText('Cancelled');
    await expect(orders.getByRole('row').filter({ hasText: 'Diavola' })).toHaveCount(1);
    await isSame(windows);
  });

  test('the indicator and the banner show the age of the data', async ({ open, market }) => {
    const page = await open('/orders');
    await market.kill();
    await expect(page.getByText('Stale', { exact: true })).toBeVisible();
    await expect(page.getByText(/\d+ s old/)).toBeVisible();
    await expect(page.getByRole('alert')).toContainText('This is from');
    await market.start();
    await hydrated(page);
    await expect(page.getByRole('alert')).toHaveCount(0);
  });

  test('an unanswered command is reported beside its form, and sent again when the server is back', async ({ open, api, market }) => {
    await api.taken('Diavola');
    const kitchen = await open('/supplier');
    await market.kill();
    await ticket(kitchen, 'Diavola').getByRole('button', { name: 'Start' }).click();
    await expect(ticket(kitchen, 'Diavola').getByRole('alert')).toContainText('No answer came');
    await market.start();
    await expect(column(kitchen, 'In the oven')).toContainText('Diavola');
    await expect(ticket(kitchen, 'Diavola').getByRole('alert')).toHaveCount(0);
  });
});

test('a suspended server is detected, and nothing is lost when it resumes', async ({ open, api, market }) => {
  await api.taken('Diavola');
  const page = await open('/supplier');
  market.signal('SIGSTOP');
  await expect(page.getByText('Stale', { exact: true })).toBeVisible({ timeout: 25_000 });
  market.signal('SIGCONT');
  await hydrated(page);
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(ticket(page, 'Diavola')).toHaveCount(1);
});

test('an offline device shows so at once', async ({ open, api }) => {
  const page = await open('/orders');
  await page.context().setOffline(true);
  await expect(page.getByText(/^(Reconnecting…|Stale)$/)).toBeVisible({ timeout: 3_000 });
  await api.offer('Diavola');
  await page.context().setOffline(false);
  await hydrated(page);
  await expect(page.getByRole('row').filter({ hasText: 'Diavola' })).toHaveCount(1);
});

test('the time from a commit to the other window is shown', async ({ open, api }) => {
  const orders = await open('/orders');
  const times: number[] = [];
  for (let i = 0; i < 20; i++) {
    const seen = orders.evaluate(
      (pizza) =>
        new Promise<number>((done) => {
          const look = () => document.body.innerText.includes(pizza) && (watch.disconnect(), done(Date.now()));
          const watch = new MutationObserver(look);
          watch.observe(document.body, { subtree: true, childList: true, characterData: true });
          look();
        }),
      `Pizza ${i}.`,
    );
    const order = await api.offer(`Pizza ${i}.`);
    times.push((await seen) - Date.parse(order.created_at));
  }
  times.sort((a, b) => a - b);
  console.log(`from a commit to the other window: median ${times[10]} ms, slowest ${times[19]} ms`);
  expect(times).toHaveLength(20);
});
