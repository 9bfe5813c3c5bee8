// What the pages of a pizzeria can do with JavaScript: `/` finds, `n` adds, Ctrl+Z undoes, and a key of its own for each
// sending of a form.
const isTyping = (target) => target.closest('input, textarea, select, [contenteditable]');

addEventListener('keydown', (event) => {
  const undo = document.querySelector('#undo button');
  if ((event.ctrlKey || event.metaKey) && event.key === 'z' && !isTyping(event.target) && undo) {
    event.preventDefault();
    return undo.click();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const field = { '/': '#find', n: '.add input[name=name]' }[event.key];
  const found = field && document.querySelector(field);
  if (!found) return;
  event.preventDefault();
  found.focus();
});

const find = document.querySelector('#find');
const fold = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
find?.closest('[hidden]')?.removeAttribute('hidden');
find?.addEventListener('input', () => {
  const searched = fold(find.value.trim());
  for (const row of document.querySelectorAll('.menu-row')) row.hidden = !fold(row.dataset.name).includes(searched);
});
