/** How long after a full screen has ended Escape is still the key that ended it. */
const settleMs = 500;

/** A button that shows `element` on the whole screen, where the browser can. */
export function createFullScreen(element, button) {
  let endedAt = Number.NEGATIVE_INFINITY;
  if (!button || !document.fullscreenEnabled || !element.requestFullscreen) {
    return { toggle: () => {}, leave: () => false };
  }
  const isOn = () => document.fullscreenElement === element;
  const toggle = () => (isOn() ? document.exitFullscreen() : element.requestFullscreen()).catch(() => {});
  button.hidden = false;
  button.addEventListener('click', toggle);
  document.addEventListener('fullscreenchange', () => {
    if (!isOn()) endedAt = performance.now();
    button.setAttribute('aria-pressed', String(isOn()));
  });
  return {
    toggle,
    /** Returns whether Escape was for the full screen, which a browser itself may have ended already. */
    leave(event) {
      if (isOn()) {
        toggle();
        return true;
      }
      return event.timeStamp - endedAt < settleMs;
    },
  };
}
