/* The server-rendered parts of the camera page around the picture: steps, history strip, defects. */

const partIds = ['live-mode', 'live-nav', 'live-history', 'live-defects'];

/** Replaces the parts by those of another rendering, except one whose input has the focus. */
export function replaceParts(page) {
  for (const id of partIds) {
    const shown = document.getElementById(id);
    const next = page.getElementById(id);
    const isInUse = shown?.contains(document.activeElement) && document.activeElement.matches('input');
    if (shown && next && !isInUse && !shown.isEqualNode(next)) replaceKeepingFocus(shown, next);
  }
}

/** The focus goes to the same link, else the same step, else the first control. */
function replaceKeepingFocus(shown, next) {
  const { activeElement } = document;
  const name = shown.contains(activeElement) ? activeElement.dataset.step : undefined;
  const href = activeElement?.getAttribute('href');
  shown.replaceWith(document.adoptNode(next));
  if (name === undefined) return;
  const same = [...next.querySelectorAll(`[data-step="${name}"]`)];
  const target =
    same.find((link) => link.getAttribute('href') === href) ?? same[0] ?? next.querySelector('a, button');
  target?.focus({ preventScroll: true });
}

/** The strip is refreshed after the picture: until it contains the new picture, it marks none. */
export function clearStripMark() {
  document.querySelector('#live-history [aria-current]')?.removeAttribute('aria-current');
}
