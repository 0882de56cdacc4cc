/*
 * The server's time, whatever the clock of this machine says. A message that was long on its way tells too early a time,
 * so of the last few the latest counts; performance.now() ticks on when somebody sets the clock.
 */
const KEPT = 8;
/** The machine slept, or its clock was set: what was learnt before is doubtful. */
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
    /**
     * Whether time has leapt since the last question. Until the server tells its time anew, pictures are taken for older
     * rather than for younger than they are: nobody may be there to tell it.
     */
    hasLeapt() {
      const leapMs = drift() - lastDrift;
      lastDrift += leapMs;
      if (Math.abs(leapMs) <= LEAP_MS) return false;
      if (leapMs > 0) offsets = offsets.map((offset) => offset + leapMs);
      return true;
    },
  };
}
