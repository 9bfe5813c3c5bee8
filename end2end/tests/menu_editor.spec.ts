// The pages on which a pizzeria edits its menu: options, sizes, halves and hours by their forms, and the keys of the rows.
import { shop as pizzeria } from '../pizzeria';
import { type Api, expect, test, wider } from '../world';

const pizza = (id: string, name: string) => ({
  id, name, prices: [{ size: 'm', price: 8 }, { size: 'l', price: 10 }], groups: ['top'], halves: ['l'], tax: 'food',
});
const menu = {
  format: 'pizza-market/menu-1',
  sizes: [{ id: 'm', name: 'Medium' }, { id: 'l', name: 'Large' }],
  categories: [{ id: 'pizza', name: 'Pizza', items: ['diav', 'fung'] }, { id: 'drinks', name: 'Drinks', items: ['cola'] }],
  groups: [{
    id: 'top', name: 'Toppings', min: 0, max: 2, free: 0, each: 1, halves: true,
    options: [{ id: 'olives', name: 'Olives', price: 1 }, { id: 'cheese', name: 'Cheese', price: { m: 1, l: 1.5 } }],
  }],
  items: [pizza('diav', 'Diavola'), pizza('fung', 'Funghi'), { id: 'cola', name: 'Cola', prices: [{ price: 2.5 }], tax: 'drink' }],
};
const page = '/supplier/bella-napoli/menu';

/** A pizzeria with a menu, and what reads the menu as it is stored. */
async function shop(api: Api, url: string) {
  const { slug } = await pizzeria(api, url, menu);
  return async () => (await fetch(`${url}/api/restaurants/${slug}/menu`)).json();
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled, allowed: javaScriptEnabled ? /status of 4(12|22)/ : /preloaded using link preload|status of 4(12|22)/ });

    test('a group of options is written by its form', async ({ open, api, market }) => {
      const stored = await shop(api, market.url);
      const group = await open(page);
      await group.getByRole('link', { name: 'New group' }).click();
      await group.getByLabel('Name of the group').fill('Sauces');
      await group.getByLabel('At least so many').fill('2');
      const first = group.getByRole('listitem').filter({ has: group.getByLabel('Name of the option') }).first();
      await first.getByLabel('Name of the option').fill('Barbecue');
      await first.getByLabel('One price').fill('cheap');
      await first.getByText('Allergens, diets').click();
      await first.getByLabel('mustard').check();
      await group.getByRole('button', { name: 'Save' }).click();
      await expect(first.getByText('Write a number like 9.50.')).toBeVisible();
      await expect(first.getByLabel('One price')).toHaveAttribute('aria-invalid', 'true');
      await first.getByLabel('One price').fill('0,50');
      await group.getByRole('button', { name: 'Save' }).click();
      await expect(group.getByLabel('At least so many')).toHaveAccessibleDescription('At least 2 and at most 1 does not go together.');
      await group.getByLabel('At least so many').fill('1');
      await first.getByLabel('Chosen beforehand').check();
      await group.getByRole('button', { name: 'Save' }).click();
      await expect(group.getByText('Saved.')).toBeVisible();
      expect((await stored()).groups[1]).toMatchObject({
        name: 'Sauces', min: 1, max: 1, each: 1, halves: false,
        options: [{ name: 'Barbecue', price: 0.5, allergens: ['mustard'], default: true }],
      });
      await expect(group.getByLabel('Name of the option')).toHaveCount(4);
      const second = group.getByRole('listitem').filter({ has: group.getByLabel('Name of the option') }).nth(1);
      await second.getByLabel('Name of the option').fill('Tomato');
      await second.getByLabel('One price').fill('0');
      await group.getByRole('button', { name: 'Save' }).click();
      await expect(group.getByLabel('Name of the option')).toHaveCount(5);
      const order = async () => (await stored()).groups[1].options.map((option: { name: string }) => option.name);
      await group.getByRole('button', { name: 'Move up: Tomato' }).click();
      await expect(group.getByText('Saved.')).toBeVisible();
      await expect.poll(order).toEqual(['Tomato', 'Barbecue']);
      await group.getByRole('button', { name: 'Undo' }).click();
      await expect.poll(order).toEqual(['Barbecue', 'Tomato']);
      const there = group.waitForEvent('load');
      await group.getByRole('link', { name: 'Sauces' }).click();
      await there;
      if (javaScriptEnabled) {
        await first.getByLabel('Name of the option').press('Alt+ArrowDown');
        await expect.poll(order).toEqual(['Tomato', 'Barbecue']);
        // The focus stays at the option.
        await expect(group.getByLabel('Name of the option').nth(1)).toBeFocused();
        await expect(group.getByLabel('Name of the option').nth(1)).toHaveValue('Barbecue');
      }
      await group.getByRole('button', { name: 'Remove the group' }).click();
      await expect(group.getByText('Taken off the menu.')).toBeVisible();
      expect((await stored()).groups).toHaveLength(1);
      await group.getByRole('button', { name: 'Undo' }).click();
      await expect(group.getByRole('link', { name: 'Sauces' })).toBeVisible();
    });

    test('what is missing stands at its field, in German, too', async ({ open, api, market }) => {
      const stored = await shop(api, market.url);
      const german = await open(`${page}?group=top`, { locale: 'de-DE', extraHTTPHeaders: { 'accept-language': 'de' } });
      const cheese = german.getByRole('listitem').filter({ has: german.locator('[value=Cheese]') });
      await cheese.getByLabel('Large').fill('');
      await german.getByRole('button', { name: 'Speichern' }).click();
      await expect(cheese.getByLabel('Large')).toHaveAccessibleDescription(/^Large hat noch keinen Preis für Cheese: Diavola bietet es an/);
      expect((await stored()).groups[0].options[1].price).toEqual({ m: 1, l: 1.5 });
      const row = await open(page);
      await row.locator('#item-diav').getByLabel('Large').fill('');
      await row.locator('#item-diav').getByRole('button', { name: /^Save/ }).click();
      await expect(row.locator('#item-diav').getByLabel('Large')).toHaveAccessibleDescription(/^Large is missing a price/);
    });

    test('sizes, the rule for halves and the hours of a category are written', async ({ open, api, market }) => {
      const stored = await shop(api, market.url);
      const form = await open(page);
      await form.getByLabel('New size').fill('Family');
      await form.getByLabel('New size').press('Enter');
      await expect(form.getByRole('button', { name: /^Save.*Family/ })).toBeVisible();
      await form.getByRole('button', { name: /Move up.*Family/ }).click();
      await expect(form.getByText('Saved.')).toBeVisible();
      await form.getByRole('button', { name: /^Remove.*Large/ }).click();
      await expect(form.locator('#size-l-name')).toHaveAccessibleDescription(/Diavola has a price for Large/);
      await form.getByLabel('Two halves cost').selectOption({ label: 'the sum of both halves' });
      await form.getByLabel('A half costs').fill('40');
      await form.getByRole('button', { name: 'Save the rule' }).click();
      await expect(form.getByLabel('A half costs')).toHaveAccessibleDescription('This must be from 50 to 100.');
      await form.getByLabel('A half costs').fill('60');
      await form.getByLabel('Fee for two halves').fill('0,50');
      await form.getByRole('button', { name: 'Save the rule' }).click();
      await expect(form.getByText('Saved.')).toBeVisible();
      await form.getByRole('link', { name: /^Name, hours….*Pizza/ }).click();
      await form.getByLabel('Monday').fill('noon');
      await form.getByRole('button', { name: 'Save' }).click();
      await expect(form.getByLabel('Monday')).toHaveAccessibleDescription('Write the hours like 11:30-14:00.');
      await form.getByLabel('Monday').fill('11:30-14');
      await form.getByRole('button', { name: 'Save' }).click();
      await expect(form.getByText('at its hours only')).toBeVisible();
      const now = await stored();
      expect(now.sizes.map((size: { name: string }) => size.name)).toEqual(['Medium', 'Family', 'Large']);
      expect(now.halves).toEqual({ rule: 'sum_of_halves', half_percent: 60, topping_percent: 50, fee: 0.5 });
      expect(now.categories[0]).toMatchObject({ items: ['diav', 'fung'], hours: { mon: [['11:30', '14:00']], tue: [] } });
    });

    test('a row moves, over the edge of its category, too', async ({ open, api, market }) => {
      const stored = await shop(api, market.url);
      const rows = await open(page);
      const items = async () => (await stored()).categories.map((one: { items: string[] }) => one.items);
      await rows.locator('#item-diav').getByLabel('Medium').fill('8,50');
      await rows.locator('#item-diav').getByRole('button', { name: /Move down/ }).click();
      await expect(rows.getByText('Saved.')).toBeVisible();
      expect(await items()).toEqual([['fung', 'diav'], ['cola']]);
      await expect(rows.locator('#item-diav').getByLabel('Medium')).toHaveValue('8.50');
      await rows.locator('#item-diav').getByRole('button', { name: /Move down/ }).click();
      await expect(rows.getByRole('region', { name: 'Drinks' }).locator('#item-diav')).toBeVisible();
      expect(await items()).toEqual([['fung'], ['diav', 'cola']]);
    });

    test('beside an item stands what the customer pays', async ({ open, api, market }) => {
      await shop(api, market.url);
      const item = await open(`${page}?item=diav`);
      const preview = item.getByRole('complementary', { name: 'As customers see it' });
      const tried = async () => { if (!javaScriptEnabled) await item.getByRole('button', { name: 'Preview' }).click(); };
      await expect(preview.getByText('€8.00').last()).toBeVisible();
      await preview.getByText('Large').click();
      await tried();
      await expect(preview.locator('output')).toHaveText('€10.00');
      await preview.getByText('Cheese').click();
      await item.getByRole('group', { name: 'Prices' }).getByLabel('Large').fill('11,20');
      await tried();
      await expect(preview.locator('output')).toHaveText('€12.70');
      await item.getByRole('textbox', { name: 'Name' }).fill('');
      await tried();
      await expect(preview).toContainText('Not complete yet');
      expect(await wider(item)).toEqual([]);
    });
  });
}

test('keys save, go on, move and undo', async ({ open, api, market, isMobile }) => {
  const stored = await shop(api, market.url);
  const keys = await open(page);
  const saved = keys.getByText('Saved.');
  const price = (item: string) => keys.locator(`#item-${item}`).getByLabel('Large');
  // A phone has none, and no line that says them.
  await expect(keys.getByRole('list', { name: 'Keys' })).toHaveCount(isMobile ? 0 : 1);
  // The same row twice and another one: undoing goes through all of it.
  for (const [item, next, typed] of [['diav', 'fung', '11'], ['diav', 'fung', '12'], ['fung', 'diav', '13']]) {
    await price(item).fill(typed);
    const loaded = keys.waitForEvent('load');
    await price(item).press('Enter');
    await loaded;
    await expect(saved).toBeVisible();
    if (next === 'fung') await expect(price(next)).toBeFocused();
    await expect(price(item)).toHaveValue(`${typed}.00`);
  }
  const moved = keys.waitForEvent('load');
  await price('diav').press('Alt+ArrowDown');
  await moved;
  await expect(keys.locator('.menu-row').first()).toHaveAttribute('id', 'item-fung');
  await expect(price('diav')).toBeFocused();
  await expect.poll(async () => (await stored()).categories[0].items).toEqual(['fung', 'diav']);
  const large = async () => (await stored()).items.map((one: { prices: { price: number }[] }) => one.prices[1]?.price).filter(Boolean);
  for (const [order, prices] of [['diav', [12, 13]], ['diav', [12, 10]], ['diav', [11, 10]], ['diav', [10, 10]]] as const) {
    const before = keys.waitForEvent('load');
    await keys.keyboard.press('Control+z');
    await before;
    await expect(keys.getByText('Undone.')).toBeVisible();
    expect((await stored()).categories[0].items[0]).toBe(order);
    expect(await large()).toEqual(prices);
  }
  // There is nothing left to undo, and what was undone can be done again.
  const redone = keys.waitForEvent('load');
  await keys.getByRole('button', { name: 'Redo' }).click();
  await redone;
  await expect(keys.getByText('Done again.')).toBeVisible();
  expect(await large()).toEqual([11, 10]);

  await keys.locator('body').press('/');
  await expect(keys.getByLabel('Find on the menu')).toBeFocused();
  await keys.getByLabel('Find on the menu').press('Escape');
  await keys.keyboard.press('n');
  await expect(keys.locator('#add-pizza-name')).toBeFocused();
  await keys.keyboard.type('Calzone');
  await keys.locator('#add-pizza-price-l').fill('9');
  await keys.keyboard.press('Enter');
  await expect(keys.getByText('Added.')).toBeVisible();
  await expect(keys.locator('#add-pizza-name')).toBeFocused();
});
