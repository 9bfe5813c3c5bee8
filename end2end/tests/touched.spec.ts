// Pages that extensions, translators and password managers have touched, before and after the program takes them over.
import { type Page } from '@playwright/test';
import { Api, expect, hydrated, newOffer, test } from '../world';

/** What others do to a page. Translators leave alone what is not to be translated. */
const TOUCHES: Record<string, () => void> = {
  'nodes around the app': () => {
    document.body.prepend(document.createElement('div'));
    document.body.append(document.createElement('div'));
  },
  'a node at the begin of the app': () => document.querySelector('#app')!.prepend(document.createElement('div')),
  'nodes inside': () => document.querySelectorAll('main, #app h1, #app h2, #app h3, #app label').forEach((one) => one.prepend(document.createElement('span'))),
  'every text in <font>': () => {
    const texts = document.createTreeWalker(document.querySelector('#app')!, NodeFilter.SHOW_TEXT);
    const found: Text[] = [];
    while (texts.nextNode()) {
      const text = texts.currentNode as Text;
      if (text.data.trim() && !text.parentElement!.closest('[translate="no"], textarea, option')) found.push(text);
    }
    for (const text of found) {
      const font = document.createElement('font');
      font.textContent = text.data;
      text.replaceWith(font);
    }
  },
  'inputs in a wrapper': () =>
    document.querySelectorAll('#app input:not([type="hidden"])').forEach((input) => {
      const wrapper = document.createElement('span');
      input.replaceWith(wrapper);
      wrapper.append(input, document.createElement('i'));
    }),
};

/** Without these, nothing of the page can be woken up. */
const removeComments = () => {
  const comments = document.createTreeWalker(document.querySelector('#app')!, NodeFilter.SHOW_COMMENT);
  const found: Comment[] = [];
  while (comments.nextNode()) found.push(comments.currentNode as Comment);
  found.forEach((comment) => comment.remove());
};

/** For each panel, what happens, and what it shows then. */
const PANELS: Record<string, { path: (id: string) => string; happens: (api: Api, id: string) => Promise<unknown>; shows: (page: Page) => Promise<void> }> = {
  home: {
    path: () => '/',
    happens: (api) => api.offer('Quattro'),
    shows: (page) => expect(badge(page, 'Supplier')).toHaveText('2'),
  },
  kitchen: {
    path: () => '/supplier?kitchen=Bella+Napoli',
    happens: (api) => api.offer('Quattro'),
    shows: async (page) => {
      await expect(page.getByRole('heading', { name: 'Quattro' })).toBeVisible();
      // Two to answer, and the taken one rings.
      await expect(badge(page, 'Supplier')).toHaveText('3');
    },
  },
  offers: {
    path: () => '/customer',
    happens: (api) => api.accepted('Quattro'),
    shows: async (page) => {
      await expect(page.getByRole('heading', { name: 'Quattro' })).toBeVisible();
      await expect(badge(page, 'Customer')).toHaveText('2');
      await expect(page.getByText('2 pizzas')).toBeVisible();
    },
  },
  tracking: {
    path: (id) => `/customer/${id}`,
    happens: (api, id) => api.status(id, 'preparing'),
    shows: (page) => expect(page.getByText('In the oven', { exact: true }).first()).toBeVisible(),
  },
  dispatch: {
    path: () => '/dispatch',
    happens: async (api, id) => {
      await api.status(id, 'preparing');
      await api.status(id, 'ready');
    },
    shows: async (page) => {
      await expect(page.getByRole('heading', { name: 'Diavola' })).toBeVisible();
      await expect(badge(page, 'Dispatch')).toHaveText('1');
    },
  },
  orders: {
    path: () => '/orders',
    happens: (api) => api.offer('Quattro'),
    shows: async (page) => {
      await expect(page.getByRole('link', { name: /Quattro/ })).toBeVisible();
      await expect(badge(page, 'Orders')).toHaveText('4');
    },
  },
  'one order': {
    path: (id) => `/orders/${id}`,
    happens: (api, id) => api.status(id, 'preparing'),
    shows: (page) => expect(page.locator('aside.paper .badge')).toHaveText(/In the oven/),
  },
};

const badge = (page: Page, panel: string) => page.locator('nav.panels').getByRole('link', { name: new RegExp(`^${panel}`) }).locator('.count');

async function market(api: Api) {
  await api.offer('Margherita');
  await api.accepted('Funghi');
  const { id } = await api.taken('Diavola');
  return id as string;
}

/** Opens a page that others touch before the program is here. */
async function openTouched(open: (path: string) => Promise<Page>, path: string, touch: () => void) {
  const page = await open('/docs');
  let touched = () => {};
  const isTouched = new Promise<void>((done) => (touched = done));
  await page.route('**/*.wasm', async (route) => {
    await isTouched;
    await route.continue();
  });
  await page.goto(path, { waitUntil: 'domcontentloaded' });
  return { page, touch: async () => (await page.evaluate(touch), touched()) };
}

for (const [panel, { path, happens, shows }] of Object.entries(PANELS)) {
  for (const [what, touch] of Object.entries({ ...TOUCHES, 'comments gone': removeComments })) {
    test(`${panel}: ${what} before the program is here`, async ({ open, api }) => {
      const id = await market(api);
      const { page, touch: touched } = await openTouched(open, path(id), touch);
      await touched();
      await hydrated(page);
      await expect(page.locator('#app[data-client-rendered]')).toHaveCount(what === 'nodes around the app' || !(await changes(page, what)) ? 0 : 1);
      await happens(api, id);
      await shows(page);
    });
  }

  test(`${panel}: all of it on a live page`, async ({ open, api }) => {
    const id = await market(api);
    const page = await open(path(id));
    for (const touch of Object.values(TOUCHES)) await page.evaluate(touch);
    await happens(api, id);
    await shows(page);
    await expect(page.locator('html[data-stopped]')).toHaveCount(0);
  });
}

/** A page without a field has none to wrap. */
async function changes(page: Page, what: string) {
  return what !== 'inputs in a wrapper' || (await page.locator('#app input:not([type="hidden"])').count()) > 0;
}

test('what was typed before others came is in the page that the client renders', async ({ open, api }) => {
  await market(api);
  const { page, touch } = await openTouched(open, '/customer', TOUCHES['a node at the begin of the app']);
  await page.getByRole('link', { name: /^Order this/ }).click();
  await page.getByLabel('Your name').fill('Ana Ruiz');
  await touch();
  await hydrated(page);
  await expect(page.locator('#app[data-client-rendered]')).toHaveCount(1);
  await expect(page.getByLabel('Your name')).toHaveValue('Ana Ruiz');
});

test('text that changes is not to be translated', async ({ open, api }) => {
  test.setTimeout(180_000);
  const id = await market(api);
  const pages: Page[] = [];
  for (const { path } of Object.values(PANELS)) {
    const page = await open(path(id));
    pages.push(page);
    await page.evaluate(() => {
      const changed = ((window as never as { changed: Set<string> }).changed = new Set());
      const hear = (records: MutationRecord[]) =>
        records.forEach(({ target }) => {
          const parent = target.parentElement;
          if (parent && !parent.closest('[translate="no"]')) changed.add(`${parent.outerHTML}: ${(target as Text).data}`);
        });
      new MutationObserver(hear).observe(document.querySelector('#app')!, { characterData: true, subtree: true });
    });
  }
  for (const name of ['Quattro', 'Tonno']) await api.offer(name);
  for (const status of ['preparing', 'ready']) await api.status(id, status);
  await api.post(`/api/orders/${id}/dispatch`, { driver_name: 'Jonas' });
  for (const status of ['in_transit', 'delivered']) await api.status(id, status);
  for (const page of pages) {
    await expect(badge(page, 'Orders')).toHaveText('5');
    expect(await page.evaluate(() => [...(window as never as { changed: Set<string> }).changed])).toEqual([]);
  }
});

test.describe('a page that has stopped', () => {
  test.use({ allowed: /panicked|no memory|unreachable/ });

  test('says so, is loaded again with what was typed, and stays as it is if it stops again', async ({ open, api }) => {
    await market(api);
    const page = await open('/supplier?kitchen=Bella+Napoli');
    await newOffer(page);
    await page.getByLabel('Pizza', { exact: true }).fill('Tonno');
    const stop = async () => {
      await page.evaluate(() => {
        Document.prototype.createElement = () => {
          throw new Error('no memory');
        };
      });
      await api.offer('Quattro');
    };
    const loaded = page.waitForEvent('load');
    await stop();
    await loaded;
    await hydrated(page);
    await expect(page.locator('#app[data-client-rendered]')).toHaveCount(1);
    await expect(page.getByRole('heading', { name: 'Quattro' })).toBeVisible();
    await expect(page.getByLabel('Pizza', { exact: true })).toHaveValue('Tonno');
    await stop();
    await expect(page.getByRole('alert').filter({ hasText: 'This page has stopped' })).toBeVisible();
    await expect(page.locator('.status-indicator')).toBeHidden();
  });
});
