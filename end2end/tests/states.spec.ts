// Every page in every state: no axe violation, nothing wider than the screen, and a screenshot.
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { evening, expect, hydrated, test, wider } from '../world';

// Browsers log refused requests and lost connections.
test.use({ allowed: /status of (404|422) |ERR_CONNECTION_(REFUSED|RESET)/ });

const SIZES = { phone: [390, 844], tablet: [820, 1180], desktop: [1440, 900] } as const;

for (const [size, [width, height]] of Object.entries(SIZES)) {
  // What is dark does not depend on the size of a screen.
  for (const colorScheme of size === 'desktop' ? (['light', 'dark'] as const) : (['light'] as const)) {
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
      for (const folded of await page.getByLabel(/^More: note/).all()) await folded.click();
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

// An order with its history, and what integrators read.
for (const [size, colorScheme] of [['phone', 'light'], ['desktop', 'dark']] as const) {
  test(`an order and the page of the API on a ${size}, ${colorScheme}`, async ({ open, api }) => {
    const { taken } = await evening(api);
    const [width, height] = SIZES[size];
    const page = await open(`/orders/${taken}`, { viewport: { width, height }, colorScheme, bypassCSP: true });
    await expect(page.getByRole('list', { name: 'What happened' })).toBeVisible();
    await isFine(page, 'order');
    await page.goto('/docs');
    await isFine(page, 'docs');
    const calls = page.getByRole('main').locator('summary');
    expect(await calls.count()).toBeGreaterThan(12);
    for (const call of await calls.all()) await call.click();
    await page.getByRole('button', { name: 'Send it' }).first().click();
    await expect(page.getByRole('status').first()).toContainText(/^200/);
    await isFine(page, 'docs, unfolded');
  });
}

async function isFine(page: Page, name: string) {
  // Finite animations have to be over.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((one) => (one.effect?.getTiming().iterations === Infinity ? undefined : one.finished))));
  expect(await wider(page), name).toEqual([]);
  const rules = { 'label-content-name-mismatch': { enabled: true } };
  const { violations } = await new AxeBuilder({ page }).options({ preload: false, rules }).analyze();
  const found = violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary}`).join(' | ')}`);
  expect(found).toEqual([]);
}
