// Sends the calls of the page's forms, to this server alone, and shows what it answers.
for (const form of document.querySelectorAll('form[data-path]')) {
  form.hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send(form);
  });
}

async function send(form) {
  const given = [...form.elements].filter((field) => field.dataset.in && field.value !== '');
  const of = (place) => given.filter((field) => field.dataset.in === place);
  const path = of('path').reduce((path, { name, value }) => path.replace(`{${name}}`, encodeURIComponent(value)), form.dataset.path);
  const query = new URLSearchParams(of('query').map(({ name, value }) => [name, value]));
  const headers = Object.fromEntries(of('header').map(({ name, value }) => [name, value]));
  const token = document.getElementById('token')?.value.trim();
  if (token) headers.Authorization = `Bearer ${token}`;
  const [body] = of('body').map(({ value }) => value);
  if (body) headers['Content-Type'] = 'application/json';
  const shown = form.querySelector('output');
  try {
    const answer = await fetch(`${query}` ? `${path}?${query}` : path, { method: form.dataset.method, headers, body, credentials: 'omit' });
    const lines = [...answer.headers].map(([name, value]) => `${name}: ${value}`);
    shown.textContent = [`${answer.status} ${answer.statusText}`, ...lines, '', readable(await answer.text())].join('\n');
  } catch (error) {
    shown.textContent = String(error);
  }
}

// JSON in lines of its own.
function readable(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
