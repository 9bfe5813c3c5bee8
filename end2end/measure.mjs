// The metrics of a rush, measured on the release in a real browser. Printed, never asserted: they depend on the
// machine.
//
//   node measure.mjs [visit] [menus] [lighthouse] [open] [rush] [many]
import { chromium } from 'playwright-core';
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { menus } from './measure_menus.mjs';

const program = resolve(import.meta.dirname, process.env.PIZZA_MARKET ?? '../target/release/pizza-market');
const KITCHEN = 'Bella Napoli';
const PANELS = ['/supplier', '/customer', '/dispatch', '/orders'];
const wanted = process.argv.slice(2);
const wants = (name) => wanted.length === 0 || wanted.includes(name);

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const args = ['--disable-dev-shm-usage', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
const browser = await chromium.launch({ executablePath, args });
/** What a first visit downloads: brotli, in bytes on the wire. */
async function visit() {
  await market(async (url) => {
    await evening(url, 20);
    for (const path of PANELS) {
      const { context, cdp, page } = await window(url);
      const kinds = new Map();
      const sizes = new Map();
      cdp.on('Network.responseReceived', ({ requestId, response, type }) => kinds.set(requestId, type === 'Document' ? 'HTML' : response.mimeType));
      cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
        const name = { HTML: 'HTML', 'text/css': 'CSS', 'text/javascript': 'JavaScript', 'application/wasm': 'WebAssembly' }[kinds.get(requestId)];
        if (name) sizes.set(name, (sizes.get(name) ?? 0) + encodedDataLength);
      });
      await page.goto(url + path);
      await hydrated(page);
      const parts = [...sizes].map(([name, size]) => `${name} ${(size / 1000).toFixed(1)}`).join(', ');
      const sum = [...sizes.values()].reduce((a, b) => a + b, 0);
      console.log(`first visit of ${path}: ${(sum / 1000).toFixed(1)} kB with headers (${parts})`);
      await context.close();
    }
  });
}

/** Lighthouse's scores for each panel on its slow phone. */
async function lighthouse() {
  await market(async (url) => {
    await evening(url, 20);
    for (const path of ['/', ...PANELS]) {
      const flags = ['--quiet', '--output=json', `--chrome-flags=--headless=new ${args.join(' ')}`];
      const { stdout } = await promisify(execFile)('npx', ['--yes', 'lighthouse@12.8.2', url + path, ...flags], {
        env: { ...process.env, ...(executablePath && { CHROME_PATH: executablePath }) },
        maxBuffer: 64 * 1024 * 1024,
      });
      const { categories, audits } = JSON.parse(stdout);
      const scores = Object.values(categories).map(({ title, score }) => `${title} ${Math.round(score * 100)}`);
      const lost = Object.values(categories).flatMap(({ id, auditRefs }) => (id === 'performance' ? [] : auditRefs))
        .filter(({ id, weight }) => weight > 0 && audits[id].score !== null && audits[id].score < 1).map(({ id }) => id);
      console.log(`Lighthouse of ${path}: ${scores.join(', ')}${lost.length ? `; lost by ${lost.join(', ')}` : ''}`);
    }
  });
}

/** How long a panel takes until it is live with 500 open orders of one kitchen: at full speed, and with a quarter of it. */
async function open() {
  await market(async (url) => {
    await evening(url, 500);
    for (const path of [`/supplier?kitchen=${encodeURIComponent(KITCHEN)}`, '/supplier?kitchen=', '/customer', '/dispatch', '/orders']) {
      const html = (await (await fetch(url + path)).text()).length;
      const figures = [];
      for (const slower of [1, 4]) {
        const { context, cdp, page } = await window(url);
        await cdp.send('Emulation.setCPUThrottlingRate', { rate: slower });
        await page.addInitScript(() => {
          globalThis.tasks = [];
          new PerformanceObserver((list) => list.getEntries().forEach((entry) => tasks.push(entry.duration))).observe({ type: 'longtask', buffered: true });
        });
        await page.goto(url + path, { waitUntil: 'commit' });
        await hydrated(page);
        const [live, longest] = await page.evaluate(() => [performance.now(), Math.max(0, ...tasks)]);
        figures.push(`live within ${(live / 1000).toFixed(1)} s at ${slower === 1 ? 'full speed' : 'a quarter of it'} (longest task ${longest.toFixed(0)} ms)`);
        await context.close();
      }
      console.log(`${path} with 500 open orders: HTML ${(html / 1000).toFixed(0)} kB, ${figures.join(', ')}`);
    }
  });
}

/** 500 open orders on screen, 50 events a second for 30 s, and keyboard input, with a quarter of the CPU. */
async function rush() {
  for (const path of [`/supplier?kitchen=${encodeURIComponent(KITCHEN)}`, '/dispatch', '/orders']) {
    await market(async (url) => {
      const ids = await evening(url, 500);
      const { context, cdp, page } = await window(url);
      await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 });
      await page.addInitScript(() => {
        globalThis.seen = { tasks: [], interactions: new Map() };
        new PerformanceObserver((list) => list.getEntries().forEach((entry) => seen.tasks.push([entry.startTime, entry.duration]))).observe({ type: 'longtask', buffered: true });
        new PerformanceObserver((list) => list.getEntries().forEach((entry) => entry.interactionId && seen.interactions.set(entry.interactionId, Math.max(seen.interactions.get(entry.interactionId) ?? 0, entry.duration))))
          .observe({ type: 'event', buffered: true, durationThreshold: 16 });
      });
      await page.goto(url + path);
      await hydrated(page);
      const from = await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now())))));
      const events = storm(url, ids);
      const until = Date.now() + 30_000;
      let presses = 0;
      while (Date.now() < until) {
        await page.keyboard.press(['ArrowDown', 'ArrowRight', 'ArrowDown', 'ArrowLeft'][presses++ % 4]);
        const unfolds = page.locator('main summary').first();
        if (presses % 3 === 0 && (await unfolds.count())) await unfolds.click({ timeout: 2_000 }).catch(() => {});
      }
      const sent = await events;
      const { tasks, interactions } = await page.evaluate((from) => ({
        tasks: seen.tasks.filter(([start, time]) => start + time > from).map(([, time]) => time),
        interactions: [...seen.interactions.values()],
      }), from);
      const long = tasks.filter((time) => time > 50);
      // What the browser does not report took less than 16 ms.
      const times = [...interactions, ...Array(Math.max(0, presses - interactions.length)).fill(16)].sort((a, b) => a - b);
      console.log(`${path} in a rush: ${sent} events in 30 s, ${long.length} long tasks (longest ${Math.max(0, ...long).toFixed(0)} ms), ` +
        `interaction to next paint: median ${times[Math.floor(times.length / 2)]} ms, 98 % ${times[Math.floor(times.length * 0.98)]} ms of ${times.length}`);
      await context.close();
    });
  }
}

/** 10,000 open orders in the list of orders. */
async function many() {
  await market(async (url) => {
    await offers(url, 10_000);
    const { context, page, cdp } = await window(url);
    await page.addInitScript(() => {
      const start = WebAssembly.instantiateStreaming;
      WebAssembly.instantiateStreaming = async (...of) => {
        const program = await start(...of);
        globalThis.memory ??= program.instance.exports.memory;
        return program;
      };
    });
    await page.goto(url + '/orders');
    await hydrated(page);
    const scroll = await page.evaluate(async () => {
      const frames = [];
      let last = performance.now();
      for (let at = 0; at < 120; at++) {
        window.scrollBy(0, 900);
        await new Promise(requestAnimationFrame);
        frames.push(performance.now() - last);
        last = performance.now();
      }
      return frames.sort((a, b) => a - b);
    });
    const root = await browser.newBrowserCDPSession();
    const megabytes = async () => {
      const { processInfo } = await root.send('SystemInfo.getProcessInfo');
      const own = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => /Pss_Anon:\s+(\d+)/.exec(readFileSync(`/proc/${id}/smaps_rollup`, 'utf8'))[1] / 1024);
      return Math.max(...own).toFixed(0);
    };
    const most = await megabytes();
    // The browser collects the garbage of scrolling at a time of its own choice.
    await cdp.send('HeapProfiler.collectGarbage');
    const held = await megabytes();
    const [heap, linear] = await page.evaluate(() => [performance.memory.usedJSHeapSize, globalThis.memory.buffer.byteLength].map((bytes) => bytes / 1048576));
    const rows = await page.locator('tbody tr').count();
    console.log(`10,000 orders: ${held} MB held by the page's process, ${most} MB before garbage collection (${heap.toFixed(0)} MB of it JavaScript, ${linear.toFixed(0)} MB WebAssembly), ${rows} rows in the document, ` +
      `scrolling: median frame ${scroll[60].toFixed(0)} ms, slowest ${scroll.at(-1).toFixed(0)} ms`);
    await context.close();
  });
}

async function window(url, options) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, baseURL: url, ...options });
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send('Network.enable');
  return { context, page, cdp };
}

async function hydrated(page) {
  await page.getByText('Live', { exact: true }).waitFor({ timeout: 60_000 });
}

/** A market of its own, for as long as `work` takes. */
async function market(work) {
  const port = await new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
  const data = mkdtempSync(join(tmpdir(), 'pizza-market-'));
  const env = { ...process.env, LEPTOS_SITE_ADDR: `127.0.0.1:${port}`, DATA_DIR: data, AUTH: 'open', RATE_LIMIT: 'off', RUST_LOG: 'warn' };
  const server = spawn(program, { env, cwd: resolve(import.meta.dirname, '..'), stdio: 'inherit' });
  const url = `http://127.0.0.1:${port}`;
  try {
    while (!(await fetch(`${url}/readyz`).then((answer) => answer.ok, () => false)));
    await work(url);
  } finally {
    server.kill('SIGKILL');
    rmSync(data, { recursive: true, force: true });
  }
}

async function post(url, path, body) {
  const answer = await fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return answer.json();
}

async function offers(url, count) {
  const names = ['Margherita', 'Diavola', 'Capricciosa', 'Hawaii', 'Tonno e Cipolla', 'Marinara'];
  const ids = [];
  for (let at = 0; at < count; at += 50) {
    const some = Array.from({ length: Math.min(50, count - at) }, (_, i) =>
      post(url, '/api/orders', { supplier_name: KITCHEN, pizza_name: names[(at + i) % names.length], supplier_price: 9.5 }));
    ids.push(...(await Promise.all(some)).map(({ id }) => id));
  }
  return ids;
}

const STEPS = [
  (url, id) => post(url, `/api/orders/${id}/supplier-respond`, { accept: true, estimated_time: 25 }),
  (url, id) => post(url, `/api/orders/${id}/customer-accept`, { customer_name: 'Ana', delivery_address: 'Kurze Gasse 1' }),
  (url, id) => post(url, `/api/orders/${id}/status`, { status: 'preparing' }),
  (url, id) => post(url, `/api/orders/${id}/status`, { status: 'ready' }),
  (url, id) => post(url, `/api/orders/${id}/dispatch`, { driver_name: ['Jonas', 'Giulia', 'Mo'][id.charCodeAt(35) % 3] }),
  (url, id) => post(url, `/api/orders/${id}/status`, { status: 'in_transit' }),
  (url, id) => post(url, `/api/orders/${id}/status`, { status: 'delivered' }),
];

/** Open orders, as many in each state as in the next. */
async function evening(url, count) {
  const ids = await offers(url, count);
  const orders = ids.map((id, i) => ({ id, at: 0, goal: i % STEPS.length }));
  for (let step = 0; step < STEPS.length; step++) {
    await Promise.all(orders.filter(({ goal }) => goal > step).map(async (order) => {
      await STEPS[step](url, order.id);
      order.at = step + 1;
    }));
  }
  return orders;
}

/** 50 events a second for 30 s: each takes some order a step on, and a new one comes for each that is done. */
async function storm(url, orders) {
  const begin = Date.now();
  let sent = 0;
  for (let tick = 0; tick < 1_500; tick++) {
    const wait = begin + tick * 20 - Date.now();
    if (wait > 0) await new Promise((done) => setTimeout(done, wait));
    const order = orders[(tick * 37) % orders.length];
    sent += 1;
    if (order.at < STEPS.length) {
      const step = order.at++;
      void STEPS[step](url, order.id);
    } else {
      order.at = 0;
      order.id = (await offers(url, 1))[0];
    }
  }
  return sent;
}

if (wants('visit')) await visit();
if (wants('menus')) await menus({ program, market, window, post });
if (wants('lighthouse')) await lighthouse();
if (wants('open')) await open();
if (wants('rush')) await rush();
if (wants('many')) await many();
await browser.close();
