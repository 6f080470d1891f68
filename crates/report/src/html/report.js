'use strict';
// Zoom, hover and filter for the lanes of tasks. The page is whole without it.
const data = JSON.parse(document.getElementById('data').textContent);
const WIDTH = 10000, KINDS = ['delivered', 'retried', 'failed', 'unfinished'];
const WORDS = ['delivered', 'tried again', 'failed', 'unfinished'];
const tip = document.getElementById('tip');

// Attempts in order of start: [start, run, wait, lane, kind, index, again], times in µs from the phase's start; again:
// whether something inside was tried again.
function decode(text) {
  const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
  let at = 0;
  const number = () => {
    let value = 0, scale = 1, byte;
    do { byte = bytes[at++]; value += (byte & 127) * scale; scale *= 128; } while (byte > 127);
    return value;
  };
  const attempts = [];
  let start = 0, index = 0;
  while (at < bytes.length) {
    start += number();
    const run = number(), wait = number(), laneKind = number(), step = number();
    index += step % 2 ? -(step + 1) / 2 : step / 2;
    attempts.push([start, run, wait, Math.floor(laneKind / 8), laneKind % 4, index, laneKind % 8 > 3]);
  }
  return attempts;
}

const short = (value, unit) => Number(value.toPrecision(3)) + ' ' + unit;
function time(us) {
  if (us === 0) return '0';
  if (us < 1e3) return short(us, 'µs');
  if (us < 1e6) return short(us / 1e3, 'ms');
  if (us < 120e6) return short(us / 1e6, 's');
  const s = Math.floor(us / 1e6);
  const two = (a, aUnit, b, bUnit) => Math.floor(a) + ' ' + aUnit + (b ? ' ' + b + ' ' + bUnit : '');
  return s < 7200 ? two(s / 60, 'min', s % 60, 's') : two(s / 3600, 'h', Math.floor(s / 60) % 60, 'min');
}
// A moment on an axis whose labels are that far apart: as many digits as tell them apart.
function moment(us, step) {
  if (us >= 120e6 && step >= 1e6) return time(us);
  const [unit, name] = us < 1e3 && step < 1e3 ? [1, 'µs'] : us < 1e6 && step < 1e6 ? [1e3, 'ms'] : [1e6, 's'];
  return (us / unit).toFixed(Math.max(0, Math.ceil(Math.log10(unit / step) - 1e-9))) + ' ' + name;
}
const CLOCK = [60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 43200, 86400].map(s => s * 1e6);

function setUp(root) {
  const phase = data.phases[root.dataset.phase];
  const attempts = decode(phase.attempts);
  const span = Math.max(1, phase.end_us - phase.start_us);
  const plot = root.querySelector('.chart > .plot'), bars = plot.querySelector('.bars');
  const ticks = root.querySelector('.ticks'), whole = { bars: bars.innerHTML, ticks: ticks.innerHTML };
  const height = Number([...bars.classList].find(c => /^lane\d/.test(c)).slice(4));
  const controls = root.querySelector('.controls'), output = controls.querySelector('output');
  const search = controls.querySelector('input'), show = controls.querySelector('select');
  const table = document.querySelector('details.tasks[data-phase="' + root.dataset.phase + '"]');
  let from = 0, to = span;
  controls.hidden = false;
  plot.setAttribute('tabindex', '0');

  const name = index => data.names[index] || '';
  function matcher() {
    const text = search.value.trim().toLowerCase(), kind = show.value;
    return (index, k, again) => (kind === 'all' || k === Number(kind) || kind === '1' && again) &&
      (!text || String(index + 1) === text || name(index).toLowerCase().includes(text));
  }

  // The strokes of the attempts that satisfy the condition, merged where one pixel holds several.
  function strokes(wanted) {
    const scale = WIDTH / (to - from), pixel = WIDTH / Math.max(100, plot.clientWidth);
    const open = new Map(), free = [], paths = { wait: [], again: [] };
    KINDS.forEach(kind => { paths[kind] = []; });
    const close = (kind, o) => paths[kind].push('M' + o.a.toFixed(0) + ' ' + o.y + 'h' +
      (o.b - o.a > 5 * pixel ? o.b - o.a - pixel : Math.max(o.b - o.a, pixel * .6)).toFixed(0));
    const draw = (kind, lane, y, start, end) => {
      if (end < from || start > to) return;
      const a = Math.max(-WIDTH, (start - from) * scale), b = Math.min(2 * WIDTH, (end - from) * scale);
      const key = kind + lane, o = open.get(key);
      if (o && a - o.b < pixel / 2 && (b - a < pixel / 2 || o.b - o.a < pixel / 2)) { o.b = Math.max(o.b, b); return; }
      if (o) close(kind, o);
      open.set(key, { a, b, y, kind });
    };
    for (const [start, run, wait, lane, k, index, again] of attempts) {
      const y = height * (lane + .5), queued = Math.max(start - wait, free[lane] || 0);
      if (wanted(index, k, again)) {
        if (queued < start) draw('wait', lane, y, queued, start);
        draw(KINDS[k], lane, k === 1 ? height * (lane + .75) : y, start, start + run);
        if (again) draw('again', lane, height * (lane + .92), start, start + run);
      }
      free[lane] = Math.max(free[lane] || 0, start + run);
    }
    open.forEach(o => close(o.kind, o));
    return paths;
  }

  function markup(paths) {
    const part = (c, list) => list.length ? '<path class="' + c + '" d="' + list.join('') + '"></path>' : '';
    return part('wait', paths.wait) + part('delivered', paths.delivered) + part('retried', paths.retried) +
      part('failed', paths.failed) + part('hollow', paths.failed) + part('unfinished', paths.unfinished) +
      part('again', paths.again);
  }

  function axis() {
    const wish = (to - from) / 4, power = 10 ** Math.floor(Math.log10(wish));
    const step = (wish > 5e7 && CLOCK.find(s => s >= wish)) || [1, 2, 5, 10].find(s => s * power >= wish) * power;
    let out = '';
    for (let t = Math.ceil(from / step) * step; t <= to; t += step) {
      const percent = 100 * (t - from) / (to - from), x = percent.toFixed(2) + '%';
      const anchor = percent < 4 ? 'start' : percent > 94 ? 'end' : 'middle';
      out += '<line x1="' + x + '" x2="' + x + '" y1="0" y2="4"></line><text x="' + x + '" y="16" text-anchor="' +
        anchor + '">' + moment(t, step) + '</text>';
    }
    return out;
  }

  function redraw() {
    const filtered = search.value.trim() !== '' || show.value !== 'all', zoomed = from > 0 || to < span;
    const wanted = matcher();
    if (!filtered && !zoomed) {
      bars.innerHTML = whole.bars;
    } else {
      const all = filtered ? '<g class="dim">' + markup(strokes(() => true)) + '</g>' : '';
      bars.innerHTML = all + markup(strokes(wanted));
    }
    ticks.innerHTML = zoomed ? axis() : whole.ticks;
    let said = zoomed ? moment(from, (to - from) / 10) + ' to ' + moment(to, (to - from) / 10) : '';
    if (filtered) {
      const found = attempts.reduce((n, a) => n + (wanted(a[5], a[4], a[6]) ? 1 : 0), 0);
      said += (said ? ', ' : '') + found + ' found';
    }
    output.textContent = said;
    for (const row of table ? table.querySelectorAll('tbody tr') : []) {
      const kind = WORDS.indexOf(row.lastElementChild.textContent);
      const again = row.lastElementChild.previousElementSibling.textContent !== '0';
      row.hidden = !wanted(Number(row.firstElementChild.textContent) - 1, kind, again);
    }
  }

  function zoom(factor, at) {
    const width = Math.min(span, Math.max(20, (to - from) * factor));
    from = Math.min(Math.max(0, at - (at - from) * width / (to - from)), span - width);
    to = from + width;
    redraw();
  }
  function move(part) {
    const width = to - from;
    from = Math.min(Math.max(0, from + part * width), span - width);
    to = from + width;
    redraw();
  }
  const act = {
    in: () => zoom(.5, (from + to) / 2), out: () => zoom(2, (from + to) / 2),
    left: () => move(-.5), right: () => move(.5), all: () => { from = 0; to = span; redraw(); },
  };
  controls.addEventListener('click', e => { const what = e.target.dataset.do; if (what) act[what](); });
  controls.addEventListener('input', redraw);
  const keys = { '+': 'in', '=': 'in', '-': 'out', ArrowLeft: 'left', ArrowRight: 'right', '0': 'all' };
  plot.addEventListener('keydown', e => {
    if (keys[e.key] && !e.ctrlKey && !e.metaKey && !e.altKey) { act[keys[e.key]](); e.preventDefault(); }
  });

  const timeAt = e => {
    const box = plot.getBoundingClientRect();
    return from + (e.clientX - box.left) / box.width * (to - from);
  };
  plot.addEventListener('dblclick', e => zoom(e.shiftKey ? 4 : .25, timeAt(e)));
  plot.addEventListener('mousemove', e => {
    const box = plot.getBoundingClientRect(), at = timeAt(e), lane = Math.floor((e.clientY - box.top) / height);
    const reach = 3 * (to - from) / box.width;
    let best = null;
    for (const a of attempts) {
      if (a[0] - reach > at) break;
      if (a[3] === lane && a[0] + a[1] + reach >= at) best = a;
    }
    if (!best) { tip.hidden = true; return; }
    const [start, run, wait, , k, index, again] = best;
    tip.textContent = 'Task ' + (index + 1) + (name(index) ? ', ' + name(index) : '') + ': ' + WORDS[k] +
      (again ? ', asked again inside' : '') + '\nran ' + time(run) +
      ' from ' + time(start) + ', waited ' + time(wait) + '\nworker ' + phase.lanes[lane];
    tip.hidden = false;
    const left = Math.min(e.pageX + 12, document.documentElement.clientWidth - tip.offsetWidth - 4);
    tip.style.left = Math.max(0, left) + 'px';
    tip.style.top = (e.pageY + 16) + 'px';
  });
  plot.addEventListener('mouseleave', () => { tip.hidden = true; });
}
document.querySelectorAll('.gantt').forEach(setUp);
