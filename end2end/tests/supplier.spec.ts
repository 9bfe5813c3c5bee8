// The supplier panel: its tickets, its sounds, its stored choices.
import { type Page } from '@playwright/test';
import { column, expect, frames, newOffer, test, ticket, unfold } from '../world';

const NAPOLI = '/supplier?kitchen=Bella%20Napoli';

/** Records sounds instead of playing them; with `blocked`, only those that a click starts. */
async function hearing(page: Page, blocked = false) {
  await page.addInitScript((blocked) => {
    const played: string[] = [];
    Object.assign(window, { played });
    HTMLMediaElement.prototype.play = async function () {
      if (blocked && !(window.event instanceof MouseEvent)) throw new DOMException('Not now', 'NotAllowedError');
      played.push(new URL(this.src).pathname + new URL(this.src).hash);
    };
  }, blocked);
  await page.reload();
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
}

/** How often a chime was played. */
function chimes(page: Page, name: 'taken' | 'cancelled') {
  return page.evaluate((file) => (window as unknown as { played: string[] }).played.filter((sound) => sound === file).length, `/${name}.wav`);
}

test('the chosen kitchen is stored', async ({ open, api }) => {
  await api.offer('Margherita');
  await api.offer('Diavola', { supplier_name: 'Forno' });
  const kitchen = await open('/supplier');
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('All kitchens');
  await expect(kitchen.getByRole('article')).toHaveCount(2);
  await kitchen.getByRole('combobox', { name: 'Kitchen', exact: true }).selectOption('Forno');
  await expect(kitchen).toHaveURL(/\?kitchen=Forno$/);
  await expect(kitchen.getByRole('article')).toHaveCount(1);
  // From the server, and from another panel.
  await kitchen.goto('/supplier');
  await expect(kitchen).toHaveURL(/\?kitchen=Forno$/);
  await expect(kitchen.getByText('Live', { exact: true })).toBeVisible();
  await kitchen.getByRole('link', { name: /^Dispatch/ }).click();
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Dispatch');
  await kitchen.getByRole('link', { name: /^Supplier/ }).click();
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Forno');
  // The choice of all kitchens is stored, too.
  await kitchen.getByRole('combobox', { name: 'Kitchen', exact: true }).selectOption('All kitchens');
  await expect(kitchen.getByRole('article')).toHaveCount(2);
  await kitchen.goto('/supplier');
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('All kitchens');
});

test('minutes and notes are stored', async ({ open, api }) => {
  await api.offer('Margherita');
  const kitchen = await open(NAPOLI);
  const first = ticket(kitchen, 'Margherita');
  await expect(first.getByRole('spinbutton')).toHaveValue('25');
  for (let press = 0; press < 2; press++) await first.getByRole('button', { name: '5 minutes more' }).click();
  await first.getByLabel(/^More: note/).click();
  await first.getByLabel('Note for the customer').fill('Contains nuts');
  await first.getByRole('button', { name: 'Accept' }).click();
  await unfold(kitchen, 'On offer');
  await expect(column(kitchen, 'On offer').getByText('€12.35 · 35 min')).toBeVisible();
  await api.offer('Diavola');
  await expect(ticket(kitchen, 'Diavola').getByRole('spinbutton')).toHaveValue('35');
  await kitchen.reload();
  await expect(ticket(kitchen, 'Diavola').getByRole('spinbutton')).toHaveValue('35');
  await expect(kitchen.getByRole('option', { name: 'Contains nuts', includeHidden: true })).toBeAttached();
});

test('the minutes start as the last evenings had them', async ({ open, api }) => {
  for (let at = 0; at < 5; at++) {
    const { id } = await api.taken('Margherita');
    for (const status of ['preparing', 'ready']) await api.status(id, status);
    await api.post(`/api/orders/${id}/dispatch`, { driver_name: 'Jonas' });
    for (const status of ['in_transit', 'delivered']) await api.status(id, status);
  }
  for (const pizza of ['Margherita', 'Diavola']) await api.offer(pizza);
  const kitchen = await open(NAPOLI);
  for (const pizza of ['Margherita', 'Diavola']) {
    // Nothing is faster than this.
    await expect(ticket(kitchen, pizza).getByRole('spinbutton')).toHaveValue('15');
    await expect(ticket(kitchen, pizza).getByRole('spinbutton')).toHaveAccessibleDescription('lately 15');
  }
  await newOffer(kitchen);
  const minutes = kitchen.getByLabel('Minutes to the door, if accepted at once');
  await expect(minutes).toHaveValue('15');
  await expect(minutes).toHaveAccessibleDescription('As on the last evenings: 15');
  // Typed minutes stay.
  await minutes.fill('40');
  await kitchen.getByRole('combobox', { name: 'Pizza' }).fill('Margherita');
  await expect(minutes).toHaveValue('40');
  // Another kitchen has no deliveries.
  await api.offer('Margherita', { supplier_name: 'Forno' });
  await kitchen.goto('/supplier?kitchen=Forno');
  await expect(ticket(kitchen, 'Margherita').getByRole('spinbutton')).toHaveValue('25');
  await expect(kitchen.getByText('lately')).toHaveCount(0);
});

test('an earlier pizza fills in its price, and the customer’s price follows', async ({ open, api }) => {
  await api.offer('Diavola', { supplier_price: 8, markup_percentage: 25 });
  await api.offer('Hawaii', { supplier_name: 'Forno' });
  const kitchen = await open(NAPOLI);
  await expect(kitchen.getByRole('option', { name: 'Diavola', includeHidden: true })).toBeAttached();
  await expect(kitchen.getByRole('option', { name: 'Hawaii', includeHidden: true })).toHaveCount(0);
  await newOffer(kitchen);
  await kitchen.getByRole('combobox', { name: 'Pizza' }).fill('Diavola');
  await expect(kitchen.getByLabel('Your price')).toHaveValue('8.00');
  await expect(kitchen.getByLabel('Markup')).toHaveValue('25');
  await expect(kitchen.getByLabel('Customer pays')).toHaveText('€10.00');
  await expect(kitchen.getByText('€8.00 for you + €2.00 for the market')).toBeVisible();
  // Typed text stays; a decimal comma is accepted.
  await kitchen.getByLabel('Your price').fill('9,50');
  await expect(kitchen.getByLabel('Customer pays')).toHaveText('€11.88');
  await kitchen.getByRole('combobox', { name: 'Pizza' }).fill('Diavola ');
  await expect(kitchen.getByLabel('Your price')).toHaveValue('9,50');
  await kitchen.getByRole('button', { name: 'Offer it' }).click();
  await expect(column(kitchen, 'To answer').getByRole('article')).toHaveCount(2);
  await expect(column(kitchen, 'To answer').getByText('€11.88')).toBeVisible();
});

test('what is still to make is counted', async ({ open, api }) => {
  for (const pizza of ['Diavola', 'Margherita', 'Margherita']) await api.taken(pizza);
  const kitchen = await open(NAPOLI);
  const toMake = kitchen.getByRole('region', { name: 'Still to make' });
  await expect(toMake.getByRole('listitem')).toHaveText(['1 Diavola', '2 Margherita']);
  await ticket(kitchen, 'Diavola').getByRole('button', { name: 'Start' }).click();
  await expect(toMake.getByRole('listitem')).toHaveText(['1 Diavola', '2 Margherita']);
  await ticket(kitchen, 'Diavola').getByRole('button', { name: 'Ready' }).click();
  await expect(toMake.getByRole('listitem')).toHaveText(['2 Margherita']);
  await unfold(kitchen, 'Ready');
  await expect(ticket(kitchen, 'Diavola')).toContainText('Ready for under 1 min, no driver yet');
});

test('a taken order rings until it is started or silenced', async ({ open, api }) => {
  const kitchen = await open(NAPOLI);
  await hearing(kitchen);
  // The permission to play was probed with a silent part of the file.
  await expect.poll(() => kitchen.evaluate(() => (window as unknown as { played: string[] }).played)).toEqual(['/taken.wav#t=0.87']);
  const [first, second] = [await api.taken('Diavola'), await api.taken('Hawaii')];
  await expect.poll(() => chimes(kitchen, 'taken')).toBe(1);
  await expect(ticket(kitchen, 'Diavola').getByRole('button', { name: /Silence/ })).toBeVisible();
  await ticket(kitchen, 'Diavola').getByRole('button', { name: 'Silence' }).click();
  await expect(ticket(kitchen, 'Diavola').getByRole('button', { name: /Silence/ })).toHaveCount(0);
  await expect(ticket(kitchen, 'Diavola')).toBeFocused();
  // The other one still rings repeatedly, and after a reload.
  await expect.poll(() => chimes(kitchen, 'taken')).toBe(2);
  await kitchen.reload();
  await expect.poll(() => chimes(kitchen, 'taken')).toBe(1);
  await expect(ticket(kitchen, 'Hawaii').getByRole('button', { name: /Silence/ })).toBeVisible();
  await expect(ticket(kitchen, 'Diavola').getByRole('button', { name: /Silence/ })).toHaveCount(0);
  // Starting it in another client silences it everywhere.
  await api.status(second.id, 'preparing');
  await expect(column(kitchen, 'In the oven').getByRole('article')).toHaveCount(1);
  await expect(kitchen.getByRole('button', { name: /Silence/ })).toHaveCount(0);
  expect(first.id).not.toBe(second.id);
});

test('a cancelled ticket stays, struck through, until it is taken down', async ({ open, api }) => {
  const [taken, baked] = [await api.taken('Diavola'), await api.taken('Hawaii')];
  await api.status(baked.id, 'preparing');
  const offered = await api.accepted('Marinara');
  const kitchen = await open(NAPOLI);
  await hearing(kitchen);
  await ticket(kitchen, 'Diavola').getByRole('button', { name: 'Silence' }).click();
  await api.status(baked.id, 'cancelled');
  await api.status(offered.id, 'cancelled');
  await expect.poll(() => chimes(kitchen, 'cancelled')).toBe(1);
  const gone = column(kitchen, 'In the oven').getByRole('article');
  await expect(gone).toContainText('Cancelled at');
  await expect(column(kitchen, 'On offer').getByRole('article')).toHaveCount(0);
  // It is not counted among the pizzas to make.
  await expect(kitchen.getByRole('region', { name: 'Still to make' })).not.toContainText('Hawaii');
  await kitchen.reload();
  await expect(gone).toContainText('Hawaii');
  await gone.getByRole('button', { name: 'Take it down' }).click();
  await expect(gone).toHaveCount(0);
  await kitchen.reload();
  await expect(ticket(kitchen, 'Diavola')).toBeVisible();
  await expect(gone).toHaveCount(0);
  expect(taken.id).not.toBe(baked.id);
});

test('a cancelled ticket keeps its place, and nothing moves under the pointer', async ({ open, api }) => {
  const first = await api.taken('Diavola');
  for (const pizza of ['Hawaii', 'Marinara']) await api.taken(pizza);
  const kitchen = await open(NAPOLI);
  const start = ticket(kitchen, 'Hawaii').getByRole('button', { name: 'Start' });
  await ticket(kitchen, 'Diavola').getByRole('button', { name: 'Silence' }).click();
  const before = await start.boundingBox();
  await api.status(first.id, 'cancelled');
  const down = ticket(kitchen, 'Diavola').getByRole('button', { name: 'Take it down' });
  await expect(down).toBeVisible();
  const after = await start.boundingBox();
  expect(Math.abs((after?.y ?? 0) - (before?.y ?? 0))).toBeLessThan(24);
  // The keyboard focus goes to the ticket beside it.
  await down.focus();
  await down.press('Enter');
  await expect(ticket(kitchen, 'Hawaii')).toBeFocused();
});

test('a ticket that the kitchen itself cancels is removed, and its reason is kept', async ({ open, api }) => {
  const { id } = await api.taken('Diavola');
  const kitchen = await open(NAPOLI);
  await hearing(kitchen);
  await ticket(kitchen, 'Diavola').getByLabel(/^More: step back/).click();
  await expect(ticket(kitchen, 'Diavola')).toContainText('Ana has ordered this and is waiting.');
  await ticket(kitchen, 'Diavola').getByText('Oven broken').click();
  await ticket(kitchen, 'Diavola').getByRole('button', { name: 'Cancel this pizza' }).click();
  await expect(kitchen.getByRole('article')).toHaveCount(0);
  expect(await chimes(kitchen, 'cancelled')).toBe(0);
  const order = await (await kitchen.request.get(`/api/orders/${id}`)).json();
  expect(order).toMatchObject({ status: 'cancelled', supplier_notes: 'Oven broken' });
});

test('a browser that blocks sound shows so, and the user is asked once', async ({ open, api }) => {
  await api.taken('Diavola');
  const kitchen = await open(NAPOLI);
  await hearing(kitchen, true);
  await kitchen.getByRole('button', { name: 'Switch sound on' }).click();
  await expect(kitchen.getByRole('button', { name: 'Sound on', pressed: true })).toBeVisible();
  expect(await chimes(kitchen, 'taken')).toBe(1);
  // Silence can be chosen.
  await kitchen.getByRole('button', { name: 'Sound on' }).click();
  await kitchen.reload();
  await expect(kitchen.getByRole('button', { name: 'Sound off', pressed: false })).toBeVisible();
  await expect(ticket(kitchen, 'Diavola').getByRole('button', { name: /Silence/ })).toBeVisible();
  await kitchen.getByRole('button', { name: 'Sound off' }).click();
  await expect(kitchen.getByRole('button', { name: 'Sound on' })).toBeVisible();
  expect(await chimes(kitchen, 'taken')).toBeGreaterThan(0);
});

test('one ticket is printed', async ({ open, api }) => {
  await api.taken('Diavola');
  await api.taken('Hawaii');
  const kitchen = await open(NAPOLI);
  // The print layout, held so that the test can look at it.
  await kitchen.evaluate(() => { window.print = () => Object.assign(window, { printed: true }); });
  await kitchen.emulateMedia({ media: 'print' });
  const paper = await kitchen.getByRole('article').count();
  await kitchen.emulateMedia({ media: 'screen' });
  await ticket(kitchen, 'Diavola').getByLabel(/^More: step back/).click();
  await ticket(kitchen, 'Diavola').getByRole('button', { name: 'Print this ticket' }).click();
  await kitchen.emulateMedia({ media: 'print' });
  await expect(kitchen.getByRole('article')).toHaveCount(1);
  await expect(ticket(kitchen, 'Diavola')).toContainText('Kurze Gasse 1');
  await expect(kitchen.getByRole('button')).toHaveCount(0);
  // As wide as a roll of 80 mm, in points.
  const paper80 = (await kitchen.pdf({ preferCSSPageSize: true })).toString('latin1');
  expect(paper80.match(/\/MediaBox\s*\[0 0 (\d+)/)?.[1]).toBe('227');
  await kitchen.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await expect(kitchen.getByRole('article')).toHaveCount(paper);
});

test('the supplier panel is in German where that is chosen', async ({ open, api }) => {
  await api.taken('Diavola');
  const kitchen = await open(NAPOLI);
  await kitchen.context().addCookies([{ name: 'language', value: 'de', url: kitchen.url() }]);
  await kitchen.reload();
  for (const name of ['Zu beantworten', 'Im Angebot', 'Zu backen', 'Im Ofen', 'Fertig', 'Unterwegs', 'Noch zu backen']) {
    await expect(column(kitchen, name)).toBeVisible();
  }
  await expect(ticket(kitchen, 'Diavola').getByRole('button', { name: /Stumm/ })).toBeVisible();
  await newOffer(kitchen);
  await expect(kitchen.getByLabel('Kunde zahlt')).toBeVisible();
  await newOffer(kitchen);
  await ticket(kitchen, 'Diavola').getByRole('button', { name: 'Anfangen' }).click();
  await expect(column(kitchen, 'Im Ofen').getByRole('article')).toHaveCount(1);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false, allowed: /preloaded using link preload/ });

  test('the kitchen is stored, and a cancelled ticket stays', async ({ open, api }) => {
    await api.offer('Margherita', { supplier_name: 'Forno' });
    const { id } = await api.taken('Diavola');
    await api.status(id, 'cancelled');
    const kitchen = await open('/supplier');
    await kitchen.getByRole('combobox', { name: 'Kitchen', exact: true }).selectOption('Bella Napoli');
    await kitchen.getByRole('button', { name: 'Show' }).click();
    await kitchen.goto('/supplier');
    await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Bella Napoli');
    await expect(column(kitchen, 'To prepare').getByRole('article')).toContainText('Cancelled at');
    await kitchen.getByRole('combobox', { name: 'Kitchen', exact: true }).selectOption('All kitchens');
    await kitchen.getByRole('button', { name: 'Show' }).click();
    await kitchen.goto('/supplier');
    await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('All kitchens');
  });

  test('a pizza is cancelled with a reason', async ({ open, api }) => {
    const { id } = await api.taken('Diavola');
    const kitchen = await open(NAPOLI);
    await kitchen.getByLabel(/^More: step back/).click();
    await kitchen.getByLabel('Or in your own words').fill('The cat sat on it');
    await kitchen.getByRole('button', { name: 'Cancel this pizza' }).click();
    await expect(kitchen.getByText('Cancelled at')).toBeVisible();
    const order = await (await kitchen.request.get(`/api/orders/${id}`)).json();
    expect(order.supplier_notes).toBe('The cat sat on it');
  });
});

test('a crowded column renders only the tickets in sight, and all can be reached', async ({ open, api }) => {
  const pizzas = Array.from({ length: 40 }, (_, n) => `Pizza ${n + 1}`);
  for (const pizza of pizzas) await api.offer(pizza);
  const kitchen = await open(NAPOLI);
  const tickets = column(kitchen, 'To answer').getByRole('article');
  await expect(column(kitchen, 'To answer').getByRole('list')).toBeVisible();
  await expect.poll(() => tickets.count()).toBeLessThan(40);
  // A ticket that arrives out of sight.
  const last = await api.offer('Quattro Stagioni');
  await expect(column(kitchen, 'To answer').getByRole('listitem')).toHaveCount(41);
  await kitchen.goto(`${NAPOLI}#o${last.id}`);
  await expect(ticket(kitchen, 'Quattro Stagioni')).toBeInViewport();
  await ticket(kitchen, 'Quattro Stagioni').getByRole('button', { name: /^Accept/ }).click();
  await unfold(kitchen, 'On offer');
  await expect(column(kitchen, 'On offer').getByRole('heading', { name: 'Quattro Stagioni' })).toBeVisible();
  // The arrow keys reach all of them.
  await ticket(kitchen, 'Pizza 40').focus();
  for (const pizza of pizzas.slice(30, 39).reverse()) {
    await kitchen.keyboard.press('ArrowUp');
    await expect(ticket(kitchen, pizza)).toBeFocused();
  }
});

test('the ticket in the address does not scroll the page back later', async ({ open, api }) => {
  const { id } = await api.offer('Quattro Stagioni');
  for (let at = 1; at < 40; at++) await api.offer(`Pizza ${at}`);
  const kitchen = await open(`${NAPOLI}#o${id}`);
  await kitchen.setViewportSize({ width: 390, height: 844 });
  await ticket(kitchen, 'Quattro Stagioni').getByRole('button', { name: /^Accept/ }).click();
  await expect(column(kitchen, 'On offer').getByRole('heading', { name: 'Quattro Stagioni' })).toBeAttached();
  // On a phone, that is far below: the last ticket above it stays in the view.
  await column(kitchen, 'On offer').getByRole('heading', { name: 'On offer' }).scrollIntoViewIfNeeded();
  await frames(kitchen, 20);
  await expect(column(kitchen, 'To answer').getByRole('listitem').last()).toBeInViewport();
});

test('who scrolls is not led back to the ticket in the address', async ({ open, api }) => {
  const { id } = await api.offer('Quattro Stagioni');
  for (let at = 1; at < 40; at++) await api.offer(`Pizza ${at}`);
  const kitchen = await open(NAPOLI);
  await kitchen.setViewportSize({ width: 390, height: 844 });
  await kitchen.evaluate(async (id) => {
    const frame = () => new Promise(requestAnimationFrame);
    location.hash = `o${id}`;
    await new Promise((heard) => addEventListener('hashchange', heard, { once: true }));
    await frame();
    document.body.dispatchEvent(new WheelEvent('wheel', { bubbles: true }));
    window.scrollTo(0, document.documentElement.scrollHeight);
  }, id);
  await frames(kitchen, 30);
  await expect(ticket(kitchen, 'Quattro Stagioni')).not.toBeInViewport();
});

test('a ticket that the address names is in the view, wherever it stands', async ({ open, api }) => {
  for (let at = 1; at < 30; at++) await api.offer(`Pizza ${at}`);
  const { id } = await api.offer('Quattro Stagioni');
  // The page of the server does not have it.
  const kitchen = await open(`${NAPOLI}#o${id}`);
  await expect(ticket(kitchen, 'Quattro Stagioni')).toBeInViewport();
});

test('a ticket that leaves above does not move the tickets in view', async ({ open, api }) => {
  const ids: string[] = [];
  for (let at = 1; at < 15; at++) ids.push((await api.offer(`Pizza ${at}`)).id);
  const kitchen = await open(NAPOLI);
  await kitchen.setViewportSize({ width: 390, height: 844 });
  const read = ticket(kitchen, 'Pizza 12');
  await read.scrollIntoViewIfNeeded();
  await frames(kitchen, 5);
  const before = (await read.boundingBox())!.y;
  for (const [n, id] of ids.slice(0, 3).entries()) {
    await api.post(`/api/orders/${id}/supplier-respond`, { accept: true, estimated_time: 25 });
    await expect(column(kitchen, 'To answer').getByRole('listitem')).toHaveCount(13 - n);
  }
  await frames(kitchen, 5);
  expect(Math.abs((await read.boundingBox())!.y - before)).toBeLessThan(3);
});

test('in a crowded column, entered values stay while their ticket is out of sight', async ({ open, api }) => {
  for (let at = 1; at < 41; at++) await api.offer(`Pizza ${at}`);
  const kitchen = await open(NAPOLI);
  await expect.poll(() => column(kitchen, 'To answer').getByRole('article').count()).toBeLessThan(40);
  const minutes = ticket(kitchen, 'Pizza 2').first().getByRole('spinbutton');
  await ticket(kitchen, 'Pizza 1').first().getByRole('button', { name: '5 minutes more' }).click();
  await column(kitchen, 'To answer').getByRole('listitem').last().scrollIntoViewIfNeeded();
  await frames(kitchen, 10);
  await column(kitchen, 'To answer').getByRole('listitem').first().scrollIntoViewIfNeeded();
  await expect(ticket(kitchen, 'Pizza 1').first().getByRole('spinbutton')).toHaveValue('30');
  await expect(minutes).toHaveValue('25');
});

test('going back restores the scroll position', async ({ open, api }) => {
  for (let at = 1; at < 15; at++) await api.offer(`Pizza ${at}`);
  const kitchen = await open(NAPOLI);
  await kitchen.setViewportSize({ width: 390, height: 844 });
  await ticket(kitchen, 'Pizza 12').scrollIntoViewIfNeeded();
  await kitchen.getByRole('navigation', { name: 'Panels' }).getByRole('link', { name: /^Dispatch/ }).evaluate((link: HTMLElement) => link.click());
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Dispatch');
  await expect.poll(() => kitchen.evaluate(() => scrollY)).toBe(0);
  await kitchen.goBack();
  await expect(ticket(kitchen, 'Pizza 12')).toBeInViewport();
});
