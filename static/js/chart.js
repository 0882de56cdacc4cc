/*
 * Charts: the values at the pointer, the finger or the arrow keys, at the same time on every chart of the page, and a range
 * chosen by drawing across one. The numbers come from the table below each chart. Without this file that table and the
 * page's period do the same.
 */
(() => {
  /** A shorter way of the pointer, in pixels, is a click and no range. */
  const minDragPx = 8;

  /** The range being drawn: where it began, in its plot. */
  let drag = null;

  const plotOf = (target) => target.closest?.('[data-chart-plot]');
  const areaOf = (plot) => plot.querySelector('.chart-area > svg');
  const partOf = (plot, name) => plot.querySelector(`[data-chart-${name}]`);
  const rowsOf = (plot) => [...plot.closest('[data-chart]').querySelectorAll('tbody tr')];

  /** The drawing itself, without the room for the labels of the axis. */
  function drawnBox(plot) {
    const svg = areaOf(plot);
    const box = svg.getBoundingClientRect();
    const padding = Number.parseFloat(getComputedStyle(svg).paddingLeft) || 0;
    return { left: box.left + padding, width: Math.max(1, box.width - padding), padding };
  }

  function timeAt(plot, clientX) {
    const { startAt, endAt } = plot.dataset;
    const { left, width } = drawnBox(plot);
    const share = Math.min(1, Math.max(0, (clientX - left) / width));
    return Number(startAt) + share * (endAt - startAt);
  }

  function placeOf(plot, at) {
    const { startAt, endAt } = plot.dataset;
    const { width, padding } = drawnBox(plot);
    return padding + ((at - startAt) / (endAt - startAt)) * width;
  }

  const middleOf = ({ dataset }) => (Number(dataset.from) + Number(dataset.to)) / 2;

  function nearestRow(plot, at) {
    let nearest = null;
    for (const row of rowsOf(plot)) {
      if (nearest === null || Math.abs(middleOf(row) - at) < Math.abs(middleOf(nearest) - at)) nearest = row;
    }
    return nearest;
  }

  /** The row as a line of text, such as "10:00–10:05 · Yield 97.8 % · Inspected 412". */
  function textOf(row) {
    const heads = [...row.closest('table').querySelectorAll('thead th')];
    const cells = [...row.children].map((cell, i) => {
      const text = cell.textContent.replaceAll(/\s+/g, ' ').trim();
      if (text === '') return '';
      return i === 0 ? text : `${heads[i].textContent.trim()} ${text}`;
    });
    return cells.filter(Boolean).join(' · ');
  }

  function showRow(plot, row, isSpoken) {
    const cross = partOf(plot, 'cross');
    const tip = partOf(plot, 'tip');
    const left = placeOf(plot, middleOf(row));
    cross.hidden = false;
    cross.style.left = `${left}px`;
    tip.hidden = !isSpoken;
    plot.dataset.row = rowsOf(plot).indexOf(row);
    if (!isSpoken) return;
    const text = textOf(row);
    if (tip.textContent !== text) tip.textContent = text;
    const room = plot.clientWidth - tip.offsetWidth;
    tip.style.left = `${Math.max(0, Math.min(room, left - tip.offsetWidth / 2))}px`;
  }

  /** Shows one time on every chart of the page, in words on each: they are compared. */
  function showTime(at) {
    for (const plot of document.querySelectorAll('[data-chart-plot]')) {
      const row = nearestRow(plot, at);
      if (row) showRow(plot, row, true);
    }
  }

  function hideAll() {
    for (const part of document.querySelectorAll('[data-chart-cross], [data-chart-tip], [data-chart-chosen]'))
      part.hidden = true;
  }

  function moveByKey(event, plot) {
    const step = {
      ArrowLeft: -1,
      ArrowRight: 1,
      Home: Number.NEGATIVE_INFINITY,
      End: Number.POSITIVE_INFINITY,
    }[event.key];
    const rows = rowsOf(plot);
    if (step === undefined || rows.length === 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const now = plot.dataset.row === undefined ? (step < 0 ? rows.length : -1) : Number(plot.dataset.row);
    showTime(middleOf(rows[Math.min(rows.length - 1, Math.max(0, now + step))]));
  }

  function showChosen() {
    const { plot, fromX, toX } = drag;
    const chosen = partOf(plot, 'chosen');
    const origin = areaOf(plot).getBoundingClientRect().left;
    chosen.hidden = false;
    chosen.style.left = `${Math.min(fromX, toX) - origin}px`;
    chosen.style.width = `${Math.abs(toX - fromX)}px`;
  }

  /** Opens this page for the time from the beginning of one point to the end of another. */
  function openRange(plot, fromX, toX) {
    const first = nearestRow(plot, timeAt(plot, Math.min(fromX, toX)));
    const last = nearestRow(plot, timeAt(plot, Math.max(fromX, toX)));
    if (!first || !last) return;
    const address = new URL(location.href);
    for (const name of ['before', 'after', 'startOffset', 'endOffset']) address.searchParams.delete(name);
    address.searchParams.set('period', 'custom');
    address.searchParams.set('start', first.dataset.start);
    address.searchParams.set('end', last.dataset.end);
    address.hash = '';
    location.assign(address);
  }

  document.addEventListener('pointerdown', (event) => {
    const plot = plotOf(event.target);
    if (!plot || event.button !== 0) {
      hideAll();
      return;
    }
    drag = { plot, fromX: event.clientX, toX: event.clientX };
    showTime(timeAt(plot, event.clientX));
  });
  document.addEventListener('pointermove', (event) => {
    if (drag && !drag.plot.isConnected) drag = null;
    const plot = drag?.plot ?? plotOf(event.target);
    if (!plot) return;
    showTime(timeAt(plot, event.clientX));
    if (!drag) return;
    drag.toX = event.clientX;
    if (Math.abs(drag.toX - drag.fromX) >= minDragPx) showChosen();
  });
  document.addEventListener('pointerup', () => {
    if (!drag) return;
    const { plot, fromX, toX } = drag;
    drag = null;
    if (plot.isConnected && Math.abs(toX - fromX) >= minDragPx) openRange(plot, fromX, toX);
  });
  document.addEventListener('pointercancel', () => {
    drag = null;
    hideAll();
  });
  document.addEventListener('pointerout', (event) => {
    const plot = plotOf(event.target);
    if (plot && !drag && event.pointerType === 'mouse' && !plot.contains(event.relatedTarget)) hideAll();
  });
  document.addEventListener('focusout', ({ target }) => {
    if (plotOf(target) === target) hideAll();
  });
  document.addEventListener(
    'keydown',
    (event) => {
      if (event.key === 'Escape') {
        drag = null;
        hideAll();
      }
      if (plotOf(event.target) === event.target) moveByKey(event, event.target);
    },
    { capture: true },
  );
})();
