// Every page on every width, whatever faces a device has and however large its text is: nothing is wider than the screen,
// and no word leaves the box that holds it. The projects differ in the face and in the size of the text.
import type { Page } from '@playwright/test';
import { evening, expect, frames, hydrated, test, wider } from '../world';

/** From the narrowest phone to a desk, in CSS pixels. */
const WIDTHS = [320, 390, 600, 820, 1024, 1440];

for (const locale of ['en-GB', 'de-DE']) {
  test(`every page fits every width, ${locale}`, async ({ open, api }) => {
    test.slow();
    const { offered, taken, cancelled } = await evening(api);
    const page = await open('/', { locale });
    const faults: string[] = [];
    for (const path of ['/', '/supplier', '/supplier?kitchen=Bella%20Napoli', '/customer', `/customer?take=${offered}`, `/customer/${taken}`, `/customer/${cancelled}`, '/dispatch', '/orders', `/orders/${taken}`]) {
      await page.goto(path);
      await hydrated(page);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 800 });
        await frames(page, 2);
        for (const fault of [...(await wider(page)), ...(await spilled(page))]) faults.push(`${path} at ${width}: ${fault}`);
      }
    }
    expect(faults).toEqual([]);
  });
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

/** Words that stand beside the box that holds them, or beside the screen. */
async function spilled(page: Page) {
  return page.evaluate(() => {
    const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found: string[] = [];
    while (words.nextNode()) {
      const parent = words.currentNode.parentElement!;
      let holder = parent;
      while (['inline', 'contents'].includes(getComputedStyle(holder).display)) holder = holder.parentElement!;
      // What is cut or scrolls is another matter, and what is read aloud only takes no room.
      let isCut = !!holder.closest('.unseen') || getComputedStyle(holder).visibility === 'hidden';
      for (let one: Element | null = holder; one && one !== document.body; one = one.parentElement) isCut ||= getComputedStyle(one).overflowX !== 'visible';
      if (isCut) continue;
      const range = document.createRange();
      range.selectNodeContents(words.currentNode);
      const text = range.getBoundingClientRect(), box = holder.getBoundingClientRect();
      const right = Math.min(box.right, document.documentElement.clientWidth);
      if (text.width && (text.right > right + 1 || text.left < box.left - 1)) found.push(`${words.currentNode.textContent} in ${holder.outerHTML.slice(0, 120)}`);
    }
    return found;
  });
}
