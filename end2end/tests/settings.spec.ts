// Preferences and notifications: language, look, keys, and notices of what is out of sight.
import { column, expect, hydrated, newOffer, test, ticket, unfold } from '../world';

// Browsers log refused requests.
test.use({ allowed: /status of 422 / });

test('a page is in German where the browser prefers it, and in English where that is chosen', async ({ open, api }) => {
  await api.accepted('Diavola');
  const page = await open('/customer', { locale: 'de-CH' });
  await expect(page.getByRole('navigation', { name: 'Bereiche' }).getByRole('link', { name: 'Küche 0 jetzt zu tun' })).toBeVisible();
  await expect(ticket(page, 'Diavola')).toContainText('12,35 €');
  await page.getByRole('button', { name: 'Aussehen und Sprache' }).click();
  await page.getByRole('button', { name: 'English' }).click();
  await expect(ticket(page, 'Diavola')).toContainText('€12.35');
  // The choice is kept.
  await page.goto('/dispatch');
  await expect(page.getByRole('navigation', { name: 'Panels' })).toBeVisible();
});

test('a whole order goes through in German', async ({ open, api }) => {
  await api.accepted('Diavola');
  const german = { locale: 'de-DE' };
  const customer = await open('/customer', german);
  await ticket(customer, 'Diavola').getByRole('link', { name: /^Bestellen/ }).click();
  await customer.getByRole('button', { name: /^Für 12,35\s€ bestellen/ }).click();
  await expect(customer.getByText('Die Adresse ist leer. Wohin soll es gehen?')).toBeVisible();
  await customer.getByLabel('Dein Name').fill('Ana');
  await customer.getByLabel('Lieferadresse').fill('Kurze Gasse 1');
  await customer.getByRole('button', { name: /^Für 12,35\s€ bestellen/ }).click();
  await expect(customer).toHaveURL(/customer\/[0-9a-f-]{36}/);
  const kitchen = await open('/supplier', german);
  await ticket(kitchen, 'Diavola').getByRole('button', { name: 'Anfangen' }).click();
  await ticket(kitchen, 'Diavola').getByRole('button', { name: 'Fertig' }).click();
  const dispatch = await open('/dispatch', german);
  await expect(ticket(dispatch, 'Diavola')).toBeVisible();
});

test('light, dark and contrast follow the device, until they are chosen', async ({ open }) => {
  const page = await open('/', { colorScheme: 'dark' });
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await paper();
  await page.getByRole('button', { name: 'Look and language' }).click();
  await page.getByRole('button', { name: 'Light' }).click();
  await expect.poll(paper).not.toBe(dark);
  const light = await paper();
  await expect(page.getByRole('button', { name: 'Light' })).toHaveAttribute('aria-pressed', 'true');
  await page.getByRole('button', { name: 'More contrast' }).click();
  await expect.poll(paper).not.toBe(light);
});

test('the settings stay open while one chooses, and close as any popover', async ({ open }) => {
  const page = await open('/orders?q=x');
  const look = page.getByRole('complementary', { name: /^(Look and language|Aussehen und Sprache)$/ });
  await page.getByRole('button', { name: 'Look and language' }).click();
  for (const [choice, chosen] of [['Dark', 'Dark'], ['Compact', 'Compact'], ['Deutsch', 'Deutsch'], ['Hell', 'Hell']]) {
    await Promise.all([page.waitForEvent('load'), look.getByRole('button', { name: choice, exact: true }).click()]);
    await hydrated(page);
    await expect(look.getByRole('button', { name: chosen, exact: true })).toHaveAttribute('aria-pressed', 'true');
    await expect(look.getByRole('button', { name: chosen, exact: true })).toBeInViewport();
  }
  // The address is the page's own again, and a reload begins with closed settings.
  await expect(page).toHaveURL(/\/orders\?q=x$/);
  await page.keyboard.press('Escape');
  await expect(look).toBeHidden();
  await page.getByRole('button', { name: 'Aussehen und Sprache' }).click();
  await expect(look).toBeVisible();
  await page.reload();
  await hydrated(page);
  await expect(look).toBeHidden();
});

test('keys move from ticket to ticket, and take the next step', async ({ open, api }) => {
  await api.taken('Diavola');
  await api.taken('Hawaii');
  await api.accepted('Marinara');
  const kitchen = await open('/supplier');
  await unfold(kitchen, 'On offer');
  await kitchen.keyboard.press('?');
  await expect(kitchen.getByRole('heading', { name: 'Keyboard shortcuts' })).toBeVisible();
  await kitchen.keyboard.press('Escape');
  await kitchen.keyboard.press('ArrowDown');
  await expect(ticket(kitchen, 'Marinara')).toBeFocused();
  await kitchen.keyboard.press('o');
  await expect(ticket(kitchen, 'Marinara').getByRole('button', { name: /^Withdraw this pizza/ })).toBeVisible();
  await kitchen.keyboard.press('l');
  if ((kitchen.viewportSize()?.width ?? 0) > 1000) {
    await expect(ticket(kitchen, 'Diavola')).toBeFocused();
    await kitchen.keyboard.press('ArrowDown');
    await expect(ticket(kitchen, 'Hawaii')).toBeFocused();
  } else {
    await ticket(kitchen, 'Hawaii').focus();
  }
  await kitchen.keyboard.press('n');
  await expect(column(kitchen, 'In the oven').getByRole('heading', { name: 'Hawaii' })).toBeVisible();
  // The ticket is gone from under the focus, which goes on to the one beside it.
  await expect(ticket(kitchen, 'Diavola')).toBeFocused();
  // While the help is open, the page's keys do nothing.
  await kitchen.keyboard.press('?');
  await kitchen.keyboard.press('n');
  await kitchen.keyboard.press('Escape');
  await expect(column(kitchen, 'In the oven').getByRole('article')).toHaveCount(1);
  // What is written in a field is text.
  await newOffer(kitchen);
  await kitchen.getByRole('combobox', { name: 'Pizza' }).first().fill('');
  await kitchen.getByRole('combobox', { name: 'Pizza' }).first().pressSequentially('no joke?');
  await expect(kitchen.getByRole('combobox', { name: 'Pizza' }).first()).toHaveValue('no joke?');
});

test('keys move into the list of orders after a change of panel', async ({ open, api }) => {
  await api.offer('Diavola');
  const page = await open('/supplier');
  await page.getByRole('link', { name: /^Orders/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Orders');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('link', { name: 'Diavola' })).toBeFocused();
});

test('changes out of sight are announced, and changes in sight are not', async ({ open, api }) => {
  for (let n = 0; n < 12; n++) await ready(await api.taken(`Pizza ${n}`));
  const dispatch = await open('/dispatch', { viewport: { width: 390, height: 844 } });
  await expect(dispatch.getByRole('article')).toHaveCount(12);
  const late = await api.taken('Diavola');
  await ready(late);
  const news = dispatch.getByRole('status', { name: 'News' });
  await expect(news).toContainText(`Diavola ${late.id.slice(-4).toUpperCase()}: Ready`);
  await news.getByRole('link', { name: 'Show it' }).click();
  await expect(ticket(dispatch, 'Diavola')).toBeInViewport();
  await api.status(late.id, 'cancelled');
  await expect(news).toContainText('Cancelled');
  await news.getByRole('button', { name: 'Close' }).click();
  await expect(news).toBeEmpty();
  // An outdated notice is removed.
  await dispatch.getByRole('heading', { level: 1 }).scrollIntoViewIfNeeded();
  const later = await api.taken('Hawaii');
  await ready(later);
  await expect(news).toContainText('Hawaii');
  await api.post(`/api/orders/${later.id}/dispatch`, { driver_name: 'Jonas' });
  await expect(news).toBeEmpty();

  async function ready({ id }: { id: string }) {
    await api.status(id, 'preparing');
    await api.status(id, 'ready');
  }
});

test('a waiting customer is notified on every page, with a link to the order', async ({ open, api }) => {
  const { id } = await api.accepted('Diavola');
  const page = await open(`/customer?take=${id}`);
  await page.getByLabel('Your name').fill('Ana');
  await page.getByLabel('Delivery address').fill('Kurze Gasse 1');
  await page.getByRole('button', { name: /^Order for/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Diavola');
  await page.getByRole('link', { name: /^Dispatch/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Dispatch');
  await api.status(id, 'preparing');
  const news = page.getByRole('status', { name: 'News' });
  await expect(news).toContainText('In the oven');
  await news.getByRole('link', { name: 'Show it' }).click();
  await expect(page).toHaveURL(new RegExp(id));
});

test('it can be installed', async ({ open, request, market }) => {
  const page = await open('/');
  const manifest = await page.evaluate(async () => {
    const link = document.head.querySelector<HTMLLinkElement>('link[rel=manifest]');
    return (await fetch(link?.href ?? '')).json();
  });
  expect(manifest).toMatchObject({ name: 'Pizza Market', display: 'standalone', start_url: '/' });
  for (const { src, sizes, type } of manifest.icons) {
    const icon = await request.get(market.url + src);
    expect(icon.headers()['content-type']).toBe(type);
    // Width and height stand in a PNG's first chunk.
    const bytes = await icon.body();
    expect(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`).toBe(sizes);
  }
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false, allowed: /preloaded using link preload/ });

  test('language and look are plain forms', async ({ open }) => {
    const page = await open('/orders?q=x');
    await page.getByRole('button', { name: 'Look and language' }).click();
    await page.getByRole('button', { name: 'Deutsch' }).click();
    await expect(page).toHaveURL(/\/orders\?q=x#look$/);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Bestellungen');
    // They are still open, until one closes them.
    await page.getByRole('button', { name: 'Dunkel' }).click();
    await expect(page.getByRole('button', { name: 'Dunkel' })).toHaveAttribute('aria-pressed', 'true');
    await page.getByRole('link', { name: 'Schließen' }).click();
    await expect(page.getByRole('button', { name: 'Dunkel' })).toBeHidden();
  });
});
