// From the first visit to the door: a pizzeria, a pizza of two halves, a time, an order; with JavaScript and without.
import AxeBuilder from '@axe-core/playwright';
import type { APIRequestContext, Page } from '@playwright/test';
import { type Market, expect, test, wider } from '../world';

// Browsers log refused requests, and that a plain page does not use the program.
test.use({ allowed: /status of 4\d\d|preloaded using link preload/ });

const day = [['00:00', '24:00']];
const PROFILE = {
  name: 'Bella Napoli', about: 'Since 1987', tags: ['wood oven'], phone: '030 1234567',
  address: { street: 'Kurze Gasse 1', postcode: '10115', town: 'Berlin' }, time_zone: 'Europe/Berlin',
  hours: { mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day },
  areas: [{ name: 'Mitte', postcodes: ['101*'], fee: 2.5, minimum: 12, free_from: 60, minutes: [10, 25] }],
  tax: { mode: 'included', rates: { food: 7, drink: 19, delivery: 7 } },
};

const pizza = (id: string, name: string, m: number, l: number) => ({
  id, name, prices: [{ size: 'm', price: m }, { size: 'l', price: l }], groups: ['top', 'sauce'], without: ['Basil'],
  halves: ['l'], pieces: 1, tax: 'food', allergens: ['gluten', 'milk'],
});

const MENU = {
  format: 'pizza-market/menu-1',
  sizes: [{ id: 'm', name: 'Medium' }, { id: 'l', name: 'Large' }],
  categories: [{ id: 'pizza', name: 'Pizza', items: ['marg', 'diav', 'fung'] }, { id: 'drinks', name: 'Drinks', items: ['cola'] }],
  groups: [
    { id: 'top', name: 'Toppings', min: 0, max: 2, free: 0, each: 2, halves: true, options: [{ id: 'olives', name: 'Olives', price: { m: 1, l: 1.5 } }] },
    { id: 'sauce', name: 'Sauce', min: 1, max: 1, free: 0, each: 1, halves: false, options: [{ id: 'plain', name: 'Tomato', price: 0 }, { id: 'bbq', name: 'Barbecue', price: 0.5 }] },
  ],
  halves: { rule: 'average', half_percent: 50, topping_percent: 50, fee: 0 },
  items: [
    pizza('marg', 'Margherita', 8, 10), pizza('diav', 'Diavola', 9.5, 12.35), pizza('fung', 'Funghi', 9, 11.5),
    { id: 'cola', name: 'Cola', prices: [{ price: 2.5, deposit: 0.25, amount: { ml: 330 } }], pieces: 0, tax: 'drink' },
  ],
};

/** A pizzeria with its menu. */
async function open_pizzeria(market: Market, request: APIRequestContext) {
  const made = await request.post(`${market.url}/api/restaurants`, { data: PROFILE });
  expect(made.status(), await made.text()).toBe(201);
  const menu = await request.put(`${market.url}/api/restaurants/bella-napoli/menu`, { data: MENU, headers: { 'if-match': '"1"' } });
  expect(menu.status(), await menu.text()).toBe(200);
}

async function accessible(page: Page) {
  if (test.info().titlePath.includes('without JavaScript')) return;
  const { violations } = await new AxeBuilder({ page }).options({ preload: false }).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
  expect(await wider(page)).toEqual([]);
}

/** Puts a large half Diavola half Funghi with olives on the left into the cart. */
async function choose(page: Page) {
  await page.getByText('Large', { exact: true }).click();
  await page.getByLabel('Half and half').selectOption({ label: 'Funghi' });
  await page.getByRole('group', { name: 'Olives' }).getByText('left half').click();
  await page.getByText('Tomato', { exact: true }).click();
}

async function fill(page: Page) {
  await page.getByLabel('Your name').fill('Ana');
  await page.getByLabel('Phone').fill('030 7654321');
  await page.getByLabel('Street and number').fill('Lange Straße 2');
  await page.getByLabel('Town').fill('Berlin');
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled });

    test('from the first visit to the door, with halves and a schedule', async ({ market, request, open }) => {
      await open_pizzeria(market, request);
      const page = await open('/shops');
      await page.getByLabel('Your postcode').fill('10117');
      await page.getByRole('button', { name: 'Show who delivers' }).click();
      await expect(page.getByText('delivery €2.50')).toBeVisible();
      await accessible(page);
      await page.getByRole('link', { name: 'Bella Napoli' }).click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Bella Napoli');
      await expect(page.getByText('330 ml · €7.58 per litre')).toBeVisible();
      await accessible(page);

      await page.getByRole('link', { name: 'Diavola' }).click();
      await choose(page);
      if (!javaScriptEnabled) await page.getByRole('button', { name: 'Show price' }).click();
      await expect(page.getByRole('button', { name: 'Add · €12.68' })).toBeVisible();
      await accessible(page);
      await page.getByRole('button', { name: /^Add/ }).click();
      await page.getByRole('link', { name: 'To the cart' }).click();
      await expect(page.getByText('Olives (left half)')).toBeVisible();
      await accessible(page);
      await page.getByRole('link', { name: 'To the checkout' }).click();

      await fill(page);
      const when = page.getByRole('group', { name: 'When' });
      await expect(when.getByRole('radio', { name: /^Now, / })).toBeChecked();
      await when.getByText('Tomorrow', { exact: true }).click();
      const windows = when.getByRole('combobox', { name: 'Tomorrow' });
      const scheduled = windows.locator('option').first();
      await expect(scheduled).toContainText('8 left');
      await windows.selectOption((await scheduled.getAttribute('value'))!);
      await accessible(page);
      await page.getByRole('button', { name: 'Order for €15.18' }).click();
      await expect(page).toHaveURL(/\/customer\/[0-9a-f-]{36}$/);
      const id = page.url().split('/').at(-1)!;
      const order = await (await request.get(`${market.url}/api/orders/${id}`)).json();
      expect(order.basket.promise.asap).toBe(false);
      expect(order.basket.lines[0].half.name).toBe('Funghi');
      expect(order.basket.place.town).toBe('Berlin');
      // Ordered is ordered: the cart is empty.
      await page.goto('/shops/bella-napoli/cart');
      await expect(page.getByText('The cart is empty')).toBeVisible();
    });

    test('a fault stands at its group', async ({ market, request, open }) => {
      await open_pizzeria(market, request);
      const page = await open('/shops/bella-napoli/items/marg');
      await page.getByRole('button', { name: /^Add/ }).click();
      await expect(page.getByRole('group', { name: 'Sauce' }).getByRole('alert')).toHaveText('Choose 1 more.');
      await accessible(page);
    });

    test('what is sold out while it is in the cart says so and lets the rest go', async ({ market, request, open }) => {
      await open_pizzeria(market, request);
      const page = await open('/shops/bella-napoli/items/cola');
      await page.getByLabel('How many').fill('5');
      await page.getByRole('button', { name: /^Add/ }).click();
      await expect(page.getByRole('region', { name: 'Your cart' })).toBeVisible();
      await page.goto('/shops/bella-napoli/items/marg');
      await page.getByText('Tomato', { exact: true }).click();
      await page.getByLabel('How many').fill('2');
      await page.getByRole('button', { name: /^Add/ }).click();
      await expect(page.getByRole('region', { name: 'Your cart' })).toBeVisible();
      await page.goto('/shops/bella-napoli/cart');
      const menu = await page.context().newPage();
      await menu.goto('/shops/bella-napoli');
      await expect(menu.locator('#i-cola').getByText('Sold out')).toBeHidden();
      const sold = await request.post(`${market.url}/api/restaurants/bella-napoli/sold-out`, { data: { item: 'cola', sold_out: true } });
      expect(sold.status(), await sold.text()).toBe(200);
      // With JavaScript both pages hear of it.
      if (!javaScriptEnabled) await Promise.all([page.reload(), menu.reload()]);
      await expect(menu.locator('#i-cola').getByText('Sold out')).toBeVisible();
      await expect(page.getByRole('listitem').filter({ hasText: 'Cola' }).getByRole('status')).toHaveText('Sold out');
      await page.getByRole('listitem').filter({ hasText: 'Cola' }).getByRole('button', { name: 'Take it out' }).click();
      await expect(page.getByText('Cola')).toHaveCount(0);
      await expect(page.getByRole('link', { name: 'To the checkout' })).toBeVisible();
    });

    test('a changed price is shown beside the old one, and asks again', async ({ market, request, open }) => {
      await open_pizzeria(market, request);
      const page = await open('/shops/bella-napoli/items/diav');
      await page.getByText('Large', { exact: true }).click();
      await page.getByText('Tomato', { exact: true }).click();
      await page.getByRole('button', { name: /^Add/ }).click();
      await expect(page.getByRole('region', { name: 'Your cart' })).toBeVisible();
      await page.goto('/shops/bella-napoli/checkout');
      await page.getByLabel('Postcode').fill('10117');
      await page.getByRole('button', { name: 'Show price and times' }).click();
      await fill(page);
      const dearer = { ...PROFILE, slug: 'bella-napoli', areas: [{ ...PROFILE.areas[0], fee: 4.5 }] };
      const saved = await request.put(`${market.url}/api/restaurants/bella-napoli`, { data: dearer, headers: { 'if-match': '"1"' } });
      expect(saved.status(), await saved.text()).toBe(200);
      await page.getByRole('button', { name: 'Order for €14.85' }).click();
      const news = page.getByRole('alert').filter({ hasText: 'Something has changed' });
      await expect(news.getByRole('row', { name: 'Delivery' })).toHaveText('Delivery€2.50€4.50');
      await expect(page.getByLabel('Your name')).toHaveValue('Ana');
      await accessible(page);
      await page.getByRole('button', { name: 'Order for €16.85' }).click();
      await expect(page).toHaveURL(/\/customer\/[0-9a-f-]{36}$/);
    });
  });
}

test.describe('where the browser tells its position', () => {
  test('it says who delivers, and goes with the order', async ({ market, request, open }) => {
    await open_pizzeria(market, request);
    const here = { ...PROFILE, slug: 'bella-napoli', point: { lat: 52.52, lon: 13.405 }, areas: [{ name: 'Near', within: 3000, fee: 1, minimum: 0, minutes: [5, 10] }] };
    const saved = await request.put(`${market.url}/api/restaurants/bella-napoli`, { data: here, headers: { 'if-match': '"1"' } });
    expect(saved.status(), await saved.text()).toBe(200);
    const page = await open('/shops');
    const context = page.context();
    await context.grantPermissions(['geolocation'], { origin: market.url });
    await context.setGeolocation({ latitude: 52.530049, longitude: 13.400049 });
    await page.getByRole('button', { name: 'Use my position' }).click();
    await expect(page.getByText('delivery €1.00')).toBeVisible();
    await expect(page.getByText('To where you are.')).toBeVisible();
    await accessible(page);
    await page.goto('/shops/bella-napoli/items/cola');
    await page.getByRole('button', { name: /^Add/ }).click();
    await expect(page.getByRole('region', { name: 'Your cart' })).toBeVisible();
    await page.goto('/shops/bella-napoli/checkout');
    await expect(page.getByRole('checkbox', { name: 'It goes to where I am now' })).toBeChecked();
    await accessible(page);
    await page.getByRole('checkbox', { name: 'It goes to where I am now' }).uncheck();
    await page.getByRole('button', { name: 'Another place' }).click();
    await expect(page.getByRole('button', { name: 'Order for' })).toHaveCount(0);
    // What was typed stays.
    await page.getByLabel('Your name').fill('Ana');
    await page.getByRole('button', { name: 'Use my position' }).click();
    await expect(page.getByRole('button', { name: 'Order for €3.75' })).toBeVisible();
    await expect(page.getByLabel('Your name')).toHaveValue('Ana');
    await fill(page);
    await page.getByLabel('Postcode').fill('20095');
    await page.getByRole('button', { name: 'Order for €3.75' }).click();
    await expect(page).toHaveURL(/\/customer\/[0-9a-f-]{36}$/);
    const order = await (await request.get(`${market.url}/api/orders/${page.url().split('/').pop()}`)).json();
    // A hundred metres are enough for who delivers.
    expect(order.basket.place.point).toEqual({ lat: 52.53, lon: 13.4 });
  });

  test('a refusal is said beside the button, and the postcode goes on working', async ({ market, request, open }) => {
    await open_pizzeria(market, request);
    const page = await open('/shops');
    await page.context().clearPermissions();
    await page.getByRole('button', { name: 'Use my position' }).click();
    await expect(page.getByRole('status').filter({ hasText: 'Your browser does not tell where you are.' })).toBeVisible();
    await page.getByLabel('Your postcode').fill('10117');
    await page.getByRole('button', { name: 'Show who delivers' }).click();
    await expect(page.getByText('delivery €2.50')).toBeVisible();
  });
});

test('a shared link fills a cart only when asked to', async ({ market, request, open }) => {
  await open_pizzeria(market, request);
  const page = await open('/shops/bella-napoli/cart?add=diav%2Fl%2Bfung~sauce%3Aplain%2Ccola*2');
  await expect(page.getByRole('heading', { name: 'From the link' })).toBeVisible();
  await expect(page.getByText('The cart is empty')).toBeVisible();
  await page.getByRole('button', { name: 'Put it into my cart' }).click();
  await expect(page.getByText('½ Diavola ½ Funghi')).toBeVisible();
  await accessible(page);
});

test('a menu is searched as one types', async ({ market, request, open }) => {
  await open_pizzeria(market, request);
  const page = await open('/shops/bella-napoli');
  const find = page.getByLabel('Find on the menu');
  await find.fill('fúngh');
  await expect(page.getByRole('link', { name: 'Funghi' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Diavola' })).toBeHidden();
  await expect(page.getByRole('heading', { name: 'Drinks' })).toBeHidden();
  await find.fill('sushi');
  await expect(page.getByText('Nothing on the menu matches.')).toBeVisible();
  await find.fill('');
  await expect(page.getByRole('link', { name: 'Cola' })).toBeVisible();
});

test('the keyboard alone, and German on a narrow phone', async ({ market, request, open }) => {
  await open_pizzeria(market, request);
  const page = await open('/shops/bella-napoli/items/diav', { locale: 'de-DE', viewport: { width: 390, height: 844 } });
  await expect(page.getByText('Durchschnitt der beiden Pizzen')).toBeVisible();
  await page.getByLabel('Large').focus();
  await page.keyboard.press('ArrowUp');
  await expect(page.getByLabel('Medium')).toBeChecked();
  await page.getByLabel('Tomato').focus();
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'In den Warenkorb · 9,50' })).toBeVisible();
  await accessible(page);
  for (const path of ['/shops', '/shops/bella-napoli', '/shops/bella-napoli/cart']) {
    await page.goto(path);
    await accessible(page);
  }
});
