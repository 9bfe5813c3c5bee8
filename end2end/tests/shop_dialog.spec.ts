// An item over the menu: its price in the browser, the keyboard, what is sold out while it is open; and the same by pages.
import AxeBuilder from '@axe-core/playwright';
import type { APIRequestContext, Page } from '@playwright/test';
import { profile } from '../pizzeria';
import { type Market, expect, test, wider } from '../world';

// Browsers log refused requests.
test.use({ allowed: /status of 4\d\d/ });

const PROFILE = {
  ...profile, name: 'Luna', phone: '030 1234567',
  areas: [{ name: 'Mitte', postcodes: ['101*'], fee: 2.5, minimum: 12, minutes: [10, 25] }],
  tax: { mode: 'included', rates: { food: 7, drink: 19, delivery: 7 } },
};

const pizza = (id: string, name: string, m: number, l: number) => ({
  id, name, prices: [{ size: 'm', price: m }, { size: 'l', price: l }], groups: ['top', 'sauce'], halves: ['l'], pieces: 1, tax: 'food',
});

const MENU = {
  format: 'pizza-market/menu-1',
  sizes: [{ id: 'm', name: 'Medium' }, { id: 'l', name: 'Large' }],
  categories: [{ id: 'pizza', name: 'Pizza', items: ['diav', 'fung'] }, { id: 'drinks', name: 'Drinks', items: ['cola'] }],
  groups: [
    { id: 'top', name: 'Extras', min: 0, max: 2, free: 0, each: 1, halves: false, options: ['Olives', 'Ham', 'Corn'].map((name, n) => ({ id: `t${n}`, name, price: { m: 1, l: 1.5 } })) },
    { id: 'sauce', name: 'Sauce', min: 1, max: 1, free: 0, each: 1, halves: false, options: [{ id: 'plain', name: 'Tomato', price: 0 }, { id: 'bbq', name: 'Barbecue', price: 0.5 }] },
  ],
  halves: { rule: 'average', half_percent: 50, topping_percent: 50, fee: 0 },
  items: [pizza('diav', 'Diavola', 9.5, 12.35), pizza('fung', 'Funghi', 9, 11.5), { id: 'cola', name: 'Cola', prices: [{ price: 2.5 }], pieces: 0, tax: 'drink' }],
};

async function pizzeria(market: Market, request: APIRequestContext) {
  const made = await request.post(`${market.url}/api/restaurants`, { data: PROFILE });
  expect(made.status(), await made.text()).toBe(201);
  const menu = await request.put(`${market.url}/api/restaurants/luna/menu`, { data: MENU, headers: { 'if-match': '"1"' } });
  expect(menu.status(), await menu.text()).toBe(200);
}

const sold_out = async (market: Market, request: APIRequestContext, what: object, sold_out = true) => {
  const answer = await request.post(`${market.url}/api/restaurants/luna/sold-out`, { data: { ...what, sold_out } });
  expect(answer.status(), await answer.text()).toBe(200);
};

/** How often a page asks the server for the price. */
function asked(page: Page) {
  const all: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().includes('/items/')) all.push(request.url());
  });
  return all;
}

test('an item opens over the menu, its price is live in the browser, and it goes into the cart', async ({ market, request, open }) => {
  await pizzeria(market, request);
  const page = await open('/shops/luna');
  const posts = asked(page);
  await page.evaluate(() => ((window as any).same = true));
  await page.getByRole('link', { name: 'Diavola' }).click();
  const dialog = page.getByRole('dialog', { name: 'Diavola' });
  await expect(dialog).toBeVisible();
  await expect(page).toHaveURL(/\/shops\/luna\/items\/diav$/);
  await expect(dialog.getByRole('button', { name: 'Show price' })).toBeHidden();
  await dialog.getByText('Barbecue', { exact: false }).click();
  await expect(dialog.getByRole('button', { name: 'Add · €10.00' })).toBeVisible();
  await dialog.getByLabel('Olives').check();
  await expect(dialog.getByRole('button', { name: 'Add · €11.00' })).toBeVisible();
  await dialog.getByLabel('How many').fill('2');
  await expect(dialog.getByRole('button', { name: 'Add · €22.00' })).toBeVisible();
  expect(posts).toEqual([]);
  const { violations } = await new AxeBuilder({ page }).options({ preload: false }).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
  // Other sizes have other prices of their options, and two halves a price of their own.
  await dialog.getByText('Large', { exact: true }).click();
  await dialog.getByLabel('Half and half').selectOption({ label: 'Funghi' });
  await expect(dialog.getByRole('button', { name: 'Add · €27.86' })).toBeVisible();
  await dialog.getByRole('button', { name: /^Add/ }).click();
  await expect(dialog).toBeHidden();
  await expect(page).toHaveURL(/\/shops\/luna$/);
  await expect(page.getByRole('region', { name: 'Your cart' })).toContainText('€27.86');
  await expect(page.getByRole('link', { name: 'Diavola' })).toBeFocused();
  expect(await page.evaluate(() => (window as any).same)).toBe(true);
});

test('faults stand at their group, as many as are missing or too many', async ({ market, request, open }) => {
  await pizzeria(market, request);
  const page = await open('/shops/luna');
  await page.getByRole('link', { name: 'Diavola' }).click();
  const dialog = page.getByRole('dialog');
  const [sauce, extras] = ['Sauce', 'Extras'].map((name) => dialog.getByRole('group', { name }));
  for (const name of ['Olives', 'Ham', 'Corn']) await extras.getByLabel(name).check();
  await expect(extras.getByRole('alert')).toHaveText('Choose 1 fewer.');
  await extras.getByLabel('Ham').uncheck();
  await expect(extras.getByRole('alert')).toBeHidden();
  // Nothing was chosen there yet.
  await expect(sauce.getByRole('alert')).toBeHidden();
  await dialog.getByRole('button', { name: /^Add/ }).click();
  await expect(sauce.getByRole('alert')).toHaveText('Choose 1 more.');
  await expect(sauce.getByRole('radio').first()).toBeFocused();
});

test('the keyboard alone: arrows within a group, Esc, and the focus comes back', async ({ market, request, open }) => {
  await pizzeria(market, request);
  const page = await open('/shops/luna', { locale: 'de-DE', viewport: { width: 390, height: 844 } });
  await page.getByRole('link', { name: 'Diavola' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toBeVisible();
  await dialog.getByLabel('Olives').focus();
  await page.keyboard.press('ArrowDown');
  await expect(dialog.getByLabel('Ham')).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await expect(dialog.getByLabel('Corn')).toBeFocused();
  await dialog.getByLabel('Tomato').focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowDown');
  await expect(dialog.getByLabel('Barbecue')).toBeChecked();
  await expect(dialog.getByRole('button', { name: /In den Warenkorb · 10,00/ })).toBeVisible();
  expect(await wider(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(page).toHaveURL(/\/shops\/luna$/);
  await expect(page.getByRole('link', { name: 'Diavola' })).toBeFocused();
  // The way back and forth through the history is the dialog's, too.
  await page.goForward();
  await expect(dialog).toBeVisible();
  await page.goBack();
  await expect(dialog).toBeHidden();
});

test('what is sold out greys in an open dialog, and what is new on the menu comes by itself', async ({ market, request, open }) => {
  await pizzeria(market, request);
  const page = await open('/shops/luna');
  await page.getByRole('link', { name: 'Diavola' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Tomato').check();
  await expect(dialog.getByRole('button', { name: 'Add · €9.50' })).toBeVisible();
  await sold_out(market, request, { group: 'top', option: 't1' });
  await expect(dialog.getByLabel('Ham')).toBeDisabled();
  await sold_out(market, request, { group: 'sauce', option: 'plain' });
  await expect(dialog.getByRole('alert').filter({ hasText: 'sold out' })).toBeVisible();
  await sold_out(market, request, { group: 'sauce', option: 'plain' }, false);
  await expect(dialog.getByRole('button', { name: 'Add · €9.50' })).toBeVisible();
  await sold_out(market, request, { item: 'diav' });
  await expect(dialog.getByRole('button', { name: /^Add/ })).toBeDisabled();
  await expect(page.locator('#i-diav').getByText('Sold out')).not.toHaveAttribute('hidden');
  await page.keyboard.press('Escape');
  const path = `${market.url}/api/restaurants/luna/items/fung`;
  const item = await request.get(path);
  const saved = await request.put(path, { data: { ...(await item.json()), name: 'Funghi freschi' }, headers: { 'if-match': item.headers().etag! } });
  expect(saved.status(), await saved.text()).toBe(200);
  await expect(page.getByRole('link', { name: 'Funghi freschi' })).toBeVisible();
});

test('without JavaScript an item is a page with a button for its price', async ({ browser, market, request }) => {
  await pizzeria(market, request);
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: market.url });
  const page = await context.newPage();
  await page.goto('/shops/luna');
  await page.getByRole('link', { name: 'Diavola' }).click();
  await expect(page).toHaveURL(/\/items\/diav$/);
  await page.getByLabel('Barbecue').check();
  await page.getByRole('button', { name: 'Show price' }).click();
  await expect(page.getByRole('button', { name: 'Add · €10.00' })).toBeVisible();
  await page.getByRole('button', { name: /^Add/ }).click();
  await expect(page.getByRole('region', { name: 'Your cart' })).toContainText('€10.00');
  // A day comes first, then its windows.
  await page.goto('/shops/luna/checkout');
  await page.getByLabel('How many').fill('2');
  await page.getByRole('button', { name: 'Set' }).click();
  await page.getByRole('link', { name: 'To the checkout' }).click();
  await page.getByLabel('Postcode').fill('10117');
  await page.getByRole('button', { name: 'Show price and times' }).click();
  const when = page.getByRole('group', { name: 'When' });
  await expect(when.getByRole('combobox')).toHaveCount(0);
  await when.getByText('Tomorrow', { exact: true }).click();
  await expect(when.getByRole('combobox', { name: 'Tomorrow' }).locator('option').first()).toContainText('8 left');
  await context.close();
});
