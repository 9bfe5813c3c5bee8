// The fixtures: a real server for each test, and pages that fail the test on any console message or page error.
import { type APIRequestContext, type BrowserContextOptions, type Page, expect, test as base } from '@playwright/test';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const program = resolve(import.meta.dirname, process.env.PIZZA_MARKET ?? '../target/debug/pizza-market');

/** A market on a free port, with a store of its own. */
export class Market {
  private process?: ChildProcess;

  /** `accounts`: whether people sign in. */
  private constructor(readonly url: string, private readonly data: string, private readonly accounts: boolean) {}

  static async open(accounts: boolean): Promise<Market> {
    const market = new Market(`http://127.0.0.1:${await freePort()}`, mkdtempSync(join(tmpdir(), 'pizza-market-')), accounts);
    await market.start();
    return market;
  }

  private environment() {
    const signIn = { AUTH: 'required', SITE_ORIGIN: this.url, AUTH_SECRET: Buffer.alloc(32, 7).toString('base64') };
    const env = { ...process.env, LEPTOS_SITE_ADDR: this.url.slice('http://'.length), DATA_DIR: this.data, AUTH: 'open', RATE_LIMIT: 'off', RUST_LOG: 'warn', ...(this.accounts ? signIn : {}) };
    for (const name of Object.keys(env)) if (name.startsWith('REDIS_')) delete env[name as keyof typeof env];
    return env;
  }

  async start() {
    this.process = spawn(program, { env: this.environment(), cwd: resolve(import.meta.dirname, '..'), stdio: 'inherit' });
    await expect(async () => expect((await fetch(`${this.url}/readyz`)).status).toBe(200)).toPass({ intervals: [50], timeout: 15_000 });
  }

  /** Runs `pizza-market account … --json` beside the server, and returns what it prints. */
  async account(...words: string[]) {
    const options = { env: this.environment(), cwd: resolve(import.meta.dirname, '..') };
    const { stdout } = await promisify(execFile)(program, ['account', ...words, '--json'], options);
    return JSON.parse(stdout);
  }

  /** kill -9. */
  async kill() {
    if (this.process?.signalCode) return;
    const gone = new Promise((done) => this.process?.once('exit', done));
    this.process?.kill('SIGKILL');
    await gone;
  }

  /** Suspends or resumes the process. */
  signal(name: 'SIGSTOP' | 'SIGCONT') {
    this.process?.kill(name);
  }

  async close() {
    await this.kill();
    rmSync(this.data, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}

/** The REST API, to prepare the orders of a test. */
export class Api {
  /** `key`: of an integration, where people sign in. */
  constructor(private readonly request: APIRequestContext, private readonly url: string, private readonly key?: string) {}

  private get headers(): Record<string, string> {
    return this.key ? { authorization: `Bearer ${this.key}` } : {};
  }

  async offer(pizza_name: string, more: object = {}) {
    const data = { supplier_name: 'Bella Napoli', pizza_name, supplier_price: 9.5, ...more };
    return this.post('/api/orders', data);
  }

  async accepted(pizza_name: string, more: object = {}) {
    const { id } = await this.offer(pizza_name, more);
    return this.post(`/api/orders/${id}/supplier-respond`, { accept: true, estimated_time: 25, notes: 'Really hot' });
  }

  async taken(pizza_name: string) {
    const { id } = await this.accepted(pizza_name);
    return this.post(`/api/orders/${id}/customer-accept`, { customer_name: 'Ana', delivery_address: 'Kurze Gasse 1' });
  }

  async status(id: string, status: string) {
    return this.post(`/api/orders/${id}/status`, { status });
  }

  async get(id: string) {
    return (await this.request.get(`${this.url}/api/orders/${id}`, { headers: this.headers })).json();
  }

  async post(path: string, data: object) {
    const answer = await this.request.post(this.url + path, { data, headers: this.headers });
    expect(answer.ok(), await answer.text()).toBe(true);
    return answer.json();
  }
}

/** Pages without the browser's program. */
const STILL = /^\/(docs|sign-in|sign-up|join|pair|account|team|driver|hand-over|shops|supplier\/)/;

type World = {
  /** Whether people sign in. */
  accounts: boolean;
  market: Market;
  api: Api;
  /** Opens a page in a browser context of its own. */
  open: (path: string, more?: BrowserContextOptions) => Promise<Page>;
  /** Console messages that do not fail the test. */
  allowed: RegExp | undefined;
};

export const test = base.extend<World>({
  accounts: [false, { option: true }],
  market: async ({ accounts }, use) => {
    const market = await Market.open(accounts);
    await use(market);
    await market.close();
  },
  api: async ({ request, market, accounts }, use) => {
    const made = accounts ? await market.account('key', 'tests', '--role', 'integrator') : {};
    await use(new Api(request, market.url, made.key));
  },
  allowed: [undefined, { option: true }],
  open: async ({ browser, market, allowed, contextOptions, viewport, userAgent, deviceScaleFactor, isMobile, hasTouch, javaScriptEnabled, colorScheme, locale }, use) => {
    const said: string[] = [];
    const contexts = [];
    await use(async (path, more) => {
      const options = { ...contextOptions, viewport, userAgent, deviceScaleFactor, isMobile, hasTouch, javaScriptEnabled, colorScheme, locale, ...more };
      const context = await browser.newContext({ ...options, baseURL: market.url });
      contexts.push(context);
      const page = await context.newPage();
      page.on('pageerror', (error) => said.push(`${path}: ${error}`));
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) said.push(`${path}: ${message.text()}`);
      });
      await page.goto(path);
      // The page of the API is not a panel, and the pages of accounts and pizzerias have no program.
      if (javaScriptEnabled !== false && !STILL.test(path)) await hydrated(page);
      return page;
    });
    for (const context of contexts) await context.close();
    expect(said.filter((line) => !allowed?.test(line))).toEqual([]);
  },
});

/** Waits until a page is hydrated, and live if it shows orders. */
export async function hydrated(page: Page) {
  await expect(page.getByText('Live', { exact: true }).or(page.locator('[data-state="still"]'))).toBeVisible();
}

/** Waits until `count` frames have been shown. */
export async function frames(page: Page, count: number) {
  await page.evaluate(async (count) => {
    for (let at = 0; at < count; at++) await new Promise(requestAnimationFrame);
  }, count);
}

/** Follows the link at the end of the list. (A hydrated list reads on by itself as soon as its end comes into view.) */
export async function olderOrders(page: Page) {
  const link = page.getByRole('link', { name: 'Older orders' });
  await page.goto((await link.getAttribute('href'))!);
}

/** Goes from the newest of 206 orders to the oldest and back. `pages`: the rows of each page. */
export async function readThePast(api: Api, open: World['open'], pages: number[]) {
  await api.status((await api.offer('The first')).id, 'cancelled');
  for (let page = 0; page < 5; page++) {
    await Promise.all(Array.from({ length: 41 }, async () => api.status((await api.offer('Margherita')).id, 'cancelled')));
  }
  const orders = await open('/orders');
  const rows = orders.getByRole('row').filter({ has: orders.getByRole('cell') });
  for (const [page, count] of pages.entries()) {
    if (page > 0) await olderOrders(orders);
    await expect(rows).toHaveCount(count);
  }
  await expect(orders.getByRole('row', { name: 'The first' })).toBeVisible();
  await expect(orders.getByRole('link', { name: 'Older orders' })).toHaveCount(0);
  await orders.getByRole('link', { name: 'Newest orders' }).click();
  await expect(orders.getByRole('link', { name: 'Newest orders' })).toHaveCount(0);
  await expect(rows.first()).toContainText('Margherita');
  // A search finds the older ones, too.
  await orders.goto('/orders?q=The%20first');
  await expect(rows).toHaveCount(1);
  await orders.goto('/orders');
  // An open order is listed, however many have been finished since.
  await api.offer('The last');
  await orders.reload();
  await orders.getByRole('link', { name: 'To answer 1' }).click();
  await expect(rows).toHaveCount(1);
}

/** One order in each state, with names from everywhere. */
export async function evening(api: Api) {
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

/** The first elements that make a page scroll sideways. */
export async function wider(page: Page) {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    return [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > clientWidth + 1).slice(0, 3).map((one) => one.outerHTML.slice(0, 120));
  });
}

/** The ticket of a pizza, in any column. */
export function ticket(page: Page, pizza: string) {
  return page.getByRole('article').filter({ has: page.getByRole('heading', { name: pizza }) });
}

/** A column of a panel, by its heading. */
export function column(page: Page, name: string) {
  return page.getByRole('region', { name, exact: true });
}

/** Opens a strip of the kitchen, where the screen is so wide that it is folded. */
export async function unfold(page: Page, name: string) {
  const opener = page.getByRole('checkbox', { name: `Show “${name}”` });
  if ((page.viewportSize()?.width ?? 0) >= 1024) await opener.check({ force: true });
}

/** Opens the form for a new offer. */
export async function newOffer(page: Page) {
  await page.locator('#new-offer summary').click();
}

export { expect };

/** Marks documents: a reload would lose the mark. */
export async function mark(pages: Page[]) {
  for (const page of pages) await page.evaluate(() => Object.assign(window, { same: true }));
}

export async function isSame(pages: Page[]) {
  for (const page of pages) expect(await page.evaluate(() => 'same' in window), page.url()).toBe(true);
}
