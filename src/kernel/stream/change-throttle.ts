import { changesBetween, type Fragment, hasSameFrame, snapshotOf, withOldParts } from './fragment.ts';

/** No part changes more than four times a second: its first change is sent at once, its last one always. */
const minIntervalMs = 250;

/**
 * `changes`: what to send now, '' for nothing, undefined for the first state, which viewers receive as a snapshot.
 * `shown`: what all viewers show afterwards. `againInMs`: when to call again for parts held back because they had only
 * just changed.
 */
export type Step = { changes: string | undefined; shown: Fragment; againInMs: number | undefined };

/** Limits the rate of changes for all viewers of a topic, each part by itself. */
export type ChangeThrottle = {
  /** The step from what was sent last towards `after`; `now` in ms of any monotonic clock. */
  next(after: Fragment, now: number): Step;
};

export function createChangeThrottle(): ChangeThrottle {
  let sent: Fragment | undefined;
  let wholeSentAt = Number.NEGATIVE_INFINITY;
  const sentAt = new Map<string, number>();

  function sendWhole(before: Fragment, after: Fragment, now: number): Step {
    const againInMs = wholeSentAt + minIntervalMs - now;
    if (againInMs > 0) return { changes: '', shown: before, againInMs };
    wholeSentAt = now;
    sentAt.clear();
    return { changes: snapshotOf(after), shown: after, againInMs: undefined };
  }

  function sendParts(before: Fragment, after: Fragment, now: number): Step {
    const shown = new Map(before.parts.map(({ id, html }) => [id, html]));
    const early = new Map<string, string>();
    let againInMs: number | undefined;
    for (const { id, html } of after.parts) {
      const old = shown.get(id);
      if (old === undefined || old === html) continue;
      const waitMs = (sentAt.get(id) ?? Number.NEGATIVE_INFINITY) + minIntervalMs - now;
      if (waitMs > 0) {
        early.set(id, old);
        againInMs = Math.min(waitMs, againInMs ?? waitMs);
      } else sentAt.set(id, now);
    }
    const next = withOldParts(after, early);
    return { changes: changesBetween(before, next), shown: next, againInMs };
  }

  function step(after: Fragment, now: number): Step {
    if (!sent) return { changes: undefined, shown: after, againInMs: undefined };
    return hasSameFrame(sent, after) ? sendParts(sent, after, now) : sendWhole(sent, after, now);
  }

  return {
    next(after, now) {
      const taken = step(after, now);
      sent = taken.shown;
      return taken;
    },
  };
}
