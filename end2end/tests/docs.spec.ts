// The page of the API: it loads nothing from other hosts, under the policy of all pages.
import { expect, test } from '../world.ts';

test('a developer tries a call on the page, and an order is there', async ({ open, market, request }) => {
  const page = await open('/docs');
  const elsewhere: string[] = [];
  page.on('request', (one) => { if (!one.url().startsWith(market.url) && !one.url().startsWith('data:')) elsewhere.push(one.url()); });
  await page.reload();
  await expect(page.getByRole('heading', { name: /Pizza Market.*OAS 3\.1/ })).toBeVisible();

  await page.getByRole('button', { name: /offer a pizza/i }).click();
  await page.getByRole('button', { name: 'Execute' }).click();
  await expect(page.getByRole('heading', { name: 'Server response' })).toBeVisible();
  const orders = await (await request.get(`${market.url}/api/v1/orders`)).json();
  expect(orders.map((order: { pizza_name: string }) => order.pizza_name)).toEqual(['Diavola']);

  // The address of a problem's type.
  await page.goto('/problems/outdated');
  await expect(page.getByRole('heading', { name: /Pizza Market.*OAS 3\.1/ })).toBeVisible();
  await expect(page.getByRole('row', { name: '/problems/outdated' })).toBeInViewport();
  expect(elsewhere).toEqual([]);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('the page still names every call, and where the description is', async ({ open }) => {
    const page = await open('/');
    await page.getByRole('link', { name: 'the API' }).click();
    await expect(page.getByRole('row', { name: 'POST /api/v1/orders Offer a pizza' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'as JSON' })).toHaveAttribute('href', '/api/v1/openapi.json');
  });
});
