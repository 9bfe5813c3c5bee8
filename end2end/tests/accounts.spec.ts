// Where people sign in: joining, pairing, handing over, ordering as a guest, and being ended in mid-work.
import AxeBuilder from '@axe-core/playwright';
import { createHmac } from 'node:crypto';
import type { Page } from '@playwright/test';
import { type Market, expect, hydrated, newOffer, test, ticket, wider } from '../world';

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

/** Without JavaScript the page runs no checker: the same page is checked with it. */
async function accessible(page: Page) {
  if (test.info().titlePath.includes('without JavaScript')) return;
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
  await form.getByRole('button', { name: 'Show the pairing code' }).click();
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
      await form.getByRole('button', { name: 'Make the link' }).click();
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
      await dispatcher.getByRole('link', { name: 'To dispatch' }).click();
      await expect(dispatcher).toHaveURL('/dispatch');
      await settled(dispatcher);
      const panels = dispatcher.getByRole('navigation', { name: 'Panels' });
      await expect(panels.getByRole('link')).toHaveText([/^Dispatch/, /^Orders/, 'Team']);
      const used = await open(path(invitation));
      await expect(used.getByRole('heading', { name: 'This link no longer works' }).last()).toBeVisible();

      await dispatcher.goto('/team');
      const drivers = addition(dispatcher, 'Add a driver');
      await drivers.locator('summary').click();
      await drivers.getByLabel('Name').fill('Jonas');
      await drivers.getByRole('button', { name: 'Make the link' }).click();
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
      const another = await open('/');
      expect((await another.goto(`/customer/${id}`))?.status()).toBe(404);

      await api.status(id, 'preparing');
      await api.status(id, 'ready');
      const [jonas] = (await market.account('list')).filter(({ name }: { name: string }) => name === 'Jonas');
      await api.post(`/api/orders/${id}/dispatch`, { driver_id: jonas.id });
      // With the program's script the page follows; without, it is loaded again every 30 seconds.
      if (!javaScriptEnabled) await driver.reload();
      await expect(driver.getByText('Kurze Gasse 1')).toBeVisible();
      await accessible(driver);
      await driver.getByRole('button', { name: 'Set off' }).click();
      // A second tap there is not the next step.
      await expect(driver.locator('form[data-rests]').getByRole('button', { name: 'Delivered' })).toHaveCount(1);
      await driver.getByRole('button', { name: 'Delivered' }).click();
      await expect(driver.getByRole('heading', { name: 'Nothing to bring' })).toBeVisible();
      await guest.reload();
      await expect(guest.getByText('At your door').first()).toBeVisible();
    });

    test('a tablet is paired, and handed over twice', async ({ market, open, api }) => {
      const team = await manager(market, open);
      await team.goto('/team');
      for (const [name, pin] of [['Ana', '1234'], ['Ben', '987654']]) {
        const form = addition(team, 'Add kitchen staff');
        await form.locator('summary').click();
        await form.getByLabel('Name').fill(name!);
        await form.getByLabel('PIN').fill(pin!);
        await form.getByRole('button', { name: 'Add', exact: true }).click();
        await expect(team.getByText('Saved.')).toBeVisible();
      }
      const device = await pair(team, open);
      await settled(device);
      // There is no other kitchen.
      await device.goto('/supplier?kitchen=');
      await expect(device).toHaveURL('/supplier?kitchen=Bella%20Napoli');

      for (const [name, pin] of [['Ana', '1234'], ['Ben', '987654']]) {
        await settled(device);
        // A tap and the PIN.
        const staff = device.getByRole('complementary', { name: 'Who is working?' });
        await staff.getByRole('button', { name: name!, exact: true }).click();
        const pinField = device.getByLabel(`PIN of ${name}`, { exact: true }).and(device.locator('input'));
        await expect(pinField).toBeFocused();
        await accessible(device);
        await pinField.fill(pin!);
        await pinField.press('Enter');
        // Its tick is read out, too.
        await expect(staff.getByRole('button', { name: new RegExp(`${name}$`) })).toHaveAttribute('aria-current', 'true');
        await expect(device).toHaveURL('/supplier?kitchen=Bella%20Napoli');
      }
      // The kitchen itself needs no PIN.
      {
        await settled(device);
        const kitchen = device.getByRole('complementary', { name: 'Who is working?' }).getByRole('button', { name: 'The kitchen' });
        await kitchen.click();
        await expect(kitchen).toHaveAttribute('aria-current', 'true');
      }
      // A wrong PIN says so beside its field, and brings no PIN back.
      await device.goto('/hand-over');
      const chips = device.locator('main');
      await chips.getByText('Ana', { exact: true }).click();
      await chips.getByLabel('PIN').fill('0000');
      await chips.getByRole('button', { name: 'Take over' }).click();
      await expect(chips.getByText('That PIN is not right.')).toBeVisible();
      await expect(chips.getByLabel('PIN')).toHaveValue('');
      await expect(chips.getByLabel('PIN')).toBeFocused();
      await accessible(device);

      // Ended by the manager: whoever works there is led to sign in.
      await device.goto('/supplier');
      await settled(device);
      await api.offer('Diavola');
      await team.goto('/team');
      const row = team.getByRole('listitem').filter({ has: team.getByText('Tablet at the oven') }).first();
      await row.locator('summary').first().click();
      await row.getByText('End all sessions…').click();
      await expect(row.getByText('it needs a new code from its manager').last()).toBeVisible();
      await row.getByRole('button', { name: 'End them now' }).click();
      await expect(team.getByText('Ended.')).toBeVisible();
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
      await expect(page.getByRole('alert')).toContainText('also asks for a code');
      await expect(page.getByLabel('Password')).toBeFocused();
      await accessible(page);
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByText('My authenticator is not at hand').click();
      await page.getByLabel('Recovery code').fill(codes[0]!);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await expect(page).toHaveURL('/orders?status=ready');
      // A panel of another role says so.
      expect((await page.goto('/dispatch'))?.status()).toBe(403);
      await expect(page.getByRole('heading', { name: 'This page is not yours' }).last()).toBeVisible();
    });

    test('whoever signs in comes back to a page of accounts, too', async ({ market, open }) => {
      const { page, codes } = await admin(market, open);
      for (const [at, address] of ['/account', '/team'].entries()) {
        await page.getByRole('button', { name: 'Account: Ada' }).click();
        await page.getByRole('button', { name: 'Sign out' }).click();
        await expect(page).toHaveURL('/');
        await page.goto(address);
        await expect(page).toHaveURL(`/sign-in?next=${encodeURIComponent(address)}`);
        await expect(page.getByText('you are back where you were')).toBeVisible();
        await page.getByLabel('E-mail address').fill('admin@example.org');
        await page.getByLabel('Password').fill(PASSWORD);
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByLabel('Password').fill(PASSWORD);
        // The field for codes takes a recovery code as well.
        await page.getByLabel('Code', { exact: true }).fill(codes[at]!);
        await page.getByRole('button', { name: 'Sign in' }).click();
        await expect(page).toHaveURL(address);
      }
    });

    test('what cannot be taken back is asked once more', async ({ market, open }) => {
      const { page } = await admin(market, open);
      await market.account('invite', 'dispatcher', 'dora@example.org', '--name', 'Dora');
      await page.goto('/team');
      const row = page.getByRole('listitem').filter({ hasText: 'dora@example.org' }).first();
      await row.locator('summary').first().click();
      const disable = row.getByRole('button', { name: 'Disable it now' });
      await expect(disable).toBeHidden();
      await row.getByText('Disable…').click();
      await accessible(page);
      await disable.click();
      await expect(page.getByText('Saved.')).toBeVisible();
      await expect(row.getByText('Disabled')).toBeVisible();
      await row.locator('summary').first().click();
      await row.getByRole('button', { name: 'Enable' }).click();
      await expect(row).not.toContainText('Disabled');
      // Its history says who did it, by name.
      await row.locator('summary').first().click();
      await row.getByRole('link', { name: 'History of Dora' }).click();
      await expect(page.getByText('by Ada').first()).toBeVisible();
      await accessible(page);
    });

    test('a program is made for one driver, whom one chooses', async ({ market, open }) => {
      const { page } = await admin(market, open);
      const { link } = await market.account('invite', 'driver', '--name', 'Jonas');
      const phone = await open(path(link));
      await phone.getByRole('button', { name: 'Start on this phone' }).click();
      await expect(phone).toHaveURL('/driver');
      await page.goto('/team');
      const form = addition(page, 'Add a program');
      await form.locator('summary').click();
      await form.getByLabel('Name').fill('Map');
      await expect(form.getByLabel('Driver')).toBeHidden();
      await form.getByLabel('Acts for').selectOption('one driver');
      await expect(form.getByLabel('Kitchen')).toBeHidden();
      await form.getByLabel('Driver').selectOption('Jonas');
      await accessible(page);
      await form.getByRole('button', { name: 'Make the key' }).click();
      await expect(page.locator('#shown-once output')).toHaveText(/^pmk_/);
    });

    test('a link to another site does not follow signing in', async ({ market, open }) => {
      const { page, codes } = await admin(market, open);
      await page.goto('/account');
      await page.getByText('End all…').click();
      await page.getByRole('button', { name: 'End all, here too' }).click();
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
      await expect(page.getByText('If this address had no account yet, it has one now.')).toBeVisible();
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

test('what is shown once can be copied', async ({ market, open }) => {
  const { page, codes } = await admin(market, (address) => open(address, { permissions: ['clipboard-read', 'clipboard-write'] }));
  await page.getByRole('button', { name: 'Copy' }).click();
  await expect(page.getByText('Copied.')).toBeVisible();
  // No page of the site may read the clipboard, but people can paste.
  const name = page.locator('input[name=name]');
  await name.fill('');
  await name.press('ControlOrMeta+V');
  await expect(name).toHaveValue(codes.join(' ').slice(0, 100));
  await expect(page.getByRole('button', { name: 'Print' })).toBeVisible();
});

test('pages of accounts tell times in the zone of the reader', async ({ market, open }) => {
  const { link } = await market.account('invite', 'admin', 'admin@example.org', '--name', 'Ada');
  const page = await open(path(link), { timezoneId: 'America/New_York' });
  await join(page);
  await expect(page.locator('.sessions')).not.toContainText('UTC');
});

test('a session that ends in mid-work comes back with what was typed', async ({ market, open }) => {
  const { link, id } = await market.account('invite', 'manager', 'mia@example.org', '--name', 'Mia', '--supplier', 'Bella Napoli');
  const page = await open(path(link));
  const codes = await join(page);
  await page.goto('/supplier?kitchen=Bella%20Napoli');
  await hydrated(page);
  await newOffer(page);
  await page.getByLabel('Pizza', { exact: true }).fill('Quattro Stagioni');
  await market.account('end-sessions', id);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await page.getByLabel('E-mail address').fill('mia@example.org');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByLabel('Code', { exact: true }).fill(codes[0]!);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL('/supplier?kitchen=Bella%20Napoli');
  await hydrated(page);
  await expect(page.getByLabel('Pizza', { exact: true })).toHaveValue('Quattro Stagioni');
});

for (const [width, height] of [[390, 844], [820, 1180], [1180, 820], [1440, 900]] as const) {
  test(`pages of accounts fit a screen of ${width} × ${height}`, async ({ market, open }) => {
    for (const locale of ['en', 'de']) {
      const { link } = await market.account('invite', 'admin', `${locale}@example.org`, '--name', 'Bartholomäus Featherstonehaugh-Oberholzer');
      const page = await open(path(link), { viewport: { width, height }, locale });
      expect(await wider(page)).toEqual([]);
      await page.locator('[name=password]').fill(PASSWORD);
      await page.locator('[name=code]').fill(code(await page.locator('form output.secret').innerText()));
      await page.locator('main form .primary').click();
      await expect(page.locator('.recovery')).toBeVisible();
      expect(await wider(page)).toEqual([]);
      await page.goto('/team');
      for (const summary of await page.locator('main summary:visible').all()) await summary.click();
      expect(await wider(page)).toEqual([]);
      await accessible(page);
    }
  });
}

test('pages of accounts are in German where the browser prefers it', async ({ open }) => {
  const page = await open('/sign-in', { locale: 'de-CH' });
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Anmelden');
  await page.getByRole('link', { name: 'Küchengerät verbinden' }).click();
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
