// A plot that a hand can take hold of: zooming asks the server for the points in between,
// a click leads to the run.
'use strict';
(() => {
  const figure = document.getElementById('plot');
  if (!figure) return;
  const picture = (form) => location.pathname + form + location.search;

  // ---- Saving ----------------------------------------------------------------
  const svg = document.getElementById('save-svg');
  const png = document.getElementById('save-png');
  png.hidden = false;
  png.addEventListener('click', () => {
    const image = new Image();
    image.addEventListener('load', () => {
      const canvas = document.createElement('canvas');
      canvas.width = image.naturalWidth * 2;
      canvas.height = image.naturalHeight * 2;
      canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => {
        const link = document.createElement('a');
        link.href = URL.createObjectURL(blob);
        link.download = 'plot.png';
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 1000);
      });
    });
    image.src = picture('.svg');
  });
  if (figure.dataset.kind !== 'points' || !window.Dygraph) return;

  // Its legend writes style into the document, which no page of ours may; we have our own.
  Dygraph.PLUGINS = Dygraph.PLUGINS.filter((plugin) => plugin !== Dygraph.Plugins.Legend);

  // ---- Points ----------------------------------------------------------------
  const time = figure.dataset.time === '1';
  const log = figure.dataset.log.split(',');
  const legend = document.querySelector('.legend');
  const classes = new Map();
  if (legend && legend.dataset.kind === 'classes')
    for (const key of legend.querySelectorAll('dd[data-colour]'))
      classes.set(key.textContent, key.dataset.colour);

  const look = {};
  const readLook = () => {
    const style = getComputedStyle(document.documentElement);
    for (const name of ['accent', 'line', 'faint', 'text', 'back',
      ...[0, 1, 2, 3, 4, 5, 6, 7].map((i) => `c${i}`), ...[0, 1, 2, 3, 4, 5, 6, 7, 8].map((i) => `k${i}`)])
      look[name] = style.getPropertyValue(`--${name}`).trim();
  };
  const colourOf = (value) => {
    if (!legend) return 'accent';
    if (value === null) return 'k8';
    if (legend.dataset.kind === 'classes') {
      if (value === true) return 'k1';
      if (value === false) return 'k0';
      return classes.get(String(value)) || 'k8';
    }
    const least = Number(legend.dataset.least), most = Number(legend.dataset.most);
    let at = most > least ? Math.floor((value - least) / (most - least) * 8) : 0;
    if (legend.dataset.kind === 'log') {
      if (value <= 0) return 'k8';
      at = most > least ? Math.floor(Math.log(value / least) / Math.log(most / least) * 8) : 0;
    }
    return `c${Math.max(0, Math.min(7, at))}`;
  };
  const number = (value) => value === true ? 1 : value === false ? 0
    : typeof value === 'string' ? Date.parse(value) / 1000 : value;

  // The points of each panel, in the order of x.
  const read = async () => {
    const answer = await fetch(picture('.json'));
    if (!answer.ok) throw new Error((await answer.text()).slice(0, 200));
    const panels = new Map(names.map((name) => [name, []]));
    for (const line of (await answer.text()).split('\n')) {
      if (!line) continue;
      const row = JSON.parse(line);
      row.at = time ? number(row.x) * 1000 : number(row.x);
      row.value = number(row.y);
      row.ink = colourOf(row.colour);
      if (panels.has(row.name)) panels.get(row.name).push(row);
    }
    for (const rows of panels.values()) {
      // The two of a column stay beside each other.
      for (let i = 0; i < rows.length; i++) {
        rows[i].place = rows[i].at;
        if (rows[i].of > 1 && i + 1 < rows.length) {
          rows[i].mate = rows[i + 1];
          rows[i + 1].place = rows[i].at;
          i++;
        }
      }
      rows.sort((a, b) => a.at - b.at);
    }
    return panels;
  };

  const titles = [...figure.querySelectorAll('svg text.name')];
  const names = titles.map((text) => text.dataset.name);
  const kinds = titles.map((text) => text.dataset.kind);
  const heads = titles.map((text) => text.querySelector('.called').textContent);
  const graphs = [];
  const says = document.createElement('p');
  says.className = 'plot-says';

  const parameter = (name) => new URLSearchParams(location.search).get(name);
  const ends = () => ['from', 'to'].map((name) => {
    const text = parameter(name);
    return text === null ? null : time && isNaN(text) ? Date.parse(text) : time ? Number(text) * 1000 : Number(text);
  });
  // Of y: as the rows have it, times in seconds.
  const heights = (i) => ['low', 'high'].map((name) => {
    const text = (parameter(name) || '').split(',')[i] || '';
    return text === '' ? null : isNaN(text) ? Date.parse(text) / 1000 : Number(text);
  });
  const exact = (x) => String(Number(x.toPrecision(15)));

  // Put what is shown into the address, and show it.
  const turn = (search) => {
    history.pushState(null, '', `${location.pathname}?${search}`);
    show();
  };
  const put = (search, name, text) => {
    search.delete(name);
    if (text !== '') search.set(name, text);
  };
  const go = (from, to) => {
    const search = new URLSearchParams(location.search);
    const text = (x) => x === null ? '' : time ? new Date(x).toISOString() : exact(x);
    put(search, 'from', text(from));
    put(search, 'to', text(to));
    turn(search);
  };
  const goHigh = (i, low, high) => {
    const search = new URLSearchParams(location.search);
    for (const [name, value] of [['low', low], ['high', high]]) {
      const list = (search.get(name) || '').split(',');
      while (list.length < names.length) list.push('');
      list[i] = value === null ? '' : exact(value);
      put(search, name, list.every((text) => text === '') ? '' : list.join(','));
    }
    turn(search);
  };
  const goAll = () => {
    const search = new URLSearchParams(location.search);
    for (const name of ['from', 'to', 'low', 'high']) search.delete(name);
    turn(search);
  };

  // ---- Drawing ---------------------------------------------------------------
  // Dygraph's own takes the axis for linear even where it is not.
  const place = (g, x) => {
    const area = g.getArea();
    return area.x + g.toPercentXCoord(x) * area.w;
  };
  const draw = (e, rows) => {
    const context = e.drawingContext, g = e.dygraph;
    const few = rows.length <= 400, radius = few ? 3.5 : 2;
    const wide = Math.max(1, e.plotArea.w / Math.max(rows.length / 2, 1));
    for (const row of rows) {
      const x = place(g, row.at), y = g.toDomYCoord(row.value, 0);
      context.strokeStyle = context.fillStyle = look[row.ink];
      if (row.mate) {
        context.lineWidth = Math.min(wide * 1.4, 4);
        context.beginPath();
        context.moveTo(x, y);
        context.lineTo(x, g.toDomYCoord(row.mate.value, 0));
        context.stroke();
      } else if (row.of === 1) {
        context.beginPath();
        context.arc(x, y, radius, 0, 2 * Math.PI);
        context.fill();
      }
    }
  };

  const nearest = (graph, event) => {
    const [left, top] = graph.g.eventToDomCoords(event);
    let best = null, distance = 14 * 14;
    for (const row of graph.rows) {
      const x = place(graph.g, row.at) - left, y = graph.g.toDomYCoord(row.value, 0) - top;
      if (x * x + y * y < distance) {
        distance = x * x + y * y;
        best = row;
      }
    }
    return best;
  };
  const shown = (value) => typeof value === 'number' ? String(Number(value.toPrecision(15))) : String(value);

  const interaction = (graph) => ({
    ...Dygraph.defaultInteractionModel,
    mousedown(event, g, context) {
      if (event.button) return;
      context.initializeMouseDown(event, g, context);
      graph.start = event.clientX;
      graph.startY = event.clientY;
      Dygraph.startZoom(event, g, context);
      const move = (e) => {
        if (context.isZooming) Dygraph.moveZoom(e, g, context);
      };
      const up = (e) => {
        removeEventListener('mousemove', move);
        removeEventListener('mouseup', up);
        g.clearZoomRect_();
        context.isZooming = false;
        context.destroy();
        const across = Math.abs(e.clientX - graph.start), down = Math.abs(e.clientY - graph.startY);
        if (across < 6 && down < 6) {
          const row = nearest(graph, e);
          if (row) location.href = `/e/${encodeURIComponent(row.experiment)}/runs/${encodeURIComponent(row.run)}`;
          return;
        }
        const box = g.canvas_.getBoundingClientRect();
        if (across < down / 2) {
          const y = (pixels) => g.toDataYCoord(pixels - box.top, 0);
          goHigh(graph.number, y(Math.max(e.clientY, graph.startY)), y(Math.min(e.clientY, graph.startY)));
        } else {
          const x = (pixels) => g.toDataXCoord(pixels - box.left);
          go(x(Math.min(e.clientX, graph.start)), x(Math.max(e.clientX, graph.start)));
        }
      };
      addEventListener('mousemove', move);
      addEventListener('mouseup', up);
    },
    mousemove(event) {
      const row = nearest(graph, event);
      graph.canvas.classList.toggle('links', row !== null);
      says.textContent = row === null ? ''
        : `${row.experiment}, run ${row.run}: ${heads[graph.number]} = ${shown(row.y)}` +
          (figure.dataset.x === 'run' ? '' : ` at ${shown(row.x)}`) +
          (row.colour === null ? '' : `, ${legend.querySelector('dt').textContent} = ${shown(row.colour)}`) +
          (row.of > 1 ? ` (of ${row.of} in this column)` : '');
    },
    mouseout() { says.textContent = ''; },
    dblclick() { goAll(); },
    touchend(event, g, context) {
      Dygraph.defaultInteractionModel.touchend(event, g, context);
      const [from, to] = g.xAxisRange();
      go(from, to);
    },
  });

  // 1.5×10⁷ as the picture of the server has it.
  const nice = (value) => {
    const size = Math.abs(value);
    if (size === 0 || (size >= 1e-4 && size < 1e6) || (figure.dataset.x === 'run' && Number.isInteger(value) && size < 1e12))
      return String(Number(value.toPrecision(10)));
    const [digits, power] = value.toExponential(3).split('e');
    const high = [...String(Number(power))].map((c) => c === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[c]).join('');
    return (Number(digits) === 1 ? '' : `${Number(digits)}×`) + `10${high}`;
  };
  // Of a logarithm the powers of ten, as many as have room, and what is between if few are.
  const powers = (least, most, pixels) => {
    if (most / least <= 5) {
      const rough = (most - least) / (pixels / 45), power = 10 ** Math.floor(Math.log10(rough));
      const step = power * [1, 2, 5, 10].find((times) => times * power >= rough);
      const steps = [];
      for (let i = Math.ceil(least / step); i * step <= most; i++)
        steps.push({ v: i * step, label: nice(Number((i * step).toPrecision(12))) });
      return steps;
    }
    const low = Math.floor(Math.log10(least)), high = Math.ceil(Math.log10(most));
    const every = Math.max(1, Math.ceil((high - low) / (pixels / 40)));
    const ticks = [];
    for (let power = low; power <= high; power += every)
      for (const times of high - low <= 3 ? [1, 2, 5] : [1]) {
        const v = Number(`${times}e${power}`);
        if (v >= least && v <= most) ticks.push({ v, label: nice(v) });
      }
    return ticks;
  };
  // Where numbers differ only behind many digits: what is taken from each (web/axis.c).
  const base = (least, most) => {
    const length = most - least;
    if (!(length > 0) || length >= Math.max(Math.abs(least), Math.abs(most)) * 1e-5) return 0;
    const power = 10 ** Math.ceil(Math.log10(length));
    return Number((Math.round(least / power) * power).toPrecision(15));
  };
  const behind = (number) => number === 0 ? ''
    : ` ${number > 0 ? '−' : '+'} ${Number.isInteger(number) && Math.abs(number) < 1e18 ? BigInt(Math.abs(number)) : Math.abs(number)}`;
  // Round numbers; of runs and truths whole ones.
  const rounds = (kind, room) => (least, most, pixels) => {
    const rough = (most - least) / (pixels / room), power = 10 ** Math.floor(Math.log10(rough));
    let step = power * ([1, 2, 5].find((times) => times * power >= rough) || 10);
    if (kind === 'run' || kind === 'truth') step = Math.max(step, 1);
    const from = kind === 'number' ? base(least, most) : 0, ticks = [];
    for (let i = Math.ceil((least - from) / step); from + i * step <= most && ticks.length < 40; i++) {
      const v = from + i * step, part = Number((i * step).toPrecision(12));
      ticks.push({ v, label: kind !== 'truth' ? nice(part) : v === 0 ? 'False' : v === 1 ? 'True' : '' });
    }
    return ticks;
  };
  const moments = (least, most, pixels, options, g) =>
    Dygraph.dateTicker(least * 1000, most * 1000, pixels, (name) =>
      name === 'axisLabelFormatter' ? Dygraph.dateAxisLabelFormatter : name === 'labelsUTC' ? true
        : name === 'pixelsPerLabel' ? 30 : options(name), g).map((tick) => ({ ...tick, v: tick.v / 1000 }));
  const ticker = (name, kind, room) => log.includes(name) ? powers : kind === 'time' ? moments : rounds(kind, room);

  const options = (graph) => ({
    labels: ['x', 'y'],
    labelsUTC: true,
    showLabelsOnHighlight: false,
    highlightCircleSize: 0,
    strokeWidth: 0,
    xRangePad: 4,
    logscale: log.includes('y'),
    axisLineColor: look.faint,
    gridLineColor: look.line,
    rightGap: 12,
    axes: {
      x: { drawGrid: false, logscale: log.includes('x'),
        ...(time ? {} : { axisLabelFormatter: nice, ticker: ticker('x', figure.dataset.xKind, 70) }) },
      y: { axisLabelWidth: 66, axisLabelFormatter: nice, ticker: ticker('y', graph.kind, 32), valueRange: high(graph) },
    },
    plotter: (e) => draw(e, graph.rows),
  });
  // How high a panel is: what is shown with a little room, or what the address says.
  const high = (graph) => {
    const [low, top] = heights(graph.number), logarithm = log.includes('y');
    let least = Infinity, most = -Infinity;
    for (const row of graph.rows) {
      least = Math.min(least, row.value);
      most = Math.max(most, row.value);
    }
    if (graph.rows.length === 0) least = low ?? (logarithm ? 1 : 0), most = top ?? least + 1;
    if (logarithm) {
      const room = most > least ? (most / least) ** 0.04 : 2;
      least /= room;
      most *= room;
    } else {
      const room = most > least ? (most - least) * 0.04 : Math.max(Math.abs(least) * 0.05, 0.5);
      least -= room;
      most += room;
    }
    return [low !== null && (!logarithm || low > 0) ? low : least, top ?? most];
  };
  const table = (rows) => rows.length === 0 ? [[time ? new Date(0) : 0, null]]
    : rows.map((row) => [time ? new Date(row.at) : row.at, row.value]);

  // Below the last panel: what is across, and of times the days.
  const label = (graph, [from, to]) => {
    if (!graph.last) return '';
    if (!time) return figure.dataset.label + behind(figure.dataset.xKind === 'number' && !log.includes('x') ? base(from, to) : 0);
    const text = (x) => new Date(x).toISOString().slice(0, 16).replace('T', ' ');
    return `${figure.dataset.label}, ${text(from)} to ${text(to)}`;
  };

  const show = async () => {
    let panels;
    try {
      panels = await read();
    } catch (error) {
      says.textContent = String(error.message || error);
      return;
    }
    const all = [...panels.values()].flat();
    if (graphs.length === 0 && all.length === 0) return;
    readLook();
    if (graphs.length === 0) build();
    let [from, to] = ends(), least = Infinity, most = -Infinity;
    for (const row of all) {
      least = Math.min(least, row.at);
      most = Math.max(most, row.at);
    }
    if (all.length === 0) least = from ?? (log.includes('x') ? 1 : 0), most = to ?? least + 1;
    const room = log.includes('x') ? 0 : (most - least) * 0.02 || (time ? 60000 : 0.5);
    const wanted = [from ?? least - room, to ?? most + room];
    for (const graph of graphs) {
      graph.rows = panels.get(graph.name);
      const file = table(graph.rows);
      graph.head.textContent = heads[graph.number] +
        behind(graph.kind === 'number' && !log.includes('y') ? base(...high(graph)) : 0);
      if (graph.g === null) {
        graph.g = new Dygraph(graph.canvas, file, {
          ...options(graph), dateWindow: wanted, interactionModel: interaction(graph), xlabel: label(graph, [from ?? least, to ?? most]),
        });
        graph.g.graphDiv.removeAttribute('tabindex');
      } else {
        graph.g.updateOptions({ file, dateWindow: wanted, ...options(graph), xlabel: label(graph, [from ?? least, to ?? most]) });
      }
    }
    let n = 0;
    for (const row of all) n += row.of > 1 ? row.of / 2 : 1;
    document.getElementById('plot-count').textContent = Math.round(n).toLocaleString('en').replace(/,/g, '\u202f');
    document.getElementById('plot-all').hidden = !['from', 'to', 'low', 'high'].some((name) => parameter(name));
    svg.href = picture('.svg');
    figure.dataset.ready = String(Number(figure.dataset.ready || 0) + 1);
  };

  const build = () => {
    const holder = document.createElement('div');
    names.forEach((name, i) => {
      const panel = document.createElement('div');
      const head = document.createElement('h2');
      const canvas = document.createElement('div');
      panel.className = names.length > 1 ? 'plot-panel low' : 'plot-panel';
      head.textContent = heads[i];
      canvas.className = 'canvas';
      canvas.tabIndex = 0;
      canvas.setAttribute('role', 'application');
      canvas.setAttribute('aria-label', `${heads[i]}: keys + and - zoom, y and Y zoom up and down, arrows move, 0 shows all`);
      const graph = { name, canvas, head, number: i, kind: kinds[i], g: null, rows: [], last: i === names.length - 1 };
      canvas.addEventListener('keydown', (event) => {
        if (event.ctrlKey || event.altKey || event.metaKey) return;
        // Parts of what is shown; of a logarithm the same stretches of it.
        const part = ([least, most], logarithm) => (share) =>
          logarithm ? least * (most / least) ** share : least + (most - least) * share;
        const x = part(graph.g.xAxisRange(), log.includes('x'));
        const y = part(graph.g.yAxisRange(0), log.includes('y'));
        const across = {
          '+': [x(0.25), x(0.75)], '-': [x(-0.5), x(1.5)],
          ArrowLeft: [x(-0.25), x(0.75)], ArrowRight: [x(0.25), x(1.25)],
        };
        const up = {
          y: [y(0.25), y(0.75)], Y: [y(-0.5), y(1.5)],
          ...(parameter('low') || parameter('high')
            ? { ArrowDown: [y(-0.25), y(0.75)], ArrowUp: [y(0.25), y(1.25)] } : {}),
        };
        if (event.key in across) go(...across[event.key]);
        else if (event.key in up) goHigh(i, ...up[event.key]);
        else if (event.key === '0') goAll();
        else return;
        event.preventDefault();
      });
      panel.append(head, canvas);
      holder.append(panel);
      graphs.push(graph);
    });
    holder.append(says);
    figure.replaceChildren(holder);
    document.getElementById('plot-hint').hidden = false;
  };

  addEventListener('popstate', show);
  document.getElementById('plot-all').addEventListener('click', (event) => {
    event.preventDefault();
    goAll();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => show());
  show();
})();
