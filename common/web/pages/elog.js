// What scripts add to pages that are whole without them.
'use strict';

// Times in the reader's zone; UTC stays in the title.
(() => {
  const two = (n) => String(n).padStart(2, '0');
  for (const element of document.querySelectorAll('time[datetime]:not(.day)')) {
    const t = new Date(element.dateTime);
    if (isNaN(t)) continue;
    element.title = t.toISOString().slice(0, 19).replace('T', ' ') + ' UTC';
    element.textContent = `${t.getFullYear()}-${two(t.getMonth() + 1)}-${two(t.getDate())} ` +
      `${two(t.getHours())}:${two(t.getMinutes())}`;
  }
})();

// A field that filters the rows of a table as one types.
(() => {
  for (const field of document.querySelectorAll('input[data-filter]')) {
    const table = document.getElementById(field.dataset.filter);
    const count = document.querySelector(`[data-count="${field.dataset.filter}"]`);
    if (!table) continue;
    const rows = [...table.tBodies[0].rows].map((row) => [row, row.textContent.toLowerCase()]);
    const unit = count ? count.textContent.replace(/^[\d\s\u202f]+/, '') : '';
    field.addEventListener('input', () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const [row, text] of rows) {
        row.hidden = !words.every((word) => text.includes(word));
        shown += !row.hidden;
      }
      if (count) count.textContent = `${shown} ${unit}`;
    });
  }
})();

// When the database changes, offer to reload.
(() => {
  const version = document.body.dataset.version;
  if (!version || !window.EventSource) return;
  const events = new EventSource(`/events?version=${version}`);
  events.addEventListener('changed', () => {
    events.close();
    const bar = document.createElement('div');
    const button = document.createElement('button');
    bar.id = 'changed';
    bar.setAttribute('role', 'status');
    bar.append('The logbook has changed. ');
    button.textContent = 'Reload';
    button.addEventListener('click', () => location.reload());
    bar.append(button);
    document.querySelector('main').append(bar);
  });
  addEventListener('pagehide', () => events.close());
})();
