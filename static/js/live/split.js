/* The slider between two pictures laid over each other: a line to drag, and a range field for keys. */
const gripPx = 20;

/** The slider is on while the stage's data-view is "slider". */
export function createSplit(stage, panes) {
  const label = stage.querySelector('[data-split]');
  const field = label?.querySelector('input');
  let isHeld = false;

  function show(share) {
    const view = panes.querySelector('.live-view');
    if (!view || !field) return;
    field.value = share * 100;
    panes.style.setProperty('--split', `${share * 100}%`);
    panes.style.setProperty(
      '--split-at',
      `${view.offsetLeft + panesLeft(view) + share * view.clientWidth}px`,
    );
  }

  function panesLeft(view) {
    return view.getBoundingClientRect().left - panes.getBoundingClientRect().left - view.offsetLeft;
  }

  const share = () => Number(field.value) / 100;
  const isOn = () => stage.dataset.view === 'slider';
  const shareAt = ({ clientX }) => {
    const box = panes.querySelector('.live-view').getBoundingClientRect();
    return Math.min(1, Math.max(0, (clientX - box.left) / box.width));
  };

  field?.addEventListener('input', () => show(share()));
  panes.addEventListener('pointermove', (event) => isHeld && show(shareAt(event)));
  for (const end of ['pointerup', 'pointercancel']) {
    panes.addEventListener(end, () => {
      isHeld = false;
    });
  }
  return {
    /** Starts a drag if the press is near the line, and returns whether it did. */
    grab(event) {
      if (!isOn() || !field) return false;
      const box = panes.querySelector('.live-view').getBoundingClientRect();
      if (Math.abs(event.clientX - box.left - share() * box.width) > gripPx) return false;
      isHeld = true;
      panes.setPointerCapture(event.pointerId);
      return true;
    },
    refresh() {
      if (!label) return;
      label.hidden = !isOn();
      if (isOn()) show(share());
    },
  };
}
