// Pages of pizzerias, measured in a real browser: rows of a table, with what each should be.
import { execFile } from 'node:child_process';
import { get } from 'node:http';
import { promisify } from 'node:util';

/** As `pizza-market seed` names the first pizzeria of a large market: open round the clock, it takes every order by itself. */
const SHOP = 'seed-1-0';
const RESTAURANTS = 50;
const ITEMS = 200;
const OPEN = 500;
const TAPS = 21;
/** The first item that is tapped: none that is ordered afterwards. */
const TAPPED = 30;
const LINES = [
  { item: 'i0', size: 'l', quantity: 1, half: 'i1', options: [{ group: 'top', option: 'o7', part: 'left' }], note: 'Well done' },
  { item: 'i1', size: 'm', quantity: 1, without: [{ name: 'Tomato' }] },
  { item: 'i2', size: 'l', quantity: 1 },
  { item: 'i5', quantity: 1 },
];
const kilobytes = (bytes) => (bytes / 1000).toFixed(1);
const row = (...cells) => console.log(`| ${cells.join(' | ')} |`);

export async function menus({ program, market, window, post }) {
  await market(async (url) => {
    await promisify(execFile)(program, ['seed', '--url', url, '--restaurants', RESTAURANTS, '--items', ITEMS].map(String));
    row('what', 'is', 'goal');
    row('---', '---', '---');
    await pages(url, window);
    await soldOut(url, window);
    await directOrders(url, post);
    const { name } = await (await fetch(`${url}/api/restaurants/${SHOP}`)).json();
    const size = await compressed(`${url}/supplier?kitchen=${encodeURIComponent(name)}`);
    row(`HTML of a kitchen with ${OPEN} open direct orders of ${LINES.length} lines`, `${kilobytes(size)} kB`, '≤ 150 kB');
  });
}

async function pages(url, window) {
  const menu = `/shops/${SHOP}`;
  for (const [what, path, goal] of [
    [`\`/shops\` of ${RESTAURANTS} pizzerias`, '/shops', 200], [`a menu of ${ITEMS} items`, menu, 200],
    [`the editor of ${ITEMS} items`, `/supplier/${SHOP}/menu`, 220],
  ]) {
    const { html, program, pictures } = await downloads(url + path, window);
    row(`first visit of ${what}: program (CSS, JavaScript, WebAssembly)`, `${kilobytes(program)} kB`, `≤ ${goal} kB`);
    row('its HTML, and pictures in view', `${kilobytes(html)} kB, ${kilobytes(pictures)} kB`, path === menu ? 'HTML ≤ 35 kB' : '');
  }
  for (const [what, path] of [['`/shops`', '/shops'], ['a menu', menu]]) {
    const { html, program, pictures } = await downloads(url + path, window, { javaScriptEnabled: false });
    const of = `HTML ${kilobytes(html)}, CSS ${kilobytes(program)}, pictures ${kilobytes(pictures)}`;
    row(`first visit of ${what} without JavaScript, all of it`, `${kilobytes(html + program + pictures)} kB (${of})`, '≤ 70 kB');
  }
}

/** What a visit downloads with an empty cache: bytes on the wire, with headers. */
async function downloads(address, window, options) {
  const { context, cdp, page } = await window(undefined, options);
  const kinds = new Map();
  const sizes = { html: 0, program: 0, pictures: 0 };
  cdp.on('Network.responseReceived', ({ requestId, response, type }) => {
    const isPicture = response.mimeType.startsWith('image/');
    kinds.set(requestId, type === 'Document' ? 'html' : isPicture ? 'pictures' : 'program');
  });
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (kinds.has(requestId)) sizes[kinds.get(requestId)] += encodedDataLength;
  });
  await page.goto(address, { waitUntil: 'networkidle' });
  await context.close();
  return sizes;
}

/** From the tap in the kitchen's editor to the grey row in a window of a customer. */
async function soldOut(url, window) {
  const [customer, kitchen] = [await window(url), await window(url)];
  await kitchen.page.addInitScript(() => {
    addEventListener('click', () => sessionStorage.setItem('tapped', performance.timeOrigin + performance.now()), true);
  });
  await customer.page.goto(`/shops/${SHOP}`, { waitUntil: 'networkidle' });
  const times = [];
  for (let tap = 0; tap < TAPS; tap++) {
    await kitchen.page.goto(`/supplier/${SHOP}/menu`);
    const greyed = customer.page.evaluate((item) => new Promise((done) => {
      const dish = document.querySelector(`[data-parts="${item}"]`);
      const look = () => dish.hasAttribute('data-sold-out') && done(performance.timeOrigin + performance.now());
      new MutationObserver(look).observe(dish, { attributes: true });
    }), `i${TAPPED + tap}`);
    await kitchen.page.locator(`#item-i${TAPPED + tap} button[value=sold-out]`).click();
    const at = await greyed;
    times.push(at - Number(await kitchen.page.evaluate(() => sessionStorage.getItem('tapped'))));
  }
  times.sort((a, b) => a - b);
  row('tap on “sold out” until it is grey in a window of a customer, median', `${times[(TAPS - 1) / 2].toFixed(0)} ms (slowest ${times.at(-1).toFixed(0)} ms)`, '< 100 ms');
  await Promise.all([customer, kitchen].map(({ context }) => context.close()));
}

/** Orders from the menu that wait, bake and are ready in turn, in the next slots: none is folded away as one for later. */
async function directOrders(url, post) {
  const shop = `/api/restaurants/${SHOP}`;
  const profile = await (await fetch(url + shop)).json();
  Object.assign(profile.orders, { slot_minutes: 5, slot_orders: 100, order_pieces: 50 });
  const headers = { 'content-type': 'application/json', 'if-match': '*' };
  await fetch(url + shop, { method: 'PUT', headers, body: JSON.stringify(profile) });
  const date = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  const read = async (query) => (await fetch(`${url}${shop}/slots?postcode=FN1${query}`)).json();
  // Shortly before midnight a day has few.
  const slots = [...(await read('')), ...(await read(`&date=${date}`))];
  const place = { street: 'Via Roma 1', postcode: 'FN1', town: 'Fornello' };
  const order = async (number) => {
    const { slot, to } = slots[1 + Math.floor(number / 100)];
    const wanted = { lines: LINES, place, when: slot };
    const { bill } = await post(url, `${shop}/quote`, wanted);
    const consent = { customer_name: 'Ana', phone: '030 1234567', agreed_total: bill.to_pay, agreed_until: to };
    const { id } = await post(url, `${shop}/orders`, { ...wanted, ...consent });
    if (!id) throw new Error(`no order ${number}`);
    for (const status of ['preparing', 'ready'].slice(0, number % 3)) await post(url, `/api/orders/${id}/status`, { status });
  };
  for (let number = 0; number < OPEN; number += 25) await Promise.all(Array.from({ length: 25 }, (_, more) => order(number + more)));
}

/** How large an answer is that is compressed with brotli. */
function compressed(address) {
  return new Promise((done, failed) => {
    get(address, { headers: { 'accept-encoding': 'br', accept: 'text/html' } }, (answer) => {
      if (answer.statusCode !== 200 || answer.headers['content-encoding'] !== 'br') failed(new Error(`${address}: ${answer.statusCode}`));
      let bytes = 0;
      answer.on('data', (data) => (bytes += data.length)).on('end', () => done(bytes));
    }).on('error', failed);
  });
}
