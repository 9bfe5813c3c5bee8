// How many whole tickets a screen shows, with all their controls, as the page opens with about 60 open orders; and how the
// header stands above a page.
import { type Page } from '@playwright/test';
import { type Api, expect, hydrated, test } from '../world';

const NAMES = ['Diavola', 'Margherita', 'Quattro Stagioni', 'Funghi', 'Hawaii', 'Tonno e cipolla', 'Prosciutto', 'Capricciosa'];
const WORKING = ['pending_supplier', 'customer_accepted', 'preparing'];

/** Sixty open orders of one kitchen. */
async function rush(api: Api) {
  const until = async (n: number) => {
    const { id } = await api.offer(NAMES[n % 8]);
    if (n < 14) return;
    await api.post(`/api/orders/${id}/supplier-respond`, { accept: true, estimated_time: ((n * 7) % 40) + 1, notes: n % 4 ? undefined : 'Really hot' });
    if (n < 20) return;
    await api.post(`/api/orders/${id}/customer-accept`, { customer_name: 'Ana Ruiz', delivery_address: `Kurze Gasse ${n}` });
    if (n < 34) return;
    await api.status(id, 'preparing');
    if (n < 47) return;
    await api.status(id, 'ready');
    if (n < 59) return;
    // A driver who is back.
    await api.post(`/api/orders/${id}/dispatch`, { driver_name: 'Jonas' });
    for (const status of ['in_transit', 'delivered']) await api.status(id, status);
  };
  await Promise.all(Array.from({ length: 60 }, (_, n) => until(n)));
}

/** For each column, how many of its tickets are whole in the window, and so are their controls, not under anything. */
async function whole(page: Page) {
  return page.evaluate(() => {
    const isWhole = (article: Element) => {
      const { top, bottom, height } = article.getBoundingClientRect();
      if (height === 0 || top < 0 || bottom > innerHeight) return false;
      const controls = [...article.querySelectorAll('button, summary, select, label')].filter((one) => one.checkVisibility() && one.getBoundingClientRect().width > 1);
      return controls.every((one) => {
        const box = one.getBoundingClientRect();
        const on = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
        return on !== null && (one.contains(on) || on.contains(one));
      });
    };
    const columns = [...document.querySelectorAll('section.column')];
    return Object.fromEntries(columns.map((column) => [column.id, [...column.querySelectorAll('article')].filter(isWhole).length]));
  });
}

/** Controls that a finger misses: lower than 40 pixels. */
async function low(page: Page) {
  return page.evaluate(() => {
    const controls = [...document.querySelectorAll('main button, main summary, main select, main a.button')];
    const seen = controls.filter((one) => one.checkVisibility());
    return seen.filter((one) => { const { height } = one.getBoundingClientRect(); return height > 0 && height < 40; }).map((one) => one.outerHTML.slice(0, 100));
  });
}

for (const { locale, hasTouch, javaScriptEnabled } of [
  { locale: 'en-GB', hasTouch: false, javaScriptEnabled: true },
  { locale: 'de-DE', hasTouch: true, javaScriptEnabled: true },
  { locale: 'en-GB', hasTouch: true, javaScriptEnabled: false },
]) {
  const how = `${locale}, ${hasTouch ? 'touch' : 'mouse'}, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`;
  test(`tablets and screens show enough whole tickets, ${how}`, async ({ browser, market, api, contextOptions, colorScheme }) => {
    test.slow();
    await rush(api);
    const context = await browser.newContext({ ...contextOptions, colorScheme, locale, hasTouch, javaScriptEnabled, baseURL: market.url });
    const page = await context.newPage();
    const open = async (path: string, width: number, height: number) => {
      await page.setViewportSize({ width, height });
      await page.goto(path);
      if (javaScriptEnabled) await hydrated(page);
    };
    // Without the program, whatever was done lately can be taken back on any page, which takes a row.
    if (!javaScriptEnabled) {
      await expect(async () => {
        await page.goto('/supplier?kitchen=Bella%20Napoli');
        await expect(page.getByRole('button', { name: /^Undo/ })).toHaveCount(0, { timeout: 100 });
      }).toPass();
    }
    for (const [width, height, tickets] of [[1024, 768, 3], [1180, 820, 3], [1366, 768, 3], [1440, 900, 4], [1920, 1080, 6]]) {
      await open('/supplier?kitchen=Bella%20Napoli', width, height);
      const shown = await whole(page);
      for (const column of WORKING) expect(shown[column], `${column} at ${width}×${height}`).toBeGreaterThanOrEqual(tickets);
      expect(await low(page), `${width}×${height}`).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), `${width}×${height}`).toBe(width);
    }
    await open('/supplier?kitchen=Bella%20Napoli', 390, 844);
    expect((await whole(page)).pending_supplier, 'on a phone').toBeGreaterThanOrEqual(4);
    // A first visit without the program says once that its times are those of UTC.
    for (const [width, height, tickets] of [[1440, 900, 6], [820, 1180, 5]]) {
      await open('/dispatch', width, height);
      expect((await whole(page)).waiting, `the queue at ${width}×${height}`).toBeGreaterThanOrEqual(tickets);
      expect(await low(page), `dispatch at ${width}×${height}`).toEqual([]);
    }
    await context.close();
  });
}

test('a board with every strip open is as usable as with none', async ({ open, api }) => {
  await rush(api);
  for (const [width, height] of [[1024, 768], [1366, 768], [1920, 1080]]) {
    const page = await open('/supplier?kitchen=Bella%20Napoli', { viewport: { width, height } });
    for (const opener of await page.locator('.opener input').all()) await opener.check({ force: true });
    // What "…" holds is open too.
    for (const id of WORKING) await page.locator(`#${id} article summary.square`).first().click();
    const faults = await page.evaluate(() => {
      const out: string[] = [];
      for (const article of document.querySelectorAll('.board article')) {
        const edge = article.getBoundingClientRect();
        const parts = [...article.querySelectorAll('button, summary, input:not([type=hidden]), .due, .badge')].filter((one) => one.checkVisibility({ visibilityProperty: true }));
        const boxes = parts.map((one) => ({ one, box: one.getBoundingClientRect() })).filter(({ box }) => box.width > 2 && box.height > 2);
        const name = (one: Element) => `${one.className} ${one.textContent}`.slice(0, 50);
        for (const { one, box } of boxes) if (box.right > edge.right + 1 || box.left < edge.left - 1) out.push(`${name(one)} leaves its ticket`);
        boxes.forEach(({ one, box }, n) => boxes.slice(n + 1).forEach(({ one: other, box: theirs }) => {
          const [x, y] = [Math.min(box.right, theirs.right) - Math.max(box.left, theirs.left), Math.min(box.bottom, theirs.bottom) - Math.max(box.top, theirs.top)];
          if (x > 2 && y > 2 && !one.contains(other) && !other.contains(one)) out.push(`${name(one)} lies on ${name(other)}`);
        }));
      }
      return [...new Set(out)];
    });
    expect(faults, `${width}×${height}`).toEqual([]);
    // A title is a line or two, and no pillar of letters.
    for (const title of await page.locator('.board h2').all()) expect((await title.boundingBox())!.height).toBeLessThan(60);
    await page.context().close();
  }
});

for (const locale of ['en-GB', 'de-DE']) {
  for (const width of [820, 1440]) {
    test(`the header lines up at ${width}, ${locale}`, async ({ open, api }) => {
      await rush(api);
      const page = await open('/orders', { locale, viewport: { width, height: 900 } });
      const { words, left, right } = await page.evaluate(() => {
        const box = (selector: string) => document.querySelector(selector)!.getBoundingClientRect();
        const pen = document.createElement('canvas').getContext('2d')!;
        const first = (one: Element) => document.createTreeWalker(one, NodeFilter.SHOW_TEXT, (node) => (node.nodeValue!.trim() ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP)).nextNode()!;
        /** Where the letters of an element stand. */
        const baseline = (one: Element) => {
          const range = document.createRange(), text = first(one);
          range.selectNodeContents(text);
          pen.font = getComputedStyle(text.parentElement!).font;
          return range.getClientRects()[0].top + pen.measureText('x').fontBoundingBoxAscent;
        };
        const main = document.querySelector('main')!, { paddingLeft, paddingRight } = getComputedStyle(main);
        const { left, right } = main.getBoundingClientRect();
        return {
          words: [...document.querySelectorAll('.brand, .panels a, .status-indicator [role=status]')].map(baseline),
          left: box('.brand img').left - (left + parseFloat(paddingLeft)),
          right: box('.bar > .button .icon').right - (right - parseFloat(paddingRight)),
        };
      });
      expect(words).toHaveLength(6);
      for (const word of words) expect(Math.abs(word - words[0]), `${words}`).toBeLessThan(1);
      expect([Math.abs(left), Math.abs(right)].every((off) => off < 1), `${left} ${right}`).toBe(true);
      // What a panel counts stands beside its word.
      const counts = await page.locator('.panels a').evaluateAll((links) => links.map((link) => link.querySelector('.count')!.getBoundingClientRect().top < link.getBoundingClientRect().top + 20));
      expect(counts).toEqual([true, true, true, true]);
    });
  }
}
