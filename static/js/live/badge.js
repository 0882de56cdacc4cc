/* The connection badge: green live, yellow HTTP mode, red connection error; the last two with the age of the last message. */
const { ageInWords, setText } = window.linesight;

/** The banner of a wall appears only when the connection has been silent for this long. */
const bannerAfterMs = 5_000;

/** `hasBanner`: the page's banner says that this connection is lost; where the page has another one, that says it. */
export function createBadge({ hasBanner = true } = {}) {
  const badge = document.getElementById('live-badge');
  const stale = hasBanner ? document.getElementById('stale') : null;
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
      stale.hidden = state !== 'lost' || silentMs === null || silentMs < bannerAfterMs;
      setText(stale.querySelector('[data-stale-since]'), age);
    },
  };
}
