/*
 * The server's time, whatever the clock of this machine says. A message that was long on its way tells too early a time,
 * so of the last few the latest counts; performance.now() ticks on when somebody sets the clock.
 */
const KEPT = 8;
/** The machine slept, or its clock was set: what was learnt before is no longer true. */
const LEAP_MS = 5_000;

export function createServerClock() {
  let offsets = [];
  const drift = () => Date.now() - performance.now();
  let lastDrift = drift();
  return {
    hear(serverAt) {
      if (!Number.isFinite(serverAt)) return;
      offsets = [...offsets, serverAt - performance.now()].slice(-KEPT);
    },
    /** Of another connection nothing is known yet: the server's clock may have been set meanwhile. */
    forget() {
      offsets = [];
    },
    /** Epoch ms; null until the server has told its time. */
    now: () => (offsets.length === 0 ? null : performance.now() + Math.max(...offsets)),
    /** Whether time has leapt since the last question. What was learnt is then forgotten. */
    hasLeapt() {
      const now = drift();
      const leapt = Math.abs(now - lastDrift) > LEAP_MS;
      lastDrift = now;
      if (leapt) offsets = [];
      return leapt;
    },
  };
}
