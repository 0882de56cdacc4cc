import type { Worker } from 'node:worker_threads';
import { collectGarbage } from '../../jobs/collect-garbage.ts';
import { startThread } from '../../jobs/start-thread.ts';
import type { Log } from '../../log.ts';
import type { Clock } from '../../time/clock.ts';
import type { FromScanner, ScanThreadData, ToScanner } from '../model/scan-messages.ts';

/** A scanner thread that has sent nothing for this long is blocked by a file system that does not answer. */
const silentAfterMs = 15_000;
/** A small young generation keeps the garbage of a million names from becoming resident memory. */
const threadLimits = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 512 };
const restartDelayMs = 2_000;
const stopWithinMs = 3_000;
const garbageDelayMs = 1_000;

/** Answers the thread that sent a message, and no later one: ids start again with each thread. */
export type Reply = (message: ToScanner) => void;

/** One scanner thread, started on demand and restarted whenever it ends. */
export type ThreadHost = {
  /** Undefined before the first start, and between the end of one thread and the start of the next. */
  readonly thread: Worker | undefined;
  readonly isStopping: boolean;
  /** Starts the thread, unless it is running or about to be restarted. */
  start(): void;
  /** Sends a message to the running thread; without one the message is dropped. */
  post(message: ToScanner): void;
  /** When the thread last sent a message, and whether that is too long ago. */
  silence(): { isSilent: boolean; heardAt: number };
  /** Restarts nothing from now on. */
  stop(): Promise<void>;
};

export function createThreadHost({
  data,
  clock,
  log,
  onStart,
  onMessage,
  onExit,
}: {
  data: ScanThreadData;
  clock: Clock;
  log: Log;
  onStart: (thread: Worker) => void;
  onMessage: (message: FromScanner, reply: Reply) => void;
  onExit: () => void;
}): ThreadHost {
  let thread: Worker | undefined;
  let restart: NodeJS.Timeout | undefined;
  let heardAt = clock.now();
  let isStopping = false;

  function launch(): void {
    restart = undefined;
    try {
      thread = createThread();
      onStart(thread);
    } catch (error) {
      log.error({ err: error }, 'The scanner thread could not be started; trying again');
      launchAfter(restartDelayMs);
    }
  }

  function launchAfter(delayMs: number): void {
    if (!isStopping) restart = setTimeout(launch, delayMs);
  }

  function createThread(): Worker {
    const created = startThread(new URL('../thread/thread.ts', import.meta.url), {
      workerData: data,
      resourceLimits: threadLimits,
    });
    created.on('message', (message: FromScanner) => {
      heardAt = clock.now();
      onMessage(message, (reply) => created.postMessage(reply));
    });
    created.on('error', (error) =>
      log.error({ err: error }, 'The scanner thread failed and is started again'),
    );
    created.on('exit', (code) => {
      thread = undefined;
      onExit();
      launchAfter(code === 0 ? 0 : restartDelayMs);
      // The thread ends itself after a large sweep: 330 MB before and 230 MB after, measured with a million images.
      if (code === 0 && !isStopping) setTimeout(collectGarbage, garbageDelayMs).unref();
    });
    return created;
  }

  function post(message: ToScanner): void {
    thread?.postMessage(message);
  }

  return {
    get thread() {
      return thread;
    },
    get isStopping() {
      return isStopping;
    },
    start: () => {
      if (thread || restart) return;
      heardAt = clock.now();
      launch();
    },
    post,
    silence: () => ({ isSilent: clock.now() - heardAt > silentAfterMs, heardAt }),
    stop: async () => {
      isStopping = true;
      clearTimeout(restart);
      const ended = thread ? new Promise((resolve) => thread?.once('exit', resolve)) : Promise.resolve();
      post({ type: 'stop' });
      const isDone = await Promise.race([ended.then(() => true), delayUnref(stopWithinMs)]);
      if (!isDone) await thread?.terminate();
    },
  };
}

function delayUnref(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(resolve, ms, false).unref());
}
