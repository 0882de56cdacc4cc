import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../log.ts';
import type { HeldLock, Locks } from './locks.ts';

/** Whoever stands by looks this often whether the work is free. */
const lookEveryMs = 2_000;
/** Whoever works looks this often whether it still may. */
const checkEveryMs = 500;

/** The right to work, for those who write to ask before each write. */
export type Lease = { isHeld(): boolean };

/** Work that runs in one process of all. */
export type Singleton = {
  /** Whether it runs in this process, and surely in no other. */
  readonly isHere: boolean;
  stop(): Promise<void>;
};

export type Singletons = {
  /**
   * Runs `start` here when no other process of the installation runs what has this key, now or once that process has
   * ended: within 2 s of its end, within 22 s when its machine vanishes or it stands still. What was started is stopped
   * when the right to it is lost, and started again when it comes back. Resolves when it was tried once.
   */
  run(key: string, start: (lease: Lease) => Promise<Running> | Running): Promise<Singleton>;
  stop(): Promise<void>;
};

type Running = { stop(): Promise<void> };

/** `locks` of a server that several processes share; without them this process is the only one. */
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
        log.warn({ work: key }, 'The right to this work was lost; it is stopped here');
    } catch (err) {
      log.error({ err, work: key }, 'Work could not be started; trying again');
    }
    await running?.stop();
    lock = undefined;
    await held.release();
  }

  async function pursue(held: HeldLock | undefined): Promise<void> {
    if (held) await work(held);
    while (!ending.signal.aborted) {
      await pause(lookEveryMs);
      const taken = ending.signal.aborted ? undefined : await locks.tryTake(key);
      if (taken && isStandby) log.info({ work: key }, 'This process takes the work over');
      if (taken) await work(taken);
    }
  }

  const first = await locks.tryTake(key);
  if (!first) {
    isStandby = true;
    log.info({ work: key }, 'Another process does this work, or nobody can say; this one stands by');
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
