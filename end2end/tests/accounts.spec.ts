// Where people sign in: joining, pairing, handing over, ordering as a guest, and being ended in mid-work.
import AxeBuilder from '@axe-core/playwright';
import { createHmac } from 'node:crypto';
import type { Page } from '@playwright/test';
import { type Market, expect, hydrated, test, ticket } from '../world';

// Browsers log refused requests, and that a plain page does not use the program. A socket that is refused is logged, too.
test.use({ accounts: true, allowed: /status of 4\d\d|preloaded using link preload|WebSocket connection/ });

const PASSWORD = 'nine purple tractors sing softly';

/** The code that an authenticator shows now (RFC 6238). */
function code(base32: string): string {
  const bits = [...base32.replace(/[\s=]/g, '')].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const secret = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac('sha1', secret).update(step).digest();
  const at = hash[hash.length - 1]! & 15;
  return String((hash.readUInt32BE(at) & 0x7fff_ffff) % 1_000_000).padStart(6, '0');
}

/** The path of a link. */
function path(link: string): string {
  return new URL(link).pathname;
}

async function accessible(page: Page) {
  const { violations } = await new AxeBuilder({ page }).options({ preload: false }).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
}

/** Joins on the page of an invitation with a password and codes, and returns the recovery codes. */
async function join(page: Page): Promise<string[]> {
  await page.getByLabel('New password').fill(PASSWORD);
  const secret = await page.locator('form output.secret').innerText();
  await page.getByLabel('Code', { exact: true }).fill(code(secret));
  await page.getByRole('button', { name: 'Join' }).click();
  await expect(page.getByRole('heading', { name: 'Your recovery codes' })).toBeVisible();
  const codes = await page.locator('.recovery output').allInnerTexts();
  expect(codes).toHaveLength(10);
  return codes;
}

/** Opens the form with which somebody is added. */
function addition(page: Page, name: string) {
  return page.locator('details').filter({ has: page.getByText(name, { exact: true }) });
}

/** The link that the page shows once. */
async function shownLink(page: Page): Promise<string> {
  return (await page.locator('#shown-once a.secret').innerText()).trim();
}

/** An admin, signed in. */
async function admin(market: Market, open: (path: string) => Promise<Page>) {
  const { link } = await market.account('invite', 'admin', 'admin@example.org', '--name', 'Ada');
  const page = await open(path(link));
  const codes = await join(page);
  return { page, codes };
}

/** A manager of Bella Napoli, signed in. */
async function manager(market: Market, open: (path: string) => Promise<Page>) {
  const { link } = await market.account('invite', 'manager', 'mia@example.org', '--name', 'Mia', '--supplier', 'Bella Napoli');
  const page = await open(path(link));
  await join(page);
  return page;
}

/** Pairs a new device of Bella Napoli, and opens its kitchen. */
async function pair(team: Page, open: (path: string) => Promise<Page>): Promise<Page> {
  await team.goto('/team');
  const form = addition(team, 'Add a device');
  await form.locator('summary').click();
  await form.getByLabel('Name').fill('Tablet at the oven');
  await form.getByRole('button', { name: 'Show its code' }).click();
  const pairing = await team.locator('#shown-once output').innerText();
  const device = await open('/pair');
  await device.getByLabel('Code', { exact: true }).fill(pairing);
  await device.getByRole('button', { name: 'Pair' }).click();
  await expect(device.getByRole('heading', { level: 1 })).toHaveText('Bella Napoli');
  return device;
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled });

    const settled = async (page: Page) => {
      if (javaScriptEnabled) await hydrated(page);
    };

    test('from the first admin to the door', async ({ market, open, api }) => {
      const { page: office } = await admin(market, open);
      await accessible(office);
      await office.goto('/team');
      await accessible(office);
      const form = addition(office, 'Invite somebody');
      await form.locator('summary').click();
      await form.getByLabel('As').selectOption('dispatcher');
      await form.getByLabel('Name').fill('Dora');
      await form.getByLabel('E-mail address').fill('dora@example.org');
      await form.getByRole('button', { name: 'Make a link' }).click();
      const invitation = await shownLink(office);
      await expect(office.getByRole('img', { name: 'The link as a QR code' })).toBeVisible();
      // It is shown once.
      await office.goto('/team');
      await expect(office.locator('#shown-once')).toHaveCount(0);

      // Looking at the page does not use the link up.
      await open(path(invitation));
      const dispatcher = await open(path(invitation));
      await accessible(dispatcher);
      await join(dispatcher);
      await dispatcher.getByRole('link', { name: 'To work' }).click();
      await expect(dispatcher).toHaveURL('/dispatch');
      await settled(dispatcher);
      const panels = dispatcher.getByRole('navigation', { name: 'Panels' });
      await expect(panels.getByRole('link')).toHaveCount(2);
      const used = await open(path(invitation));
      await expect(used.getByRole('heading', { name: 'This link is not good any more' }).last()).toBeVisible();

      await dispatcher.goto('/team');
      const drivers = addition(dispatcher, 'Add a driver');
      await drivers.locator('summary').click();
      await drivers.getByLabel('Name').fill('Jonas');
      await drivers.getByRole('button', { name: 'Make a link' }).click();
      const driver = await open(path(await shownLink(dispatcher)));
      await accessible(driver);
      await driver.getByRole('button', { name: 'Start on this phone' }).click();
      await expect(driver).toHaveURL('/driver');
      await expect(driver.getByRole('heading', { name: 'Nothing to bring' })).toBeVisible();

      // A guest takes an offer, and follows it.
      const { id } = await api.accepted('Diavola');
      const guest = await open('/customer');
      await expect(guest.getByRole('link', { name: 'Sign in' })).toBeAttached();
      await ticket(guest, 'Diavola').getByRole('link', { name: 'Order this' }).click();
      await guest.getByLabel('Your name').fill('Ana');
      await guest.getByLabel('Delivery address').fill('Kurze Gasse 1');
      await guest.getByRole('button', { name: /^Order for/ }).click();
      await expect(guest.getByRole('heading', { level: 1 })).toContainText('Diavola');
      await expect(guest.getByText('Kurze Gasse 1')).toBeVisible();
      // Nobody else finds it.
      const stranger = await open('/');
      expect((await stranger.goto(`/customer/${id}`))?.status()).toBe(404);

      await api.status(id, 'preparing');
      await api.status(id, 'ready');
      const [jonas] = (await market.account('list')).filter(({ name }: { name: string }) => name === 'Jonas');
      await api.post(`/api/orders/${id}/dispatch`, { driver_id: jonas.id });
      await driver.reload();
      await expect(driver.getByText('Kurze Gasse 1')).toBeVisible();
      await accessible(driver);
      await driver.getByRole('button', { name: 'Set off' }).click();
      await driver.getByRole('button', { name: 'Delivered' }).click();
      await expect(driver.getByRole('heading', { name: 'Nothing to bring' })).toBeVisible();
      await guest.reload();
      await expect(guest.getByText('At your door').first()).toBeVisible();
    });

    test('a tablet is paired, and handed over twice', async ({ market, open, api }) => {
      const team = await manager(market, open);
      await team.goto('/team');
      for (const [name, pin] of [['Ana', '1234'], ['Ben', '987654']]) {
        const form = addition(team, 'Add somebody of the staff');
        await form.locator('summary').click();
        await form.getByLabel('Name').fill(name!);
        await form.getByLabel('PIN').fill(pin!);
        await form.getByRole('button', { name: 'Add', exact: true }).click();
        await expect(team.getByText('It is saved.')).toBeVisible();
      }
      const device = await pair(team, open);
      await settled(device);
      // There is no other kitchen.
      await device.goto('/supplier?kitchen=');
      await expect(device).toHaveURL('/supplier?kitchen=Bella%20Napoli');

      for (const [name, pin] of [['Ana', '1234'], ['Ben', '987654']]) {
        await settled(device);
        await device.getByRole('button', { name: /^Account:/ }).click();
        await device.locator('#account').getByText(name!, { exact: true }).click();
        await device.locator('#account').getByLabel('PIN').fill(pin!);
        await device.locator('#account').getByRole('button', { name: 'Hand over' }).click();
        await expect(device).toHaveURL('/supplier?kitchen=Bella%20Napoli');
      }
      // A wrong PIN says so beside its field, and brings no PIN back.
      await device.goto('/hand-over');
      const chips = device.locator('main');
      await chips.getByText('Ana', { exact: true }).click();
      await chips.getByLabel('PIN').fill('0000');
      await chips.getByRole('button', { name: 'Hand over' }).click();
      await expect(chips.getByText('That PIN is not right.')).toBeVisible();
      await expect(chips.getByLabel('PIN')).toHaveValue('');
      await accessible(device);

      // Ended by the manager: whoever works there is led to sign in.
      await device.goto('/supplier');
      await settled(device);
      await api.offer('Diavola');
      await team.goto('/team');
      const row = team.getByRole('listitem').filter({ has: team.getByText('Tablet at the oven') }).first();
      await row.locator('summary').click();
      await row.getByRole('button', { name: 'End all sessions' }).click();
      await expect(team.getByText('It has ended.')).toBeVisible();
      await device.goto('/supplier?kitchen=Bella%20Napoli');
      await expect(device).toHaveURL(/\/sign-in\?next=/);
    });

    test('who signs in comes back to where they were', async ({ market, open }) => {
      const { page, codes } = await admin(market, open);
      await page.goto('/orders?status=ready');
      await settled(page);
      await page.getByRole('button', { name: 'Account: Ada' }).click();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await expect(page).toHaveURL('/');
      await page.goto('/orders?status=ready');
      await expect(page).toHaveURL(/\/sign-in\?next=/);
      await accessible(page);
      await page.getByLabel('E-mail address').fill('admin@example.org');
      await page.getByLabel('Password').fill('not this one at all');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await expect(page.getByRole('alert')).toHaveText('That e-mail address, password or code is not right.');
      await expect(page.getByLabel('E-mail address')).toHaveValue('admin@example.org');
      await expect(page.getByLabel('Password')).toHaveValue('');
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await expect(page.getByRole('alert')).toContainText('with a code as well');
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByLabel('Code', { exact: true }).fill(codes[0]!);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await expect(page).toHaveURL('/orders?status=ready');
      // A panel of another role says so.
      expect((await page.goto('/dispatch'))?.status()).toBe(403);
      await expect(page.getByRole('heading', { name: 'This page is not yours' }).last()).toBeVisible();
    });

    test('a link to another site does not follow signing in', async ({ market, open }) => {
      const { page, codes } = await admin(market, open);
      await page.goto('/account');
      await page.getByRole('button', { name: 'End all', exact: true }).click();
      await page.goto('/sign-in?next=//evil.example/orders');
      await page.getByLabel('E-mail address').fill('admin@example.org');
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByLabel('Code', { exact: true }).fill(codes[0]!);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await expect(page).toHaveURL('/orders');
    });

    test('a customer makes an account, and ends its other sessions', async ({ open }) => {
      const page = await open('/sign-up');
      await accessible(page);
      await page.getByLabel('Your name').fill('Ana');
      await page.getByLabel('E-mail address').fill('ana@example.org');
      await page.getByLabel('Password').fill('too short');
      await page.getByRole('button', { name: 'Make an account' }).click();
      await expect(page.getByText('At least 15 characters')).toBeVisible();
      await expect(page.getByLabel('Your name')).toHaveValue('Ana');
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Make an account' }).click();
      await expect(page).toHaveURL('/sign-in');
      await expect(page.getByText('If nobody had this address, the account is there now.')).toBeVisible();
      const other = await open('/sign-in');
      for (const one of [page, other]) {
        await one.getByLabel('E-mail address').fill('ana@example.org');
        await one.getByLabel('Password').fill(PASSWORD);
        await one.getByRole('button', { name: 'Sign in' }).click();
        await expect(one).toHaveURL('/customer');
      }
      await page.goto('/account');
      await expect(page.locator('.sessions').getByRole('listitem')).toHaveCount(2);
      await accessible(page);
      await page.getByRole('button', { name: 'End all others' }).click();
      await expect(page.locator('.sessions').getByRole('listitem')).toHaveCount(1);
      await other.goto('/account');
      await expect(other).toHaveURL(/\/sign-in/);
    });
  });
}

test('password managers find their fields', async ({ market, open }) => {
  const { link } = await market.account('invite', 'admin', 'admin@example.org', '--name', 'Ada');
  const page = await open(path(link));
  await expect(page.getByLabel('E-mail address')).toHaveAttribute('autocomplete', 'username');
  await expect(page.getByLabel('New password')).toHaveAttribute('autocomplete', 'new-password');
  await expect(page.getByLabel('Code', { exact: true })).toHaveAttribute('autocomplete', 'one-time-code');
  await expect(page.getByLabel('Code', { exact: true })).toHaveAttribute('inputmode', 'numeric');
  await page.goto('/sign-in');
  await expect(page.getByLabel('E-mail address')).toHaveAttribute('autocomplete', 'username');
  await expect(page.getByLabel('Password')).toHaveAttribute('autocomplete', 'current-password');
});

test('a refused invitation shows the same secret again', async ({ market, open }) => {
  const { link } = await market.account('invite', 'admin', 'admin@example.org', '--name', 'Ada');
  const page = await open(path(link));
  const answer = await page.goto(path(link));
  expect(answer?.headers()['referrer-policy']).toBe('no-referrer');
  expect(answer?.headers()['cache-control']).toBe('no-store');
  const secret = await page.locator('form output.secret').innerText();
  await page.getByLabel('New password').fill(PASSWORD);
  await page.getByLabel('Code', { exact: true }).fill('000000');
  await page.getByRole('button', { name: 'Join' }).click();
  await expect(page.getByText('That code is not right, or was used before.')).toBeVisible();
  expect(await page.locator('form output.secret').innerText()).toBe(secret);
});

test('pages of accounts are in German where the browser prefers it', async ({ open }) => {
  const page = await open('/sign-in', { locale: 'de-CH' });
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Anmelden');
  await page.getByRole('link', { name: 'Ein Küchengerät verbinden' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Dieses Gerät verbinden');
  await accessible(page);
});

test.describe('in an open market', () => {
  test.use({ accounts: false });

  test('there are no pages of accounts', async ({ open, market, request }) => {
    for (const address of ['/sign-in', '/sign-up', '/join/x.y', '/pair', '/account', '/team', '/driver', '/hand-over']) {
      expect((await request.get(market.url + address)).status(), address).toBe(404);
    }
    const page = await open('/');
    await expect(page.getByRole('link', { name: 'Sign in' })).toHaveCount(0);
    await page.getByRole('button', { name: 'Look and language' }).click();
    await expect(page.getByText('Open market: nobody signs in.')).toBeVisible();
  });
});
