/*
 * The server's time, independent of this machine's clock. Every message carries it; a delayed message is too early, so
 * the latest of the last few samples counts. performance.now() keeps running when the system clock is set.
 */
const maxSamples = 8;
/** A jump larger than this means the machine slept or its clock was set. */
const jumpMs = 5_000;

/** `renderedAt`, the page's own server time, counts from the start of loading: too old is safe, too young is not. */
export function createServerClock(renderedAt) {
  let offsets = Number.isFinite(renderedAt) ? [renderedAt] : [];
  const drift = () => Date.now() - performance.now();
  let lastDrift = drift();
  return {
    addSample(serverAt) {
      if (!Number.isFinite(serverAt)) return;
      offsets = [...offsets, serverAt - performance.now()].slice(-maxSamples);
    },
    /** For a new connection: the server's clock may have been set in between. */
    reset() {
      offsets = [];
    },
    /** Epoch ms; null where no time is known. */
    now: () => (offsets.length === 0 ? null : performance.now() + Math.max(...offsets)),
    /**
     * Whether time has jumped since the last call. After a jump forward pictures count as older until the next sample.
     */
    hasJumped() {
      const changeMs = drift() - lastDrift;
      lastDrift += changeMs;
      if (Math.abs(changeMs) <= jumpMs) return false;
      if (changeMs > 0) offsets = offsets.map((offset) => offset + changeMs);
      return true;
    },
  };
}
