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

// A page that is about somebody's orders is loaded again when one of them has changed: not under a finger, and never
// while the server cannot be reached, since what is on the page is better than nothing.
const followed = document.querySelector('[data-about]');
if (followed) follow(followed);

function follow({ dataset }) {
  const [LONGEST_RETRY, REST] = [15_000, 1_500];
  let [since, retry, touched, isNews] = [dataset.since, 500, 0, false];
  for (const touch of ['pointerdown', 'pointermove', 'keydown', 'touchmove']) addEventListener(touch, () => (touched = Date.now()), { passive: true });
  // A step that is being sent loads the page itself.
  addEventListener('submit', () => (isNews = false));
  setInterval(() => isNews && Date.now() - touched > REST && reload(), 250);

  async function reload() {
    isNews = false;
    const isThere = await fetch(location.href, { method: 'HEAD' }).then((answer) => answer.status < 500, () => false);
    if (isThere) location.reload();
    else setTimeout(() => (isNews = true), retry);
  }

  function connect() {
    const address = new URL(`/ws?since=${encodeURIComponent(since)}&about=${encodeURIComponent(dataset.about)}`, location.href);
    address.protocol = address.protocol.replace('http', 'ws');
    const socket = new WebSocket(address);
    socket.onopen = () => {
      retry = 500;
      followed.textContent = '';
    };
    socket.onmessage = ({ data }) => {
      const { event_type, order, id } = JSON.parse(data);
      if (order || event_type === 'stream.reset') isNews = true;
      else if (event_type === 'stream.skip') since = id;
    };
    socket.onclose = async ({ code }) => {
      // The session has ended: the server leads to where one signs in.
      const isEnded = code === 4401 || (await fetch(location.href, { method: 'HEAD' }).then((answer) => answer.redirected, () => false));
      if (isEnded) return location.reload();
      setTimeout(connect, retry);
      retry = Math.min(2 * retry, LONGEST_RETRY);
      if (retry > 1_000) followed.textContent = dataset.lost;
    };
  }
  connect();
}
