/*
 * What the plant's folders are doing now, on pages of live images: their socket carries pictures alone, so this fragment
 * is asked for now and then.
 */

const { showDataAge, showSign } = window.linesight;

const everyMs = 15_000;

/** Keeps the banners above the pictures and the badge in the bar true; call `tick` every second. */
export function createPlantNow({ now }) {
  const container = document.getElementById('plant-now');
  const badge = document.getElementById('connection');

  async function refresh() {
    const answer = await fetch('/plant/now', { headers: { 'HX-Request': 'true' } }).catch(() => null);
    if (badge) badge.dataset.state = answer?.ok ? 'live' : 'lost';
    if (!answer?.ok) return;
    const { body } = new DOMParser().parseFromString(await answer.text(), 'text/html');
    showSign(body.querySelector('#plant-data')?.dataset);
    if (container.innerHTML !== body.innerHTML) container.replaceChildren(...body.childNodes);
  }

  if (container) {
    setInterval(refresh, everyMs);
    void refresh();
  }
  return {
    tick: () => {
      const at = now();
      if (at !== null) showDataAge(at);
    },
  };
}
