/* Says whether pictures come: green live, yellow HTTP mode, red connection error, each with the age of the last word. */
const { ageInWords, setText } = window.linesight;

/** A wall in trouble for less than this keeps its banner down. */
const BANNER_MS = 5_000;

export function createBadge() {
  const badge = document.getElementById('live-badge');
  const stale = document.getElementById('stale');
  let state = 'connecting';
  const show = (next) => {
    state = next;
    document.documentElement.dataset.feed = next;
    badge.dataset.state = next;
    setText(badge.querySelector('[data-badge-word]'), badge.dataset[next] ?? '');
  };
  show(state);
  return {
    show,
    tick(silentMs) {
      const age = silentMs === null ? '' : ageInWords(silentMs);
      setText(badge.querySelector('[data-badge-age]'), state === 'live' ? '' : age);
      if (!stale) return;
      stale.hidden = state !== 'lost' || silentMs === null || silentMs < BANNER_MS;
      setText(stale.querySelector('[data-stale-since]'), age);
    },
  };
}
