import type { RescanResult } from '../model/rescan-result.ts';

const answerWithinMs = 60_000;

/** Requested rescans that have no result yet. */
export type OpenRescans = {
  /** Settles with the thread's result, or with a note that says why there is none. */
  request(): Promise<RescanResult>;
  /** Sends the requests that the thread has not received. */
  post(): void;
  settle(id: number, result: RescanResult): void;
  /** Settles all requests, because the thread that received them has ended. */
  giveUp(): void;
};

/** `send` hands a request to the thread; it returns false when the request has to wait. */
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

  function request(): Promise<RescanResult> {
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
    request,
    post,
    settle,
    giveUp: () => {
      for (const id of open.keys()) settle(id, { scanned: 0, added: 0, note: 'the scanner was restarted' });
    },
  };
}
