import type { RescanResult } from '../model/rescan-result.ts';

const answerWithinMs = 60_000;

/** Rescans that were asked for and are not answered yet. */
export type OpenRescans = {
  /** Settles with the thread's answer, or with why there is none. */
  ask(): Promise<RescanResult>;
  /** Sends on those that the thread has not heard of. */
  post(): void;
  settle(id: number, result: RescanResult): void;
  /** The thread is gone, and what it was asked with it. */
  giveUp(): void;
};

/** `send` hands a rescan to the thread; false when it has to wait. */
export function createOpenRescans(send: (id: number) => boolean): OpenRescans {
  const open = new Map<number, { settle: (result: RescanResult) => void; isSent: boolean }>();
  let nextId = 1;

  function post(): void {
    for (const [id, rescan] of open) rescan.isSent ||= send(id);
  }

  function settle(id: number, result: RescanResult): void {
    open.get(id)?.settle(result);
    open.delete(id);
  }

  function ask(): Promise<RescanResult> {
    const id = nextId++;
    return new Promise((resolve) => {
      const late = { scanned: 0, added: 0, note: 'the folder does not answer' };
      const timer = setTimeout(settle, answerWithinMs, id, late);
      open.set(id, {
        settle: (result) => {
          clearTimeout(timer);
          resolve(result);
        },
        isSent: false,
      });
      post();
    });
  }

  return {
    ask,
    post,
    settle,
    giveUp: () => {
      for (const id of open.keys()) settle(id, { scanned: 0, added: 0, note: 'the scanner was restarted' });
    },
  };
}
