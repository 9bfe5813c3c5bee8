// The page of the API: it loads nothing from other hosts, under the policy of all pages.
import { expect, test } from '../world.ts';

// Browsers log refused requests.
test.use({ allowed: /status of 412 / });

test('a developer tries calls on the page, and an order is there', async ({ open, market, request }) => {
  const page = await open('/docs');
  const elsewhere: string[] = [];
  page.on('request', (one) => { if (!one.url().startsWith(market.url) && !one.url().startsWith('data:')) elsewhere.push(one.url()); });
  await page.reload();
  /** A call, unfolded. */
  const call = async (summary: string) => {
    await page.getByRole('heading', { name: summary }).click();
    return page.getByRole('group').filter({ has: page.getByRole('heading', { name: summary }) });
  };
  const offer = await call('Offer a pizza');
  await expect(offer.getByRole('row', { name: 'pizza_name required' })).toContainText('1 to 100 characters');
  await offer.getByRole('button', { name: 'Send it' }).click();
  await expect(offer.getByRole('status')).toContainText(/^201 Created/);
  const orders = await (await request.get(`${market.url}/api/v1/orders`)).json();
  expect(orders.map((order: { pizza_name: string }) => order.pizza_name)).toEqual(['Diavola']);

  // Parameters in the path, in the query and in a header.
  const one = await call('Look at an order');
  await one.getByLabel('id', { exact: true }).fill(orders[0].id);
  await one.getByLabel('If-Match').fill('"7"');
  await one.getByRole('button', { name: 'Send it' }).click();
  await expect(one.getByRole('status')).toContainText(/^412/);
  const all = await call('Look at all orders');
  await all.getByLabel('status').fill('ready');
  await all.getByRole('button', { name: 'Send it' }).click();
  await expect(all.getByRole('status')).toContainText(/^200 OK[^]*\[\]$/);

  // The address of a problem's type.
  await page.goto('/problems/outdated');
  await expect(page.getByRole('row', { name: '/problems/outdated' }).first()).toBeInViewport();
  expect(elsewhere).toEqual([]);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('the page still describes every call, and where the description is', async ({ open }) => {
    const page = await open('/');
    await page.getByRole('link', { name: 'the API' }).click();
    await page.getByRole('heading', { name: 'POST /api/v1/orders Offer a pizza' }).click();
    await expect(page.getByRole('row', { name: 'Idempotency-Key' }).first()).toBeVisible();
    await expect(page.getByRole('button', { name: 'Send it' })).toHaveCount(0);
    await expect(page.getByRole('link', { name: 'as JSON' })).toHaveAttribute('href', '/api/v1/openapi.json');
  });
});
