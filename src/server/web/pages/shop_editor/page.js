// What the pages of a pizzeria can do with JavaScript: keys for the rows of its menu, as many as twenty steps of Ctrl+Z,
// and a price beside an item that follows what is typed.
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const isField = (target) => target.closest('input, textarea, select, [contenteditable]');
// Where the browser itself has something to undo.
const isTyped = (target) => 'defaultValue' in target && target.value !== target.defaultValue;

// What undoes the edits of this window, the newest last. Undoing one gives its documents new versions, by which the edits
// before it are then named.
const STEPS = 20;
const menu = location.pathname;
const stored = (name) => JSON.parse(sessionStorage.getItem(`${name} ${menu}`) ?? 'null');
const store = (name, value) => sessionStorage.setItem(`${name} ${menu}`, JSON.stringify(value));
const form = document.querySelector('#undo');
const done = document.querySelector('[data-done]')?.dataset.done;

function remember() {
  let steps = stored('steps') ?? [];
  const sent = stored('undoing');
  const undo = form && JSON.parse(form.elements.undo.value);
  const refused = document.querySelector('#refusal');
  if (sent && (done || refused?.hasAttribute('data-outdated'))) steps.pop();
  if (sent && done === 'undone') {
    for (const { key, from } of undo ?? []) {
      const restored = sent.find((one) => one.key === key)?.to;
      const before = steps.flat().filter((one) => one.key === key && one.from === restored);
      for (const one of before) one.from = from;
    }
  } else if (done === 'edited' && undo && JSON.stringify(steps.at(-1)) !== JSON.stringify(undo)) {
    steps = [...steps, undo].slice(-STEPS);
  }
  store('undoing', null);
  store('steps', steps);
}

function undo() {
  const step = stored('steps')?.at(-1);
  if (!step) return;
  store('undoing', step);
  const sending = document.createElement('form');
  sending.method = 'post';
  sending.action = menu;
  sending.hidden = true;
  for (const [name, value] of Object.entries({ key: crypto.randomUUID?.() ?? '', act: 'undo', undo: JSON.stringify(step) })) {
    sending.append(Object.assign(document.createElement('input'), { name, value }));
  }
  document.body.append(sending);
  sending.submit();
}

// The button of the toast undoes the last step.
form?.addEventListener('submit', (event) => {
  if (event.submitter?.value === 'undo') store('undoing', JSON.parse(form.elements.undo.value));
});

// Enter in a row saves it and goes on to the same field of the next one; after a new row, to another new one.
function onwards(event) {
  const row = event.target.closest('.menu-row');
  const from = event.target.closest('form');
  const next = row && all('.menu-row:not([hidden]), form.add').find((one) => row.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING && !row.contains(one));
  const name = event.target.name;
  if (row || from?.matches('.add')) store('focus', { id: (next ?? row ?? from).id, name: row ? name : 'name' });
}

/** Moves an option of a group; one goes down as the next one goes up. */
function moveOption(event, option) {
  const isUp = event.key === 'ArrowUp';
  const button = (isUp ? option : option.nextElementSibling)?.querySelector('[value^="save-group "]');
  if (!button) return;
  event.preventDefault();
  const name = event.target.name.replace(/\d+/, (row) => Number(row) + (isUp ? -1 : 1));
  store('focus', { id: option.id, name });
  button.click();
}

function move(event) {
  const option = event.target.closest('.options > li[id]');
  if (option) return moveOption(event, option);
  const row = event.target.closest('.menu-row');
  const button = row?.querySelector(`[value=${event.key === 'ArrowUp' ? 'move-up' : 'move-down'}]`);
  if (!button) return;
  event.preventDefault();
  store('focus', { id: row.id, name: event.target.name });
  button.click();
}

addEventListener('keydown', (event) => {
  const { key, target } = event;
  const field = isField(target);
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && key === 'z' && !isTyped(target)) {
    event.preventDefault();
    return undo();
  }
  if (event.altKey && (key === 'ArrowUp' || key === 'ArrowDown')) return move(event);
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (key === 'Enter' && target.matches('input')) return onwards(event);
  if (key === 'Escape' && field) return target.blur();
  if (field) return;
  const near = (document.activeElement.closest('section') ?? document.querySelector('.menu-row:target')?.closest('section'));
  const found = key === '/' ? document.querySelector('#find') : key === 'n' && (near?.querySelector('.add input[name=name]') ?? document.querySelector('.add input[name=name]'));
  if (!found) return;
  event.preventDefault();
  found.focus();
});

const find = document.querySelector('#find');
const fold = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
for (const one of all('[data-script]')) one.hidden = false;
find?.addEventListener('input', () => {
  const searched = fold(find.value.trim());
  for (const row of all('.menu-row')) row.hidden = !fold(row.dataset.name).includes(searched);
});

// The price beside an item, of what is typed and tried out. Where it cannot be fetched, its button is there.
const item = document.querySelector('form#item');
let fetching;
async function look() {
  fetching?.abort();
  fetching = new AbortController();
  const body = new URLSearchParams(new FormData(item));
  body.set('act', 'preview');
  try {
    const answer = await fetch(item.action, { method: 'POST', body, signal: fetching.signal, headers: { accept: 'text/html' } });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const shown = page.querySelector('#preview');
    if (!shown) return;
    const focused = document.activeElement.closest('#preview') && document.activeElement;
    document.querySelector('#preview').replaceWith(document.adoptNode(shown));
    if (focused) all(`#preview [name="${focused.name}"]`).find((one) => one.tagName === 'SELECT' || one.value === focused.value)?.focus();
  } catch { /* The next change asks again. */ }
}
let waiting;
item?.addEventListener('input', () => {
  clearTimeout(waiting);
  waiting = setTimeout(look, 250);
});

remember();
const wrong = document.querySelector('[aria-invalid=true]');
const focus = stored('focus');
store('focus', null);
function begin() {
  if (document.activeElement !== document.body) return;
  if (wrong) return wrong.focus();
  const field = done && focus && document.getElementById(focus.id)?.querySelector(`[name="${CSS.escape(focus.name)}"]`);
  field?.focus();
  field?.select?.();
}
begin();
// Where an address names a row, the browser goes to that once the page is there, and takes the focus away.
addEventListener('load', () => requestAnimationFrame(() => requestAnimationFrame(begin)));
