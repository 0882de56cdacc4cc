/*
 * Every page: filters that submit themselves, the key that leads to the search, arrow keys over thumbnails, copy buttons, thumbnails that slide in, and
 * what a live change must not disturb (the order of a list in use, the focus). Every page works without this file.
 */
(() => {
  const { isTextField, setText } = window.linesight;

  /** How long after the pointer or focus has left a list its order is updated. */
  const reorderDelayMs = 400;
  const doneMs = 2000;

  /* Filters */

  /** Keeps the focus on a filter chosen by keyboard across the page load it causes. */
  function createFilterFocus() {
    const key = 'chosen-by-keyboard';
    let isByKeyboard = false;
    const setOn = (event, value) =>
      document.addEventListener(
        event,
        () => {
          isByKeyboard = value;
        },
        true,
      );
    setOn('keydown', true);
    setOn('pointerdown', false);
    const withStorage = (action) => {
      try {
        return action(sessionStorage);
      } catch {
        return null;
      }
    };
    return {
      save: (name) => isByKeyboard && withStorage((storage) => storage.setItem(key, name)),
      restore: () => {
        const name = withStorage((storage) => storage.getItem(key));
        if (name === null) return;
        withStorage((storage) => storage.removeItem(key));
        const isSaved = (field) => field.name === name && (field.type !== 'radio' || field.checked);
        const fields = [...document.querySelectorAll('[data-auto-submit] select, [data-auto-submit] input')];
        fields.find(isSaved)?.focus({ preventScroll: true });
      },
    };
  }

  /** Presets submit at once, "Custom" waits for its button; empty fields are left out of the URL. */
  function startFilters() {
    const focus = createFilterFocus();
    focus.restore();
    document.addEventListener('change', ({ target }) => {
      const form = target.form;
      if (!form?.matches('[data-auto-submit]') || target.value === 'custom') return;
      if (!target.matches('select, [type="radio"]')) return;
      focus.save(target.name);
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
      // A page restored by Back still has the choice that led away from it.
      if (persisted) for (const form of document.querySelectorAll('[data-auto-submit]')) form.reset();
    });
  }

  /** Submits a filter that was changed before this script had loaded. */
  function submitEarlyChoice() {
    const isChanged = (field) => {
      if (field.matches('select')) {
        const { options, selectedIndex } = field;
        const defaultIndex = [...options].findIndex((option) => option.defaultSelected);
        return selectedIndex !== Math.max(0, defaultIndex);
      }
      return field.matches('[type="radio"]:checked:not([value="custom"])') && !field.defaultChecked;
    };
    const forms = [...document.querySelectorAll('[data-auto-submit]')];
    forms.find((form) => [...form.elements].some(isChanged))?.requestSubmit();
  }

  /* Search */

  /** `/` leads into the field of the page or of the bar, on a phone into that of its menu; Escape leaves it. */
  function startSearchKey() {
    const isShown = (element) => element.getClientRects().length > 0;
    const fieldToUse = () => {
      const fields = [...document.querySelectorAll('[data-search]')];
      const inPage = fields.find((field) => field.closest('main'));
      return inPage ?? fields.find(isShown) ?? fields.find((field) => field.closest('.menu'));
    };
    document.addEventListener('keydown', (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
      if (event.key === 'Escape' && event.target.matches('[data-search]')) event.target.blur();
      if (event.key !== '/' || isTextField(event.target)) return;
      const field = fieldToUse();
      if (!field) return;
      event.preventDefault();
      field.closest('details')?.setAttribute('open', '');
      field.focus();
      field.select();
    });
  }

  /* Thumbnails */

  /** Arrow keys move between thumbnails as they are laid out, PageUp and PageDown between pages. */
  function startThumbnailKeys() {
    document.addEventListener('keydown', (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey || isTextField(event.target)) return;
      const shot = event.target.closest('a.shot');
      const grid = shot?.closest('[data-grid], .strip');
      if (grid) moveFrom(shot, grid, event);
    });
  }

  function moveFrom(shot, grid, event) {
    const shots = [...grid.querySelectorAll('.shot')];
    const index = shots.indexOf(shot);
    const perRow = shots.filter(({ offsetTop }) => offsetTop === shot.offsetTop).length;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -perRow, ArrowDown: perRow };
    const ends = { Home: shots[0], End: shots[shots.length - 1] };
    const next = event.key in steps ? shots[index + steps[event.key]] : ends[event.key];
    const turn = { PageUp: 'prev', PageDown: 'next' }[event.key];
    const page = turn && document.querySelector(`.pager [rel="${turn}"]`);
    if (page) page.click();
    if (next) next.focus();
    if (page || next) event.preventDefault();
  }

  /** New thumbnails slide in. */
  function animateNewThumbnails() {
    const markNew = (changes) => {
      for (const { addedNodes } of changes) {
        for (const node of addedNodes) if (node.matches?.('.shot')) node.classList.add('is-new');
      }
    };
    new MutationObserver(markNew).observe(document.getElementById('main'), {
      childList: true,
      subtree: true,
    });
  }

  /* Copy buttons */

  function startCopyButtons() {
    document.addEventListener('click', async ({ target }) => {
      const button = target.closest('[data-copy]');
      if (!button) return;
      await copyFrom(document.getElementById(button.dataset.copy));
      button.querySelector('span').textContent = button.dataset.done;
    });
  }

  async function copyFrom(field) {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      // The clipboard API needs a secure context, which plain HTTP on a factory network is not.
      document.execCommand('copy');
    }
  }

  /** A link that is copied instead of followed; without this script it leads to the address to be copied. */
  function startCopyLinks() {
    document.addEventListener('click', async (event) => {
      const link = event.target.closest('a[data-copy-address]');
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const field = document.createElement('textarea');
      field.value = link.href;
      link.append(field);
      await copyFrom(field);
      field.remove();
      link.focus();
      link.querySelector('span').textContent = link.dataset.done;
      link.classList.add('is-done');
      setTimeout(() => link.classList.remove('is-done'), doneMs);
    });
  }

  function showCurrentTab() {
    const row = document.querySelector('.section-tabs');
    const tab = row?.querySelector('[aria-current]');
    if (tab) row.scrollLeft = tab.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  }

  function showScriptedControls() {
    for (const element of document.querySelectorAll('[data-copy], [data-needs-js]')) element.hidden = false;
  }

  /* Live changes */

  /** A list follows the order the server sends, but not while the pointer or the focus is in it. */
  function startListOrders() {
    /** The list under the pointer when it last moved: a banner that pushes the list away lets nothing jump. */
    let pointedId = null;
    document.addEventListener('mousemove', ({ target }) => {
      pointedId = target.closest('[data-hold-order]')?.id ?? null;
    });
    document.documentElement.addEventListener('mouseleave', () => {
      pointedId = null;
    });
    const isHeld = (list) =>
      list.matches('[data-hold-order]') && (list.id === pointedId || list.contains(document.activeElement));
    /** Unlisted items come first; the list's own order element is last. */
    const sort = (list, ids) => {
      const rank = ({ id }) => (ids.includes(id) ? ids.indexOf(id) : id.endsWith('-order') ? ids.length : -1);
      const items = [...list.children].sort((a, b) => rank(a) - rank(b));
      if (items.some((item, i) => item !== list.children[i])) list.append(...items);
    };

    /** A whole list that is about to be swapped in keeps the shown order, new items last. */
    function keepShownOrder({ detail }) {
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

    function applyOrders() {
      for (const { dataset } of document.querySelectorAll('[data-order-of]')) {
        const list = document.getElementById(dataset.orderOf);
        if (list && !isHeld(list)) sort(list, dataset.order.split(' '));
      }
    }

    document.addEventListener('htmx:before:swap', keepShownOrder);
    document.addEventListener('htmx:after:swap', applyOrders);
    for (const leave of ['mouseout', 'focusout', 'pointerup']) {
      document.addEventListener(leave, () => setTimeout(applyOrders, reorderDelayMs));
    }
  }

  /** When a swap removes the focused element, the one at its position gets the focus instead of the page's top. */
  function keepFocusAcrossSwaps() {
    const focusable = 'a[href], button, input, select, textarea, [tabindex]';
    let lost = null;
    document.addEventListener('htmx:before:swap', () => {
      const { activeElement } = document;
      const parent = activeElement?.parentElement?.closest('[id]');
      const index = parent ? [...parent.querySelectorAll(focusable)].indexOf(activeElement) : -1;
      lost = parent && { parentId: parent.id, index };
    });
    document.addEventListener('htmx:after:swap', () => {
      if (!lost || document.activeElement !== document.body) return;
      const parent = document.getElementById(lost.parentId);
      parent?.querySelectorAll(focusable)[lost.index]?.focus({ preventScroll: true });
    });
  }

  /** Keeps the offset of the page's time zone true on a page that is open when the clock is set. */
  function startZoneOffset() {
    const line = document.querySelector('[data-zone-offset]');
    if (!line) return;
    const { zoneOffset: timeZone } = line.dataset;
    const write = () => {
      try {
        const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'shortOffset' });
        const part = format.formatToParts(new Date()).find(({ type }) => type === 'timeZoneName');
        setText(line.querySelector('[data-offset]'), part.value.replace('GMT', 'UTC').replace(/\+0$/, ''));
      } catch {
        // An old browser cannot name offsets: what the page came with stays.
      }
    };
    setInterval(write, 60_000);
  }

  startFilters();
  startZoneOffset();
  submitEarlyChoice();
  startSearchKey();
  startThumbnailKeys();
  showScriptedControls();
  showCurrentTab();
  startCopyButtons();
  startCopyLinks();
  animateNewThumbnails();
  startListOrders();
  keepFocusAcrossSwaps();
})();
