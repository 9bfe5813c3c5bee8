// Every page in every state: no axe violation, nothing wider than the screen, and a screenshot.
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { type Api, hydrated, expect, test } from '../world';

// Browsers log refused requests and lost connections.
test.use({ allowed: /status of (404|422) |ERR_CONNECTION_REFUSED/ });

const SIZES = { phone: [390, 844], tablet: [820, 1180], desktop: [1440, 900] } as const;

for (const [size, [width, height]] of Object.entries(SIZES)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`an evening on a ${size}, ${colorScheme}`, async ({ open, api, market }) => {
      test.slow();
      // The contrast check adds its own styles to the page.
      const look = { viewport: { width, height }, colorScheme, bypassCSP: true };
      const page = await open('/', look);
      const see = async (name: string) => {
        await isFine(page, name);
        await page.screenshot({ path: `test-results/shots/${name}-${size}-${colorScheme}.png`, fullPage: width < 500 });
      };
      const go = async (path: string) => {
        await page.goto(path);
        await hydrated(page);
      };
      await see('home');
      for (const panel of ['supplier', 'customer', 'dispatch', 'orders', 'nowhere']) {
        await go(`/${panel}`);
        await see(`${panel}-empty`);
      }
      const { offered, taken, cancelled } = await evening(api);
      for (const panel of ['supplier', 'customer', 'dispatch', 'orders']) {
        await go(`/${panel}`);
        await see(panel);
      }
      await go('/supplier?kitchen=Bella%20Napoli');
      for (const folded of await page.getByText('Reject…').all()) await folded.click();
      await page.getByRole('button', { name: 'Reject this pizza' }).first().click();
      await expect(page.getByText('Why? Pick a reason')).toBeVisible();
      await see('supplier-unfolded');
      await go(`/customer?take=${offered}`);
      await page.getByRole('button', { name: /^Order for/ }).click();
      await expect(page.getByText('The address is empty.')).toBeVisible();
      await see('customer-refused');
      await go(`/customer/${taken}`);
      await see('track');
      await go(`/customer/${cancelled}`);
      await see('track-cancelled');
      await go(`/orders/${taken}`);
      await see('order');
      await go('/orders?q=nothing%20like%20that');
      await see('orders-none');
      await page.getByRole('button', { name: 'Look and language' }).click();
      await see('look');
      // The page loads again; until then the old one still shows Live.
      await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'More contrast' }).click()]);
      await hydrated(page);
      for (const panel of ['supplier', 'customer', 'dispatch', 'orders']) {
        await go(`/${panel}`);
        await see(`${panel}-contrast`);
      }
      await market.kill();
      await expect(page.getByText(/^Stale/)).toBeVisible();
      await see('stale');
    });
  }
}

test('text can be twice as large and wider spaced without loss', async ({ open, api }) => {
  const { offered, taken } = await evening(api);
  // A screen of 1280 pixels at 200 % is one of 640.
  const page = await open('/', { viewport: { width: 640, height: 512 }, deviceScaleFactor: 2 });
  for (const path of ['/', '/supplier', `/customer?take=${offered}`, `/customer/${taken}`, '/dispatch', '/orders', `/orders/${taken}`]) {
    await page.goto(path);
    await hydrated(page);
    // As WCAG 1.4.12 sets it.
    await page.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-block-end: 2em !important }');
      document.adoptedStyleSheets = [sheet];
    });
    expect(await wider(page), path).toEqual([]);
    const cut = await page.evaluate(() => [...document.querySelectorAll('main *, header *, nav *')]
      .filter((one) => one.children.length === 0 && getComputedStyle(one).overflow === 'hidden' && (one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1))
      .filter((one) => !one.classList.contains('unseen'))
      .map((one) => one.outerHTML.slice(0, 120)));
    expect(cut, path).toEqual([]);
  }
});

test('the narrowest phones show all of it', async ({ open, api }) => {
  const { offered, taken } = await evening(api);
  for (const locale of ['en-GB', 'de-DE']) {
    const page = await open('/', { viewport: { width: 320, height: 640 }, locale });
    for (const path of ['/', '/supplier', '/customer', `/customer?take=${offered}`, `/customer/${taken}`, '/dispatch', '/orders', `/orders/${taken}`]) {
      await page.goto(path);
      await hydrated(page);
      expect(await wider(page), path).toEqual([]);
    }
  }
});

/** One order in each state, with names from everywhere. */
async function evening(api: Api) {
  await api.offer('Quattro Formaggi');
  await api.offer('Quattro Stagioni mit extra Büffelmozzarella, Rucola und Trüffelöl', { supplier_price: 21.9 });
  const offered = (await api.accepted('照り焼きチキン')).id;
  await api.accepted('Tonno e Cipolla', { supplier_name: 'Forno Campo dei Fiori' });
  await api.taken('Prosciutto e Funghi');
  const taken = (await api.taken('Сырная с грибами')).id;
  await api.status(taken, 'preparing');
  for (const driver of [undefined, 'Jonas', 'مريم']) {
    const { id } = await api.taken(driver ? 'Margherita' : 'Capricciosa');
    await api.status(id, 'preparing');
    await api.status(id, 'ready');
    if (!driver) continue;
    await api.post(`/api/orders/${id}/dispatch`, { driver_name: driver });
    await api.status(id, 'in_transit');
    if (driver === 'Jonas') await api.status(id, 'delivered');
  }
  const cancelled = (await api.taken('Veggie Garden')).id;
  await api.status(cancelled, 'cancelled');
  return { offered, taken, cancelled };
}

async function isFine(page: Page, name: string) {
  // Finite animations have to be over.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((one) => (one.effect?.getTiming().iterations === Infinity ? undefined : one.finished))));
  expect(await wider(page), name).toEqual([]);
  const { violations } = await new AxeBuilder({ page }).options({ preload: false }).analyze();
  const found = violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary}`).join(' | ')}`);
  expect(found).toEqual([]);
}

/** The first elements that make a page scroll sideways. */
async function wider(page: Page) {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    return [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > clientWidth + 1).slice(0, 3).map((one) => one.outerHTML.slice(0, 120));
  });
}
