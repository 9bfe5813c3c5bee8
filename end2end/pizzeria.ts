// A pizzeria with a menu, and orders from it, over the API.
import { type Api, expect } from './world';

const day = [['00:00', '24:00']];
export const profile = {
  name: 'Bella Napoli',
  address: { street: 'Kurze Gasse 1', postcode: '10115', town: 'Berlin' },
  time_zone: 'Europe/Berlin',
  hours: { mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day },
  areas: [{ name: 'Mitte', postcodes: ['101*'], fee: 2, minimum: 10, minutes: [10, 25] }],
};

const topping = { id: 'olives', name: 'Olives', price: 1 };
const pizza = (id: string, name: string) => ({
  id, name, prices: [{ size: 'l', price: 10 }], groups: ['top'], without: ['Onions'], halves: ['l'], pieces: 1, tax: 'food', allergens: ['gluten'],
});
const menu = {
  format: 'pizza-market/menu-1',
  sizes: [{ id: 'l', name: 'Large' }],
  categories: [{ id: 'pizza', name: 'Pizza', items: ['diav', 'fung'] }],
  groups: [{ id: 'top', name: 'Toppings', min: 0, max: 2, free: 0, each: 2, halves: true, options: [topping] }],
  items: [pizza('diav', 'Diavola'), pizza('fung', 'Funghi')],
};

/** Two pizzas of two halves. */
export const halves = [{
  item: 'diav', size: 'l', quantity: 2, half: 'fung', note: 'Well done',
  options: [{ group: 'top', option: 'olives', part: 'left' }], without: [{ name: 'Onions', part: 'right' }],
}];

export const hours = day;

async function put(url: string, body: object, tag: string) {
  const answer = await fetch(url, { method: 'PUT', headers: { 'content-type': 'application/json', 'if-match': tag }, body: JSON.stringify(body) });
  expect(answer.status, await answer.text()).toBe(200);
}

/** The pizzeria, with this menu. */
export async function shop(api: Api, url: string, has: object = menu) {
  const made = await api.post('/api/restaurants', profile);
  await put(`${url}/api/restaurants/${made.slug}/menu`, has, '"1"');
  return made;
}

/** Gives it another name. */
export async function rename(url: string, slug: string, name: string) {
  await put(`${url}/api/restaurants/${slug}`, { ...profile, name }, '*');
}

/** An order from it. */
export async function order(api: Api, slug: string, lines: object[] = halves) {
  const place = { street: 'Kurze Gasse 2', postcode: '10115', town: 'Berlin' };
  const quote = await api.post(`/api/restaurants/${slug}/quote`, { lines, place, when: 'asap' });
  return api.post(`/api/restaurants/${slug}/orders`, {
    lines, place, when: 'asap', customer_name: 'Ana', phone: '030 1234567', notes: 'Ring twice',
    agreed_total: quote.bill.to_pay, agreed_until: quote.promise.to,
  });
}
