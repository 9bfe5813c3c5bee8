// What the pages of pizzerias can do with JavaScript, and do not need: a search in the menu, what is sold out and what
// has changed as it happens, and one order for a double click. The form of an item is in `item.js`, which follows.

const parsed = async (answer) => new DOMParser().parseFromString(await answer.text(), 'text/html');

/** Takes the content of an element over from another page, and returns whether both have it. */
function takeOver(page, id) {
  const [old, next] = [document.getElementById(id), page.getElementById(id)];
  if (!old || !next) return false;
  const { id: focused, pathname } = old.contains(document.activeElement) ? document.activeElement : {};
  old.replaceChildren(...next.childNodes);
  const links = () => [...old.querySelectorAll('a')].find((link) => link.pathname === pathname);
  if (focused || pathname) (document.getElementById(focused) ?? links())?.focus();
  return true;
}

const find = document.querySelector('#find');
const fold = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

function filterMenu() {
  const found = document.querySelector('output[for=find]');
  const text = fold(find.value.trim());
  let all = 0;
  for (const section of document.querySelectorAll('.category')) {
    let shown = 0;
    for (const dish of section.querySelectorAll('.dishes > li')) {
      dish.hidden = !fold(dish.textContent).includes(text);
      shown += dish.hidden ? 0 : 1;
    }
    section.hidden = !shown;
    all += shown;
  }
  found.textContent = all ? '' : found.dataset.none;
}

if (find) {
  find.closest('[hidden]').hidden = false;
  find.addEventListener('input', filterMenu);
}

const followed = document.querySelector('[data-restaurant]');
/** What is sold out, each with its end: of an option `group.option`. */
let counted = (followed?.dataset.soldout ?? '').split(' ').filter(Boolean).map((part) => ({ part }));

/** The parts of the menu that are sold out now. */
const soldOut = () => counted.filter(({ until }) => !until || Date.parse(until) > Date.now()).map(({ part }) => part);

/** Greys what is sold out: in a menu, in a cart, and in the form of an item. */
function showSoldOut() {
  const parts = new Set(soldOut());
  for (const one of document.querySelectorAll('[data-parts]')) {
    const isSoldOut = one.dataset.parts.split(' ').some((part) => parts.has(part));
    one.toggleAttribute('data-sold-out', isSoldOut);
    const word = one.querySelector('.sold-out');
    if (word) word.hidden = !isSoldOut;
    if (!one.closest('form.item')) continue;
    // What is chosen stays so, and is named as what is wrong.
    const controls = one.matches('option') ? [one] : one.querySelectorAll('input, select, #add');
    for (const control of controls) control.disabled = isSoldOut && !control.checked && !control.selected;
  }
  document.dispatchEvent(new Event('counter'));
}

/** Another menu: what follows from it is fetched again, not by all phones at once. */
let refreshing = false;
async function refresh() {
  if (refreshing) return;
  refreshing = true;
  await new Promise((done) => setTimeout(done, 3_000 * Math.random()));
  refreshing = false;
  document.dispatchEvent(new Event('menu'));
  if (!document.getElementById('follows-menu')) return;
  const headers = { accept: 'text/html', 'if-none-match': followed.dataset.revision };
  const answer = await fetch(page, { headers, cache: 'no-store' });
  if (!answer.ok) return;
  const next = await parsed(answer);
  for (const id of ['follows-menu', 'cart-bar']) takeOver(next, id);
  followed.dataset.revision = next.querySelector('[data-restaurant]')?.dataset.revision ?? '';
  if (find) filterMenu();
  showSoldOut();
}
/** The address of this page, also while another one stands in the bar. */
const page = location.href;

// The notices of the pizzeria, from where the page was made on.
if (followed) {
  const { restaurant } = followed.dataset;
  let { since } = followed.dataset;
  let wait = 1_000;
  const follow = () => {
    const query = new URLSearchParams({ since, about: `restaurant:${restaurant}` });
    const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/ws?${query}`);
    socket.addEventListener('message', ({ data }) => {
      const { event_type, kind, id, counter } = JSON.parse(data);
      since = id ?? since;
      wait = 1_000;
      if (event_type !== 'stream.shop') return;
      if (kind === 'menu' || kind === 'item') refresh().catch(() => {});
      if (kind !== 'counter') return;
      counted = counter.sold_out.map(({ item, group, option, until }) => ({ part: item ?? `${group}.${option}`, until }));
      showSoldOut();
    });
    socket.addEventListener('close', () => {
      if (document.hidden) return addEventListener('visibilitychange', follow, { once: true });
      setTimeout(follow, wait * (1 + Math.random()));
      wait = Math.min(2 * wait, 60_000);
    });
  };
  follow();
}

/** Shows the button that sends the browser's position with its form. Rounded to a hundred metres: enough for who delivers. */
function offerPosition(button) {
  if (!navigator.geolocation || !isSecureContext) return;
  const { form } = button;
  const refused = button.nextElementSibling;
  const field = form.elements[button.dataset.position];
  button.hidden = false;
  button.addEventListener('click', () => {
    button.setAttribute('aria-busy', 'true');
    refused.hidden = true;
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      const at = [coords.latitude, coords.longitude].map((degrees) => Math.round(degrees * 1_000) / 1_000).join(',');
      field.value = field.type === 'hidden' ? at : `${field.value.trim()}@${at}`;
      form.requestSubmit(form.querySelector('#update') ?? undefined);
      button.removeAttribute('aria-busy');
    }, () => {
      button.removeAttribute('aria-busy');
      refused.querySelector('span').textContent = refused.dataset.failed;
      refused.hidden = false;
    }, { timeout: 20_000, maximumAge: 300_000 });
  });
}
document.querySelectorAll('[data-position]').forEach(offerPosition);

/** The key of a form makes it one order anyway; this spares the second look. */
function sendOnce(form) {
  form.addEventListener('submit', (event) => {
    if (event.defaultPrevented) return;
    if ('sent' in form.dataset) event.preventDefault();
    form.dataset.sent = '';
    const again = () => delete form.dataset.sent;
    addEventListener('pageshow', again, { once: true });
    setTimeout(again, 5_000);
  });
}
