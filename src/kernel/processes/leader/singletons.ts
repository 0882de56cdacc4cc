import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../log.ts';
import type { HeldLock, Locks } from './locks.ts';

/** How often a standby tries to take the lock. */
const tryEveryMs = 2_000;
/** How often the owner checks that it still holds the lock. */
const checkEveryMs = 500;

/** The owner's claim, to be checked before each write. */
export type Lease = { isHeld(): boolean };

/** Work that runs in exactly one process. */
export type Singleton = {
  /** Whether it runs in this process, and certainly in no other. */
  readonly isHere: boolean;
  stop(): Promise<void>;
};

export type Singletons = {
  /**
   * Runs `start` here when no other process of the installation runs this key, now or after a takeover: within 2 s of
   * that process's end, within 22 s when its machine vanishes or it hangs. The work is stopped when the lock is lost and
   * started again when the lock is regained. Resolves after the first attempt.
   */
  run(key: string, start: (lease: Lease) => Promise<Running> | Running): Promise<Singleton>;
  stop(): Promise<void>;
};

type Running = { stop(): Promise<void> };

/** `locks` of a server that several processes share; undefined for a single process. */
export function createSingletons({ locks, log }: { locks: Locks | undefined; log: Log }): Singletons {
  const all: Singleton[] = [];
  return {
    run: async (key, start) => {
      const singleton = locks ? await runUnderLock({ locks, log, key, start }) : await runAlone(start);
      all.push(singleton);
      return singleton;
    },
    stop: async () => {
      await Promise.all(all.map((singleton) => singleton.stop()));
      await locks?.stop();
    },
  };
}

async function runAlone(start: (lease: Lease) => Promise<Running> | Running): Promise<Singleton> {
  let isHere = true;
  const running = await start({ isHeld: () => isHere });
  return {
    get isHere() {
      return isHere;
    },
    stop: async () => {
      if (isHere) await running.stop();
      isHere = false;
    },
  };
}

async function runUnderLock(options: {
  locks: Locks;
  log: Log;
  key: string;
  start: (lease: Lease) => Promise<Running> | Running;
}): Promise<Singleton> {
  const { locks, log, key } = options;
  const ending = new AbortController();
  const pause = (ms: number) => sleep(ms, undefined, { signal: ending.signal }).catch(() => {});
  let lock: HeldLock | undefined;
  let isStandby = false;

  async function work(held: HeldLock): Promise<void> {
    lock = held;
    let running: Running | undefined;
    try {
      running = await options.start({ isHeld: held.isHeld });
      while (held.isHeld() && !ending.signal.aborted) await pause(checkEveryMs);
      if (!ending.signal.aborted)
        log.warn({ work: key }, 'The lock on this work was lost; it is stopped here');
    } catch (err) {
      log.error({ err, work: key }, 'The work could not be started; trying again');
    }
    await running?.stop();
    lock = undefined;
    await held.release();
  }

  async function pursue(held: HeldLock | undefined): Promise<void> {
    if (held) await work(held);
    while (!ending.signal.aborted) {
      await pause(tryEveryMs);
      const taken = ending.signal.aborted ? undefined : await locks.tryTake(key);
      if (taken && isStandby) log.info({ work: key }, 'This process takes over the work');
      if (taken) await work(taken);
    }
  }

  const first = await locks.tryTake(key);
  if (!first) {
    isStandby = true;
    log.info({ work: key }, 'Another process does this work, or the database is away; this one stands by');
  }
  const running = pursue(first);
  return {
    get isHere() {
      return lock?.isHeld() ?? false;
    },
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}
