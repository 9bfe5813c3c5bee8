// The device's share sheet for a link or a code that is shown once; where there is none, the clipboard.
for (const button of document.querySelectorAll('button[data-share]')) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    const text = button.dataset.share;
    const said = button.parentElement.querySelector('[role=status]');
    try {
      if (navigator.share) await navigator.share(text.startsWith('http') ? { url: text } : { text });
      else {
        await navigator.clipboard.writeText(text);
        said.textContent = said.dataset.copied;
      }
    } catch {
      // Closing the share sheet is no fault.
    }
  });
}
