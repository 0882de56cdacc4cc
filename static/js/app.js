/*
 * What pages do beyond links and forms: filters that submit themselves, arrow keys on images, zoom, copying a path,
 * thumbnails that slide in, and lists that wait with their new order while somebody points at them.
 * Every page works without this file.
 */
(() => {
  const isField = (element) =>
    element.matches('input:not([type="radio"]), select, textarea:not([readonly]), [contenteditable]');

  /* A choice made by keyboard keeps the focus on the page it leads to, so that the next key can go on from there. */
  function createChoices() {
    const key = 'chosen-by-keyboard';
    let isByKeyboard = false;
    const listen = (event, value) =>
      document.addEventListener(
        event,
        () => {
          isByKeyboard = value;
        },
        true,
      );
    listen('keydown', true);
    listen('pointerdown', false);
    const inStorage = (action) => {
      try {
        return action(sessionStorage);
      } catch {
        return null;
      }
    };
    return {
      keep: (name) => isByKeyboard && inStorage((storage) => storage.setItem(key, name)),
      goOn: () => {
        const name = inStorage((storage) => storage.getItem(key));
        if (name === null) return;
        inStorage((storage) => storage.removeItem(key));
        const isIt = (field) => field.name === name && (field.type !== 'radio' || field.checked);
        const fields = [...document.querySelectorAll('[data-auto-submit] select, [data-auto-submit] input')];
        fields.find(isIt)?.focus({ preventScroll: true });
      },
    };
  }

  /* Filters: presets go at once, "Custom" waits for its button; fields that say nothing stay out of the URL. */
  function startFilters() {
    const choices = createChoices();
    choices.goOn();
    document.addEventListener('change', ({ target }) => {
      const form = target.form;
      if (!form?.matches('[data-auto-submit]') || target.value === 'custom') return;
      if (!target.matches('select, [type="radio"]')) return;
      choices.keep(target.name);
      form.requestSubmit();
    });
    document.addEventListener('submit', ({ target }) => {
      if (!target.matches('[data-auto-submit]')) return;
      const period = target.querySelector('[name="period"]:checked');
      const hasNoRange = period && period.value !== 'custom';
      for (const field of target.querySelectorAll('select, [type="datetime-local"]')) {
        field.disabled = field.value === '' || (hasNoRange && field.type === 'datetime-local');
      }
    });
    window.addEventListener('pageshow', ({ persisted }) => {
      for (const field of document.querySelectorAll('[data-auto-submit] :disabled')) field.disabled = false;
      // A page that Back brings from memory still shows the choice that led away from it.
      if (persisted) for (const form of document.querySelectorAll('[data-auto-submit]')) form.reset();
    });
  }

  /* A page can be used before its script has arrived: a choice made by then is submitted now. */
  function submitEarlyChoice() {
    const isEarly = (field) => {
      if (field.matches('select')) {
        const { options, selectedIndex } = field;
        return (
          selectedIndex !==
          Math.max(
            0,
            [...options].findIndex((option) => option.defaultSelected),
          )
        );
      }
      return field.matches('[type="radio"]:checked:not([value="custom"])') && !field.defaultChecked;
    };
    const forms = [...document.querySelectorAll('[data-auto-submit]')];
    forms.find((form) => [...form.elements].some(isEarly))?.requestSubmit();
  }

  startFilters();
  submitEarlyChoice();

  /* Arrow keys walk over thumbnails as the eye sees them; page keys turn the page. */
  function walk(event, shot, grid) {
    const shots = [...grid.querySelectorAll('.shot')];
    const at = shots.indexOf(shot);
    const inRow = shots.filter(({ offsetTop }) => offsetTop === shot.offsetTop).length;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -inRow, ArrowDown: inRow };
    const ends = { Home: shots[0], End: shots[shots.length - 1] };
    const next = event.key in steps ? shots[at + steps[event.key]] : ends[event.key];
    const turn = { PageUp: 'prev', PageDown: 'next' }[event.key];
    const page = turn && document.querySelector(`.pager [rel="${turn}"]`);
    if (page) page.click();
    if (next) next.focus();
    if (page || next) event.preventDefault();
  }

  /* The page of one image: arrows go to the neighbours, with Shift to the next NG. */
  function goToNeighbour(event) {
    const name = { ArrowLeft: 'previous', ArrowRight: 'next' }[event.key];
    const link = name && document.querySelector(`[data-go="${name}${event.shiftKey ? 'Ng' : ''}"]`);
    if (!link || (viewer?.isZoomed() && !event.shiftKey)) return;
    event.preventDefault();
    link.click();
  }

  document.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || isField(event.target)) return;
    const shot = event.target.closest('a.shot');
    const grid = shot?.closest('[data-grid], .strip');
    if (grid) return walk(event, shot, grid);
    goToNeighbour(event);
    if (viewer) viewer.onKey(event);
  });

  /* Zoom */
  const LEAST_ZOOM = 0.05;
  const MOST_ZOOM = 16;
  const STEP = 1.25;
  const figure = document.querySelector('[data-viewer]');
  const stage = figure?.querySelector('.viewer-stage');
  const viewer = stage && createViewer(figure, stage);

  function createViewer(frame, place) {
    const image = place.querySelector('img');
    const tools = frame.querySelector('[data-zoom-tools]');
    const value = frame.querySelector('[data-zoom-value]');
    let zoom = null;

    const fitZoom = () =>
      Math.min(place.clientWidth / image.naturalWidth, place.clientHeight / image.naturalHeight) || 1;

    function show() {
      value.textContent = `${Math.round((zoom === null ? fitZoom() : zoom) * 100)} %`;
      place.classList.toggle('is-zoomed', zoom !== null);
    }

    /** Keeps the point of the image under `x`, `y` (within the stage) where it is. */
    function zoomTo(next, x = place.clientWidth / 2, y = place.clientHeight / 2) {
      const before = zoom === null ? fitZoom() : zoom;
      const offset = (size, inner) => Math.max(0, (size - inner) / 2);
      const pointX = (place.scrollLeft + x - offset(place.clientWidth, image.naturalWidth * before)) / before;
      const pointY =
        (place.scrollTop + y - offset(place.clientHeight, image.naturalHeight * before)) / before;
      zoom = next === null ? null : Math.min(Math.max(MOST_ZOOM, fitZoom()), Math.max(LEAST_ZOOM, next));
      image.style.width = zoom === null ? '' : `${image.naturalWidth * zoom}px`;
      image.style.height = zoom === null ? '' : `${image.naturalHeight * zoom}px`;
      show();
      if (zoom === null) return;
      place.scrollLeft = pointX * zoom + offset(place.clientWidth, image.naturalWidth * zoom) - x;
      place.scrollTop = pointY * zoom + offset(place.clientHeight, image.naturalHeight * zoom) - y;
    }

    const by = (factor, x, y) => zoomTo((zoom === null ? fitZoom() : zoom) * factor, x, y);
    const actions = {
      in: () => by(STEP),
      out: () => by(1 / STEP),
      fit: () => zoomTo(null),
      one: () => zoomTo(1),
    };
    const keys = { '+': 'in', '=': 'in', '-': 'out', 0: 'fit', 1: 'one', Escape: 'fit' };

    frame.addEventListener('click', ({ target }) => {
      const button = target.closest('[data-zoom]');
      if (button) actions[button.dataset.zoom]();
    });
    place.addEventListener('dblclick', ({ offsetX, offsetY }) => {
      zoomTo(zoom === null ? Math.max(1, fitZoom() * 2) : null, offsetX, offsetY);
    });
    place.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault();
        const box = place.getBoundingClientRect();
        by(event.deltaY < 0 ? STEP : 1 / STEP, event.clientX - box.left, event.clientY - box.top);
      },
      { passive: false },
    );
    let grip = null;
    place.addEventListener('pointerdown', (event) => {
      if (zoom === null || event.pointerType !== 'mouse' || event.button !== 0) return;
      grip = { x: event.clientX + place.scrollLeft, y: event.clientY + place.scrollTop };
      place.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    place.addEventListener('pointermove', (event) => {
      if (grip) place.scrollTo(grip.x - event.clientX, grip.y - event.clientY);
    });
    for (const end of ['pointerup', 'pointercancel']) {
      place.addEventListener(end, () => {
        grip = null;
      });
    }

    image.draggable = false;
    tools.hidden = false;
    if (image.complete) show();
    image.addEventListener('load', show);
    window.addEventListener('resize', show);
    return {
      isZoomed: () => zoom !== null && zoom > fitZoom(),
      onKey: ({ key }) => key in keys && actions[keys[key]](),
    };
  }

  /* What only works here is shown only here. */
  for (const element of document.querySelectorAll('[data-copy], [data-needs-js]')) element.hidden = false;

  document.addEventListener('click', async ({ target }) => {
    const button = target.closest('[data-copy]');
    if (!button) return;
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      // Plain HTTP on a factory network is no secure context; the old way works there.
      document.execCommand('copy');
    }
    button.querySelector('span').textContent = button.dataset.done;
  });

  /* A new thumbnail slides in. */
  function slideNewIn(changes) {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) if (node.matches?.('.shot')) node.classList.add('is-new');
    }
  }

  new MutationObserver(slideNewIn).observe(document.getElementById('main'), {
    childList: true,
    subtree: true,
  });

  /* A list takes the order its page says, but not while somebody points at it or has the focus in it. */
  function keepOrders() {
    const isHeld = (list) =>
      list.matches('[data-hold-order]') && (list.matches(':hover') || list.contains(document.activeElement));
    const sort = (list, ids) => {
      const place = ({ id }) =>
        ids.includes(id) ? ids.indexOf(id) : id.endsWith('-order') ? ids.length : -1;
      const items = [...list.children].sort((a, b) => place(a) - place(b));
      if (items.some((item, i) => item !== list.children[i])) list.append(...items);
    };

    /** A list that comes as a whole is put into the order shown, what is new at its end. */
    function holdOrder({ detail }) {
      for (const { fragment } of detail.tasks) {
        for (const next of fragment.querySelectorAll('[data-hold-order]')) {
          const shown = document.getElementById(next.id);
          if (!shown || !isHeld(shown)) continue;
          const ids = [...shown.children].map(({ id }) => id);
          const isNew = ({ id }) => !ids.includes(id);
          sort(next, [...ids, ...[...next.children].filter(isNew).map(({ id }) => id)]);
        }
      }
    }

    function takeOrders() {
      for (const { dataset } of document.querySelectorAll('[data-order-of]')) {
        const list = document.getElementById(dataset.orderOf);
        if (list && !isHeld(list)) sort(list, dataset.order.split(' '));
      }
    }

    document.addEventListener('htmx:before:swap', holdOrder);
    document.addEventListener('htmx:after:swap', takeOrders);
    for (const leave of ['mouseout', 'focusout', 'pointerup']) {
      document.addEventListener(leave, () => setTimeout(takeOrders, 400));
    }
  }

  /* A focus whose element a live change takes away goes to what stands in its place, not to the top of the page. */
  function keepFocus() {
    const focusable = 'a[href], button, input, select, textarea, [tabindex]';
    let lost = null;
    document.addEventListener('htmx:before:swap', () => {
      const { activeElement } = document;
      const place = activeElement?.parentElement?.closest('[id]');
      lost = place && { id: place.id, at: [...place.querySelectorAll(focusable)].indexOf(activeElement) };
    });
    document.addEventListener('htmx:after:swap', () => {
      if (!lost || document.activeElement !== document.body) return;
      const place = document.getElementById(lost.id);
      place?.querySelectorAll(focusable)[lost.at]?.focus({ preventScroll: true });
    });
  }

  keepOrders();
  keepFocus();
})();
