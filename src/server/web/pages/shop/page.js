// What the pages of pizzerias can do with JavaScript, and do not need: a price that follows each choice, a search in the
// menu, what is sold out as it happens, and one order for a double click.
const form = document.querySelector('form.item');

// The page itself prices the form: of its answer the parts are taken over that may have changed.
if (form) {
  const shown = form.querySelector('#show-price');
  if (shown) shown.hidden = true;
  let sent = 0;
  let reshaped = false;
  const price = async (reshapes) => {
    const own = ++sent;
    reshaped ||= reshapes;
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.dataset.price, { method: 'POST', body, headers: { accept: 'text/html' } });
    // Something was changed meanwhile: its answer knows of both.
    if (!answer.ok || own !== sent) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const replace = (id) => {
      const [old, next] = [document.getElementById(id), page.getElementById(id)];
      if (old && next) old.replaceChildren(...next.childNodes);
    };
    replace('add');
    if (!reshaped) return;
    reshaped = false;
    // Other sizes have other prices, and another half has other toppings. What is being typed stays.
    const { name, value } = document.activeElement ?? {};
    const note = form.elements.note.value;
    replace('choices');
    form.elements.note.value = note;
    if (!name) return;
    const same = [...form.elements].filter((one) => one.name === name);
    (same.find((one) => one.type !== 'radio' || one.value === value) ?? same[0])?.focus();
  };
  form.addEventListener('change', ({ target }) => price('reshapes' in target.dataset).catch(() => {}));
  price(false).catch(() => {});
}

const find = document.querySelector('#find');
if (find) {
  find.closest('[hidden]').hidden = false;
  const fold = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  const found = document.querySelector('output[for=find]');
  find.addEventListener('input', () => {
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
  });
}

/** Greys what is sold out, in a menu and in a cart. */
function showSoldOut(counter) {
  const lasts = ({ until }) => !until || Date.parse(until) > Date.now();
  const soldOut = new Set(counter.sold_out.filter(lasts).map(({ item, group, option }) => item ?? `${group}.${option}`));
  for (const one of document.querySelectorAll('[data-parts]')) {
    const isSoldOut = one.dataset.parts.split(' ').some((part) => soldOut.has(part));
    one.toggleAttribute('data-sold-out', isSoldOut);
    const word = one.querySelector('.sold-out');
    if (word) word.hidden = !isSoldOut;
  }
}

// The counter of the pizzeria, from where the page was made on.
const followed = document.querySelector('[data-restaurant]');
if (followed) {
  const { restaurant } = followed.dataset;
  let { since } = followed.dataset;
  let wait = 1_000;
  let socket;
  const follow = () => {
    const query = new URLSearchParams({ since, about: `restaurant:${restaurant}` });
    socket = new WebSocket(`${location.origin.replace('http', 'ws')}/ws?${query}`);
    socket.addEventListener('message', ({ data }) => {
      const { event_type, kind, id, counter } = JSON.parse(data);
      since = id ?? since;
      wait = 1_000;
      if (event_type === 'stream.shop' && kind === 'counter') showSoldOut(counter);
    });
    socket.addEventListener('close', () => {
      if (document.hidden) return addEventListener('visibilitychange', follow, { once: true });
      setTimeout(follow, wait * (1 + Math.random()));
      wait = Math.min(2 * wait, 60_000);
    });
  };
  follow();
}

for (const one of document.querySelectorAll('form[method=post]')) {
  one.addEventListener('submit', (event) => {
    // The key of the form makes it one order anyway; this spares the second look.
    if ('sent' in one.dataset) event.preventDefault();
    one.dataset.sent = '';
    const again = () => delete one.dataset.sent;
    addEventListener('pageshow', again, { once: true });
    setTimeout(again, 5_000);
  });
}
