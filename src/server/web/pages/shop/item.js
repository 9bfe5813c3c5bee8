
// The form of an item. The browser's program has the price function of the server, so that each choice shows what it
// costs, and what is missing, at once. Without the program the server prices the form.
let program;
const load = ({ program: script, wasm }) => program ??= import(script).then(async (loaded) => {
  await loaded.default({ module_or_path: wasm });
  return loaded;
});

/** Makes the form below an element live. */
function live(root) {
  const form = root.querySelector('form.item');
  if (!form) return;
  const showPrice = form.querySelector('#show-price');
  if (showPrice) showPrice.hidden = true;
  const touched = new Set();
  let current = { faults: [] };
  let sent = 0;

  const show = (all) => {
    // A group that nobody has looked at yet says nothing.
    const isBegun = (group) => group && (touched.has(group.id) || [...group.querySelectorAll('input:checked')].some((one) => one.value));
    const groupOf = ({ group }) => document.getElementById(`group-${group}`);
    const faults = current.faults.filter((fault) => all || !fault.group || isBegun(groupOf(fault)));
    for (const group of form.querySelectorAll('.group[id]')) {
      const fault = faults.find((one) => `group-${one.group}` === group.id);
      const error = document.getElementById(`${group.id}-error`);
      error.hidden = !fault;
      error.querySelector('span').textContent = fault?.words ?? '';
    }
    const wrong = form.querySelector('#wrong');
    const words = faults.filter(({ group }) => !group).map((fault) => fault.words).join(' ');
    wrong.hidden = !words;
    wrong.querySelector('span').textContent = words;
    form.querySelector('#total').textContent = current.total ? ` · ${current.total}` : '';
  };

  const price = async () => {
    const own = ++sent;
    const data = form.querySelector('#item-data').textContent;
    const fields = JSON.stringify([...new FormData(form)]);
    const loaded = await load(form.dataset);
    const answer = await loaded.price_item(data, fields, soldOut().join(' '));
    if (own !== sent || !answer) return;
    current = JSON.parse(answer);
    show(false);
  };

  // Other sizes have other prices, another half other toppings, and another menu all of it: the server makes the fields.
  let reshapes = 0;
  const reshape = async () => {
    const own = ++reshapes;
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.dataset.price, { method: 'POST', body, headers: { accept: 'text/html' } });
    // Something was changed meanwhile: its answer knows of both.
    if (own !== reshapes) return;
    const next = await parsed(answer);
    if (!answer.ok) return root.replaceChildren(...[next.querySelector('main .empty')].filter(Boolean));
    const { name, value, id } = document.activeElement ?? {};
    const note = form.elements.note.value;
    for (const part of ['choices', 'item-data']) form.querySelector(`#${part}`).replaceChildren(...next.getElementById(part).childNodes);
    // What is being typed stays.
    form.elements.note.value = note;
    form.querySelector('#total').textContent = next.getElementById('total').textContent;
    if (form.querySelector(`#${CSS.escape(id || 'add')}`) && id) document.getElementById(id).focus();
    else if (name) {
      const same = [...form.elements].filter((one) => one.name === name);
      (same.find((one) => one.type !== 'radio' || one.value === value) ?? same[0])?.focus();
    }
    showSoldOut();
  };

  const update = () => price().catch(() => reshape()).catch(() => {});
  form.addEventListener('input', ({ target }) => {
    const group = target.closest('.group[id]');
    if (group) touched.add(group.id);
    if ('reshapes' in target.dataset) reshape().then(update, () => {});
    update();
  });
  const follow = (name, change) => document.addEventListener(name, function heard() {
    if (form.isConnected) change();
    else document.removeEventListener(name, heard);
  });
  follow('counter', update);
  follow('menu', () => reshape().then(update, () => {}));

  // Radios have arrow keys of their own.
  form.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.target.type !== 'checkbox') return;
    const boxes = [...event.target.closest('fieldset').querySelectorAll('input[type=checkbox]:enabled')];
    boxes[(boxes.indexOf(event.target) + step + boxes.length) % boxes.length].focus();
    event.preventDefault();
  });
  form.addEventListener('submit', (event) => {
    if (!current.faults.length) return;
    event.preventDefault();
    for (const { group } of current.faults) touched.add(`group-${group}`);
    show(true);
    const [first] = current.faults;
    const group = first.group && document.getElementById(`group-${first.group}`);
    (group?.querySelector(':is(input, select):enabled') ?? group ?? form.querySelector('#quantity')).focus();
  });
  showSoldOut();
}

const dialog = document.querySelector('#item-dialog');
const place = dialog?.querySelector(':scope > div');

/** Shows an item over the menu. */
async function openItem(address) {
  const answer = await fetch(address, { headers: { accept: 'text/html' } });
  const next = await parsed(answer);
  const item = next.getElementById('of-item');
  if (!item) return location.assign(address);
  // Somebody may have gone back meanwhile.
  if (!history.state?.item) return;
  place.replaceChildren(item);
  if (!dialog.open) dialog.showModal();
  place.scrollTop = 0;
  document.title = next.title;
  makeLive();
}

/** Makes the form of the dialog live. */
function makeLive() {
  live(place);
  place.querySelector('form.item').addEventListener('submit', (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    add(event.target).catch(() => event.target.submit());
  });
}

/** Puts the item of the dialog into the cart. */
async function add(form) {
  if ('sent' in form.dataset) return;
  form.dataset.sent = '';
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.action, { method: 'POST', body, headers: { accept: 'text/html' } }).finally(() => delete form.dataset.sent);
  const next = await parsed(answer);
  if (answer.ok && takeOver(next, 'cart-bar')) return dialog.close();
  const refused = next.getElementById('of-item');
  if (!refused) return form.submit();
  place.replaceChildren(refused);
  makeLive();
}

if (dialog) {
  const { title } = document;
  let opener;
  const open = (address) => openItem(address).catch(() => location.assign(address));
  document.querySelector('#follows-menu').addEventListener('click', (event) => {
    const link = event.target.closest('.dish h3 a');
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    opener = link.pathname;
    history.pushState({ item: true }, '', link.href);
    open(link.href);
  });
  dialog.addEventListener('close', () => {
    document.title = title;
    place.replaceChildren();
    if (history.state?.item) history.back();
    // Another menu may have another link to the same item.
    [...document.querySelectorAll('.dish h3 a')].find((link) => link.pathname === opener)?.focus();
  });
  // A tap beside it closes it.
  dialog.addEventListener('click', ({ target }) => {
    if (target === dialog) dialog.close();
  });
  addEventListener('popstate', ({ state }) => {
    if (state?.item) open(location.href);
    else if (dialog.open) dialog.close();
  });
} else {
  // A dialog was here when this page was loaded again.
  if (history.state?.item) addEventListener('popstate', () => location.reload());
  live(document);
}

for (const form of document.querySelectorAll('form[method=post]')) sendOnce(form);
