// What the pages of pizzerias can do with JavaScript, and do not need: a price that follows each choice, and one order
// for a double click.
const form = document.querySelector('form.item');

// The page itself prices the form: of its answer the parts are taken over that may have changed.
if (form) {
  const shown = form.querySelector('#show-price');
  if (shown) shown.hidden = true;
  let sent = 0;
  const price = async (reshapes) => {
    const own = ++sent;
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.dataset.price, { method: 'POST', body, headers: { accept: 'text/html' } });
    if (!answer.ok || own !== sent) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const replace = (id) => {
      const [old, next] = [document.getElementById(id), page.getElementById(id)];
      if (old && next) old.replaceChildren(...next.childNodes);
    };
    replace('add');
    if (!reshapes) return;
    // Other sizes have other prices, and another half has other toppings.
    const focused = document.activeElement;
    const { name, value } = focused ?? {};
    replace('choices');
    if (!name) return;
    const same = [...form.elements].filter((one) => one.name === name);
    (same.find((one) => one.type !== 'radio' || one.value === value) ?? same[0])?.focus();
  };
  form.addEventListener('change', ({ target }) => price('reshapes' in target.dataset).catch(() => {}));
  price(false).catch(() => {});
}

for (const one of document.querySelectorAll('form[method=post]')) {
  one.addEventListener('submit', (event) => {
    // The key of the form makes it one order anyway; this spares the second look.
    if ('sent' in one.dataset) event.preventDefault();
    one.dataset.sent = '';
    addEventListener('pageshow', () => delete one.dataset.sent, { once: true });
    setTimeout(() => delete one.dataset.sent, 5_000);
  });
}
