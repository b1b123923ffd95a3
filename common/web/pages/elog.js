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

// A field that filters the rows of a table as one types: those that are here, or where the
// table is only a part, by asking for the page again.
(() => {
  for (const field of document.querySelectorAll('input[data-filter]')) {
    const count = document.querySelector(`[data-count="${field.dataset.filter}"]`);
    const table = () => document.getElementById(field.dataset.filter);
    if (!table()) continue;
    const part = table().dataset.part || field.value;
    const rows = [...table().tBodies[0].rows].map((row) => [row, row.textContent.toLowerCase()]);
    const unit = count ? count.textContent.replace(/^[\d\s\u202f]+/, '') : '';
    const here = () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const [row, text] of rows) {
        row.hidden = !words.every((word) => text.includes(word));
        shown += !row.hidden;
      }
      if (count) count.textContent = `${shown} ${unit}`;
    };
    let asked = 0;
    const there = async () => {
      const mine = ++asked;
      const answer = await fetch(`${field.form.action}?q=${encodeURIComponent(field.value)}`);
      if (!answer.ok || mine !== asked) return;
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const other = page.getElementById(field.dataset.filter);
      table().tBodies[0].replaceChildren(...(other ? other.tBodies[0].rows : []));
      if (count) count.textContent = page.querySelector(`[data-count="${field.dataset.filter}"]`).textContent;
      for (const turn of document.querySelectorAll('.turn')) turn.hidden = true;
    };
    field.addEventListener('input', part ? there : here);
  }
})();

// Keys, as in a mail reader.
(() => {
  const entries = () => [...document.querySelectorAll('article.entry, article.hit')];
  const typing = (element) => element.closest('input, textarea, select, [contenteditable]');
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
    if (event.key === '/') {
      document.querySelector('header input[type=search]').focus();
      event.preventDefault();
      return;
    }
    const all = entries();
    const at = all.indexOf(document.activeElement.closest('article'));
    let to = -1;
    if (event.key === 'j') to = Math.min(at + 1, all.length - 1);
    else if (event.key === 'k') to = at < 0 ? 0 : Math.max(at - 1, 0);
    else if (event.key === 'o' && at >= 0) all[at].querySelector('a.at').click();
    if (to < 0 || !all.length) return;
    all[to].focus();
    all[to].scrollIntoView({ block: 'nearest' });
    event.preventDefault();
  });
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

// Columns are completed from the conditions of the database, the last of the list.
(() => {
  for (const field of document.querySelectorAll('input[data-columns]')) {
    const names = document.getElementById(field.getAttribute('list'));
    let asked = '';
    field.addEventListener('input', async () => {
      const last = field.value.lastIndexOf(',') + 1;
      const part = field.value.slice(last).trim().replace(/^`/, '');
      if (part.length < 2 || part === asked) return;
      asked = part;
      const answer = await fetch(`${field.dataset.columns}?find=${encodeURIComponent(part)}`);
      if (!answer.ok || part !== asked) return;
      const lines = (await answer.text()).split('\n').filter(Boolean).slice(0, 50);
      names.replaceChildren(...lines.map((line) => {
        const option = document.createElement('option');
        option.value = field.value.slice(0, last) + JSON.parse(line).quoted;
        return option;
      }));
    });
  }
})();

// A query field grows with its text; Enter sends it.
(() => {
  for (const field of document.querySelectorAll('textarea[name=q]')) {
    const fit = () => { field.style.height = 'auto'; field.style.height = `${field.scrollHeight + 2}px`; };
    field.addEventListener('input', fit);
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.shiftKey) { event.preventDefault(); field.form.requestSubmit(); }
    });
    fit();
  }
  // Fields without a value are no part of an address.
  for (const form of document.querySelectorAll('form')) {
    form.addEventListener('submit', () => {
      for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
      setTimeout(() => { for (const field of form.elements) field.disabled = false; });
    });
  }
})();

// Of a search that finds much, a few are counted at first: then all.
(async () => {
  const link = document.querySelector('#facets a.all');
  if (!link) return;
  const answer = await fetch(link.href);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const id of ['found', 'facets']) {
    const other = page.getElementById(id);
    if (other) document.getElementById(id).replaceWith(document.adoptNode(other));
  }
})();

// A graph that is larger than its box begins where the job is that it is about.
for (const box of document.querySelectorAll('.graph')) {
  const target = box.querySelector('a.this');
  if (!target) continue;
  const at = target.getBoundingClientRect(), around = box.getBoundingClientRect();
  box.scrollLeft += at.left + at.width / 2 - around.left - around.width / 2;
  box.scrollTop += at.top + at.height / 2 - around.top - around.height / 2;
}

// A stretch of a timeline that is drawn out by hand is shown closer.
(() => {
  const figure = document.getElementById('timeline');
  if (!figure) return;
  const svg = figure.querySelector('svg'), data = figure.dataset;
  const left = Number(data.left), right = Number(data.right);
  const first = Date.parse(data.from), last = Date.parse(data.to);
  const across = (event) => {
    const box = svg.getBoundingClientRect();
    return Math.min(right, Math.max(left, (event.clientX - box.left) / box.width * Number(data.width)));
  };
  let start = null, drawn = null;
  svg.addEventListener('pointerdown', (event) => {
    if (event.button === 0 && event.pointerType !== 'touch') start = across(event);
  });
  svg.addEventListener('dragstart', (event) => event.preventDefault());
  addEventListener('pointermove', (event) => {
    if (start === null) return;
    const now = across(event);
    if (!drawn && Math.abs(now - start) < 6) return;
    if (!drawn) {
      drawn = document.createElementNS(svg.namespaceURI, 'rect');
      drawn.setAttribute('class', 'drawn');
      drawn.setAttribute('y', 0);
      drawn.setAttribute('height', svg.viewBox.baseVal.height);
      svg.append(drawn);
    }
    drawn.setAttribute('x', Math.min(start, now));
    drawn.setAttribute('width', Math.abs(now - start));
  });
  addEventListener('pointerup', (event) => {
    if (start !== null && drawn) {
      const ends = [start, across(event)].sort((a, b) => a - b)
        .map((x) => new Date(first + (x - left) / (right - left) * (last - first)).toISOString());
      location.search = new URLSearchParams({ from: ends[0], to: ends[1] });
    }
    start = null;
  });
  // What was drawn out is no click on what is below it.
  svg.addEventListener('click', (event) => { if (drawn) event.preventDefault(); }, true);
})();
