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
    const at = most > least ? Math.floor((value - least) / (most - least) * 8) : 0;
    return `c${Math.max(0, Math.min(7, at))}`;
  };
  const number = (value) => value === true ? 1 : value === false ? 0
    : typeof value === 'string' ? Date.parse(value) / (time ? 1 : 1000) : value;

  // The points of each panel, in the order of x.
  const read = async () => {
    const answer = await fetch(picture('.json'));
    if (!answer.ok) throw new Error((await answer.text()).slice(0, 200));
    const panels = new Map(names.map((name) => [name, []]));
    for (const line of (await answer.text()).split('\n')) {
      if (!line) continue;
      const row = JSON.parse(line);
      row.at = number(row.x);
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

  const names = [...figure.querySelectorAll('svg text.name')].map((text) => text.dataset.name);
  const heads = [...figure.querySelectorAll('svg text.name')].map((text) => text.textContent);
  const graphs = [];
  const says = document.createElement('p');
  says.className = 'plot-says';

  const parameter = (name) => new URLSearchParams(location.search).get(name);
  const ends = () => ['from', 'to'].map((name) => {
    const text = parameter(name);
    return text === null ? null : time && isNaN(text) ? Date.parse(text) : time ? Number(text) * 1000 : Number(text);
  });

  // Put the stretch that is shown into the address.
  const go = (from, to) => {
    const search = new URLSearchParams(location.search);
    const text = (x) => time ? new Date(x).toISOString() : String(Number(x.toPrecision(12)));
    search.delete('from');
    search.delete('to');
    if (from !== null) search.set('from', text(from));
    if (to !== null) search.set('to', text(to));
    history.pushState(null, '', `${location.pathname}?${search}`);
    show();
  };

  // ---- Drawing ---------------------------------------------------------------
  const draw = (e, rows) => {
    const context = e.drawingContext, g = e.dygraph;
    const few = rows.length <= 400, radius = few ? 3.5 : 2;
    const wide = Math.max(1, e.plotArea.w / Math.max(rows.length / 2, 1));
    for (const row of rows) {
      const x = g.toDomXCoord(row.at), y = g.toDomYCoord(row.value, 0);
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
      const x = graph.g.toDomXCoord(row.at) - left, y = graph.g.toDomYCoord(row.value, 0) - top;
      if (x * x + y * y < distance) {
        distance = x * x + y * y;
        best = row;
      }
    }
    return best;
  };
  const shown = (value) => typeof value === 'number' ? String(Number(value.toPrecision(8))) : String(value);

  const interaction = (graph) => ({
    ...Dygraph.defaultInteractionModel,
    mousedown(event, g, context) {
      if (event.button) return;
      context.initializeMouseDown(event, g, context);
      graph.start = event.clientX;
      Dygraph.startZoom(event, g, context);
      const move = (e) => {
        if (!context.isZooming) return;
        // Only across: how high it is follows from what is shown.
        context.dragStartY = g.eventToDomCoords(e)[1];
        Dygraph.moveZoom(e, g, context);
      };
      const up = (e) => {
        removeEventListener('mousemove', move);
        removeEventListener('mouseup', up);
        g.clearZoomRect_();
        context.isZooming = false;
        context.destroy();
        if (Math.abs(e.clientX - graph.start) < 6) {
          const row = nearest(graph, e);
          if (row) location.href = `/e/${encodeURIComponent(row.experiment)}/runs/${encodeURIComponent(row.run)}`;
          return;
        }
        const x = (pixels) => g.toDataXCoord(pixels - g.canvas_.getBoundingClientRect().left);
        go(x(Math.min(e.clientX, graph.start)), x(Math.max(e.clientX, graph.start)));
      };
      addEventListener('mousemove', move);
      addEventListener('mouseup', up);
    },
    mousemove(event) {
      const row = nearest(graph, event);
      graph.canvas.classList.toggle('links', row !== null);
      says.textContent = row === null ? ''
        : `${row.experiment}, run ${row.run}: ${row.name} ${shown(row.y)}` +
          (figure.dataset.x === 'run' ? '' : ` at ${shown(row.x)}`) +
          (row.colour === null ? '' : `, ${legend.querySelector('dt').textContent} ${shown(row.colour)}`) +
          (row.of > 1 ? ` (of ${row.of} in this column)` : '');
    },
    mouseout() { says.textContent = ''; },
    dblclick() { go(null, null); },
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
  const scale = (name) => log.includes(name) ? { ticker: powers } : {};

  const options = (rows) => ({
    labels: ['x', 'y'],
    labelsUTC: true,
    showLabelsOnHighlight: false,
    highlightCircleSize: 0,
    strokeWidth: 0,
    xRangePad: 4,
    yRangePad: 8,
    logscale: log.includes('y'),
    axisLineColor: look.faint,
    gridLineColor: look.line,
    rightGap: 12,
    axes: {
      x: { drawGrid: false, logscale: log.includes('x'), ...(time ? {} : { axisLabelFormatter: nice }), ...scale('x') },
      y: { axisLabelWidth: 66, axisLabelFormatter: nice, ...scale('y') },
    },
    plotter: (e) => draw(e, rows),
  });
  const table = (rows) => rows.length === 0 ? [[time ? new Date(0) : 0, null]]
    : rows.map((row) => [time ? new Date(row.at) : row.at, row.value]);

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
    if (all.length === 0) least = from ?? 0, most = to ?? least + 1;
    const room = log.includes('x') ? 0 : (most - least) * 0.02 || (time ? 60000 : 0.5);
    const wanted = [from ?? least - room, to ?? most + room];
    for (const graph of graphs) {
      graph.rows = panels.get(graph.name);
      const file = table(graph.rows);
      if (graph.g === null) {
        graph.g = new Dygraph(graph.canvas, file, {
          ...options(graph.rows), dateWindow: wanted, interactionModel: interaction(graph),
          xlabel: graph.last ? figure.dataset.label : '',
        });
        graph.g.graphDiv.removeAttribute('tabindex');
      } else {
        graph.g.updateOptions({ file, dateWindow: wanted, ...options(graph.rows) });
      }
    }
    let n = 0;
    for (const row of all) n += row.of > 1 ? row.of / 2 : 1;
    document.getElementById('plot-count').textContent = Math.round(n).toLocaleString('en').replace(/,/g, '\u202f');
    document.getElementById('plot-all').hidden = from === null && to === null;
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
      canvas.setAttribute('aria-label', `${heads[i]}: keys + and - zoom, arrows move, 0 shows all`);
      const graph = { name, canvas, g: null, rows: [], last: i === names.length - 1 };
      canvas.addEventListener('keydown', (event) => {
        const [from, to] = graph.g.xAxisRange(), length = to - from;
        const moves = {
          '+': [from + length / 4, to - length / 4], '-': [from - length / 2, to + length / 2],
          ArrowLeft: [from - length / 4, to - length / 4], ArrowRight: [from + length / 4, to + length / 4],
          0: [null, null],
        };
        if (!(event.key in moves) || event.ctrlKey || event.altKey || event.metaKey) return;
        event.preventDefault();
        go(...moves[event.key]);
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
    go(null, null);
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => show());
  show();
})();
