// What a page of accounts can do with JavaScript: buttons for what is shown once, and telling the server the time zone.
const here = document.documentElement;

for (const button of document.querySelectorAll('button:is([data-share], [data-copy], [data-print])')) {
  const { share, copy } = button.dataset;
  const said = button.parentElement.querySelector('[role=status]');
  const press = async () => {
    if (share) return navigator.share(share.startsWith('http') ? { url: share } : { text: share });
    if (!copy) return print();
    await navigator.clipboard.writeText(copy);
    said.textContent = said.dataset.copied;
  };
  button.hidden = (share && !navigator.share) || (copy && !navigator.clipboard);
  // Closing the share sheet is no fault.
  button.addEventListener('click', () => press().catch(() => {}));
}

// The offsets of the last ten years and the next one, as the program of the panels writes them.
const YEAR = 366 * 24 * 60;
const WEEK = 7 * 24 * 60;
const offset = (minute) => -new Date(minute * 60_000).getTimezoneOffset();
const now = Math.floor(Date.now() / 60_000);
let from = now - 10 * YEAR;
let zone = `${offset(from)}`;
for (let to; from < now + YEAR; from = to) {
  to = Math.min(from + WEEK, now + YEAR);
  if (offset(to) === offset(from)) continue;
  let [before, after] = [from, to];
  while (after - before > 1) {
    const middle = (before + after) >> 1;
    if (offset(middle) === offset(from)) before = middle;
    else after = middle;
  }
  zone += `_${offset(to)}@${after}`;
}
const secure = location.protocol === 'https:' ? '; Secure' : '';
document.cookie = `${here.dataset.cookies ?? ''}zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
