/**
 * Linesight client: sends activity events of workers and workstations to a hub, without losing or doubling one. It is one
 * file without dependencies, for Node 20 and newer and for browsers.
 *
 * An event is on the disk before `record` returns, under an id of its own. A sender takes the oldest events in batches,
 * tries each batch until the hub has answered for it, and only then moves the position from which a restarted program
 * goes on. A batch whose answer was lost is sent again, and the hub knows its events by their ids.
 *
 * The folder of the buffer is the same for the Python client:
 *
 *     00000001.events   one line an event: CRC-32 of the JSON in 8 hex digits, a space, the JSON
 *     position          {"segment":1,"offset":345,"refused":0}: what the hub has answered for
 *     refused.ndjson    {"event":{…},"error":"…"}: what the hub did not take, and why
 *     lock              the program that uses the folder
 */

/** One event in the form of the hub's API. */
export type ActivityEvent = {
  worker_id: string;
  workstation_id: string;
  event_type: 'working' | 'idle' | 'absent' | 'product_count';
  /** ISO 8601 with a zone, or a Date; now if it is left out. */
  timestamp?: string | Date;
  /** 0..1 */
  confidence?: number;
  /** Units made, of a `product_count`. */
  count?: number;
  model_id?: string;
  model_version?: string;
  /** Made by the client if it is left out. Give your own where your program repeats an event after a crash. */
  event_id?: string;
};

/** An event that the hub did not take. `event` is null where the buffer itself was damaged. */
export type RefusedEvent = { event: (ActivityEvent & { event_id: string }) | null; error: string };

export type ClientStatus = {
  /**
   * `idle`: everything is with the hub. `waiting`: the last try failed, another follows. `stopped`: the hub does not let
   * this client in; nothing is sent until `resume`, or a start of the program.
   */
  state: 'idle' | 'sending' | 'waiting' | 'stopped' | 'closed';
  /** What is wrong, for people; null if nothing is. */
  problem: string | null;
  /** Size of the events that the hub has not answered for. */
  bufferedBytes: number;
  /** Events since the program started: new at the hub, known there before, refused. */
  accepted: number;
  duplicates: number;
  refused: number;
};

export type ClientOptions = {
  /** Address of the hub; else LINESIGHT_URL, else http://127.0.0.1:8080. */
  url?: string;
  /** A token with the scope `ingest:events`; else LINESIGHT_TOKEN. None for senders that the hub trusts by address. */
  token?: string;
  /** Folder of the buffer, for this program alone: `linesight-buffer`. With null, and in browsers, memory alone. */
  folder?: string | null;
  /** Most bytes of events that wait for the hub: 256 MiB. Beyond, `record` throws a BufferFullError. */
  maxBufferBytes?: number;
  /** Most events of one request, at most 1 000: 500. And most bytes: 256 KiB. */
  maxBatchEvents?: number;
  maxBatchBytes?: number;
  /** How long the first event of a batch waits for others, ms: 200. */
  batchDelayMs?: number;
  /** Called for each event that the hub refused, after it was written to refused.ndjson. */
  onRefused?: (refused: RefusedEvent) => void;
  /** Called when something begins to be wrong, and with null once nothing is. Without it, problems go to the console. */
  onProblem?: (problem: string | null) => void;
  /** @internal */
  machine?: Partial<Machine>;
};

/** `record` throws it where the hub was away for so long that the buffer is full. The event was not taken. */
export class BufferFullError extends Error {
  override name = 'BufferFullError';
}

/** `EventClient.open` throws it while another program uses the folder of the buffer. */
export class BufferInUseError extends Error {
  override name = 'BufferInUseError';
}

/**
 * What the client asks of the machine, so that tests decide what time it is.
 *
 * @internal
 */
export type Machine = {
  now(): number;
  random(): number;
  /** Resolves after `ms`, or at once when aborted. A program may end meanwhile, unless it `isAwaited`. */
  wait(ms: number, signal: AbortSignal, isAwaited?: boolean): Promise<void>;
  fetch: typeof fetch;
};

const defaultUrl = 'http://127.0.0.1:8080';
const defaultFolder = 'linesight-buffer';
const eventsPath = '/api/v1/events';
/** Refused events that the hub names in one answer: a batch has no more. */
const maxRefusalsNamed = 1_000;
const maxEventBytes = 32 * 1024;
const maxEventIdLength = 255;
const answerTimeoutMs = 60_000;
const firstRetryMs = 500;
const lastRetryMs = 60_000;
/** A hub that asks for more patience than this is asked again after this. */
const maxRetryAfterMs = 300_000;
const maxRefusedBytes = 64 * 1024 * 1024;
const beatMs = 5_000;
/** A lock of another machine that was not touched for so long is of a program that is gone. */
const staleLockMs = 20_000;

/**
 * How long to wait after so many failures in a row, ms: twice as long each time up to a minute, less up to half of it by
 * chance, so that the clients of a plant do not all come back at the same moment.
 *
 * @internal
 */
export function retryDelayMs(failures: number, random: number): number {
  const longest = Math.min(lastRetryMs, firstRetryMs * 2 ** Math.min(failures - 1, 20));
  return longest * (0.5 + random / 2);
}

/** Sends activity events to a hub. */
export class EventClient {
  readonly #options: Settled;
  readonly #buffer: EventBuffer;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #wake = () => {};
  #onSettled: (() => void)[] = [];
  #state: ClientStatus['state'] = 'idle';
  #problem: string | null = null;
  #counts = { accepted: 0, duplicates: 0, refused: 0 };

  private constructor(options: Settled, buffer: EventBuffer) {
    this.#options = options;
    this.#buffer = buffer;
    this.#running = this.#run();
  }

  /**
   * Opens the buffer and begins to send what an earlier run left in it. Throws a BufferInUseError if another program uses
   * the folder, and what the file system says if it cannot be written to.
   */
  static async open(options: ClientOptions = {}): Promise<EventClient> {
    const settled = settle(options);
    const buffer =
      settled.folder === null
        ? createMemoryBuffer(settled.maxBufferBytes)
        : await openFolderBuffer(settled.folder, settled);
    return new EventClient(settled, buffer);
  }

  /**
   * Takes an event: when it resolves, the event is on the disk and will reach the hub. Answers its id. Throws a TypeError
   * for an event that no hub would take, a BufferFullError, or what the disk says; then the event was not taken.
   */
  async record(event: ActivityEvent): Promise<string> {
    if (this.#closing.signal.aborted) throw new Error('This client is closed.');
    const complete = completeEvent(event, this.#options.machine.now());
    await this.#buffer.append(JSON.stringify(complete));
    this.#wake();
    return complete.event_id;
  }

  /** Resolves to true once the hub has answered for every event of before; to false after `timeoutMs`, or if stopped. */
  async flush(timeoutMs = 30_000): Promise<boolean> {
    const timeout = new AbortController();
    const isLate = this.#options.machine.wait(timeoutMs, timeout.signal, true).then(() => 'late' as const);
    const end = this.#buffer.end();
    try {
      while (!this.#buffer.isPast(end)) {
        if (this.#state === 'stopped' || this.#state === 'closed') return false;
        const settled = new Promise<void>((resolve) => this.#onSettled.push(resolve));
        if ((await Promise.race([settled, isLate])) === 'late') return this.#buffer.isPast(end);
      }
      return true;
    } finally {
      timeout.abort();
    }
  }

  /** Sends again after the hub has not let this client in, with another token if one is given. */
  resume(token?: string): void {
    if (token !== undefined) this.#options.token = token;
    if (this.#state !== 'stopped') return;
    this.#state = 'sending';
    this.#wake();
  }

  status(): ClientStatus {
    const { accepted, duplicates, refused } = this.#counts;
    return {
      state: this.#state,
      problem: this.#problem,
      bufferedBytes: this.#buffer.bufferedBytes(),
      accepted,
      duplicates,
      refused,
    };
  }

  /** Sends what it can within `timeoutMs` and ends. What the hub has not answered for stays for the next start. */
  async close(timeoutMs = 5_000): Promise<void> {
    if (!this.#closing.signal.aborted && timeoutMs > 0) await this.flush(timeoutMs);
    this.#closing.abort();
    this.#wake();
    await this.#running;
    await this.#buffer.close();
    this.#state = 'closed';
    this.#settle();
  }

  async #run(): Promise<void> {
    const pace = createPace(this.#options);
    while (!this.#closing.signal.aborted) {
      const work = this.#untilWoken();
      try {
        const batch = await this.#buffer.read(pace.maxEvents, pace.maxBytes);
        if (batch === null) {
          this.#state = 'idle';
          this.#settle();
          await work;
          await this.#options.machine.wait(this.#options.batchDelayMs, this.#closing.signal);
          continue;
        }
        this.#state = 'sending';
        const outcome = batch.lines.length === 0 ? takenEmpty : await this.#send(batch.lines);
        if (outcome.kind === 'denied') await this.#stop(outcome.reason);
        else if (outcome.kind === 'failed') await this.#back(pace, outcome.reason, outcome.retryAfterMs);
        else if (outcome.kind === 'taken' || batch.lines.length === 1)
          await this.#taken(pace, batch, outcome);
        else pace.split(batch.lines, outcome.kind === 'too large');
      } catch (error) {
        await this.#back(pace, messageOf(error));
      }
    }
  }

  #untilWoken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #taken(
    pace: Pace,
    batch: Batch,
    outcome: Exclude<Outcome, { kind: 'denied' | 'failed' }>,
  ): Promise<void> {
    const rows = outcome.kind === 'taken' ? outcome.refused : [{ index: 0, error: outcome.reason }];
    const refused: RefusedEvent[] = rows.map(({ index, error }) => ({
      event: JSON.parse(batch.lines[index] ?? 'null') as RefusedEvent['event'],
      error,
    }));
    refused.push(...batch.damaged.map((text) => ({ event: null, error: `Damaged in the buffer: ${text}` })));
    await this.#buffer.acknowledge(batch, refused);
    if (outcome.kind === 'taken') {
      this.#counts.accepted += outcome.accepted;
      this.#counts.duplicates += outcome.duplicates;
    }
    this.#counts.refused += refused.length;
    pace.succeeded(outcome.kind === 'too large');
    this.#say(this.#buffer.problem());
    for (const one of refused) call(this.#options.onRefused, one);
    this.#settle();
  }

  async #stop(reason: string): Promise<void> {
    const resumed = this.#untilWokenAs(() => this.#state !== 'stopped' || this.#closing.signal.aborted);
    this.#state = 'stopped';
    this.#say(`The hub does not let this client in, so nothing is sent: ${reason}`);
    this.#settle();
    await resumed;
  }

  /** `record` wakes the sender, too, and must not send what is stopped. */
  async #untilWokenAs(isSo: () => boolean): Promise<void> {
    do await this.#untilWoken();
    while (!isSo());
  }

  async #back(pace: Pace, reason: string, retryAfterMs = 0): Promise<void> {
    this.#state = 'waiting';
    this.#say(reason);
    const delayMs = Math.max(pace.failed(), Math.min(retryAfterMs, maxRetryAfterMs));
    await this.#options.machine.wait(delayMs, this.#closing.signal);
  }

  #settle(): void {
    const waiting = this.#onSettled;
    this.#onSettled = [];
    for (const resolve of waiting) resolve();
  }

  #say(problem: string | null): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    if (this.#options.onProblem) call(this.#options.onProblem, problem);
    else if (problem !== null) console.warn(`linesight: ${problem}`);
  }

  async #send(lines: string[]): Promise<Outcome> {
    const { url, token, machine } = this.#options;
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (token) headers.authorization = `Bearer ${token}`;
    let response: Response;
    let text: string;
    try {
      response = await machine.fetch(url + eventsPath, {
        method: 'POST',
        headers,
        body: `[${lines.join(',')}]`,
        // A redirect would turn the request into a GET, and would hand the token to another address.
        redirect: 'manual',
        signal: either(this.#closing.signal, AbortSignal.timeout(answerTimeoutMs)),
      });
      text = await response.text();
    } catch (error) {
      return { kind: 'failed', reason: `The hub at ${url} cannot be reached: ${messageOf(error)}` };
    }
    return readAnswer(url, response, text, lines.length);
  }
}

type Settled = {
  url: string;
  token: string | undefined;
  folder: string | null;
  maxBufferBytes: number;
  maxBatchEvents: number;
  maxBatchBytes: number;
  batchDelayMs: number;
  onRefused: ClientOptions['onRefused'];
  onProblem: ClientOptions['onProblem'];
  machine: Machine;
};

function settle(options: ClientOptions): Settled {
  const env = globalThis.process?.env ?? {};
  const isNode = globalThis.process?.versions?.node !== undefined;
  const url = (options.url ?? env.LINESIGHT_URL ?? '') || defaultUrl;
  if (!/^https?:\/\//.test(url))
    throw new TypeError(`LINESIGHT_URL must begin with http:// or https://: ${url}`);
  const folder = options.folder === undefined ? defaultFolder : options.folder;
  return {
    url: url.replace(/\/+$/, ''),
    token: (options.token ?? env.LINESIGHT_TOKEN) || undefined,
    folder: isNode ? folder : null,
    maxBufferBytes: atLeastOne('maxBufferBytes', options.maxBufferBytes ?? 256 * 1024 * 1024),
    maxBatchEvents: Math.min(maxRefusalsNamed, atLeastOne('maxBatchEvents', options.maxBatchEvents ?? 500)),
    maxBatchBytes: atLeastOne('maxBatchBytes', options.maxBatchBytes ?? 256 * 1024),
    batchDelayMs: options.batchDelayMs ?? 200,
    onRefused: options.onRefused,
    onProblem: options.onProblem,
    machine: { ...thisMachine, ...options.machine },
  };
}

function atLeastOne(name: string, value: number): number {
  if (Number.isFinite(value) && value >= 1) return Math.floor(value);
  throw new TypeError(`${name} must be a number above 0, not ${value}`);
}

const thisMachine: Machine = {
  now: () => Date.now(),
  random: () => Math.random(),
  wait: (ms, signal, isAwaited) =>
    new Promise((resolve) => {
      // A timer that nobody waits for would let the program end before its last lines.
      if (signal.aborted) return resolve();
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      // A hub that is away keeps no program from ending: what waits is on the disk.
      if (!isAwaited) (timer as { unref?: () => void }).unref?.();
      signal.addEventListener('abort', end);
    }),
  fetch: (...request) => fetch(...request),
};

/** `AbortSignal.any` is not in every Node 20. */
function either(first: AbortSignal, second: AbortSignal): AbortSignal {
  if (AbortSignal.any) return AbortSignal.any([first, second]);
  const both = new AbortController();
  for (const signal of [first, second]) {
    if (signal.aborted) both.abort(signal.reason);
    signal.addEventListener('abort', () => both.abort(signal.reason), { once: true, signal: both.signal });
  }
  return both.signal;
}

/** A caller's function that throws stops nothing here; its error surfaces as an uncaught one. */
function call<T>(listener: ((value: T) => void) | undefined, value: T): void {
  try {
    listener?.(value);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // What `fetch` throws says "fetch failed" and has the reason in its cause.
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return `${error.message}: ${cause.message || (cause as { code?: string }).code || cause.name}`;
}

/** A random UUID. Browsers have `crypto.randomUUID` for pages of HTTPS alone. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

const eventTypes: readonly string[] = ['working', 'idle', 'absent', 'product_count'];

/** The event with its id and time. What only the hub can judge, such as a worker's name, is left to the hub. */
function completeEvent(event: ActivityEvent, now: number): ActivityEvent & { event_id: string } {
  for (const name of ['worker_id', 'workstation_id'] as const) {
    if (typeof event[name] !== 'string' || event[name] === '')
      throw new TypeError(`An event needs ${name}, a text.`);
  }
  if (!eventTypes.includes(event.event_type))
    throw new TypeError(`event_type is one of ${eventTypes.join(', ')}, not ${event.event_type}.`);
  const { confidence, count, event_id: eventId = newId(), timestamp = new Date(now) } = event;
  if (confidence !== undefined && !(confidence >= 0 && confidence <= 1))
    throw new TypeError(`confidence is a number from 0 to 1, not ${confidence}.`);
  if (count !== undefined && !(Number.isInteger(count) && count >= 0))
    throw new TypeError(`count is a whole number from 0 on, not ${count}.`);
  if (typeof eventId !== 'string' || eventId === '' || eventId.length > maxEventIdLength)
    throw new TypeError(`event_id is a text of 1 to ${maxEventIdLength} characters.`);
  const at = timestamp instanceof Date ? timestamp : new Date(timestamp);
  if (Number.isNaN(at.getTime())) throw new TypeError(`timestamp is no time: ${timestamp}`);
  const complete = {
    ...event,
    timestamp: timestamp instanceof Date ? timestamp.toISOString() : timestamp,
    event_id: eventId,
  };
  if (utf8.encode(JSON.stringify(complete)).length > maxEventBytes)
    throw new TypeError(`An event has at most ${maxEventBytes} bytes.`);
  return complete;
}

/** How much to send, and how long to wait after failures. */
type Pace = ReturnType<typeof createPace>;

function createPace({ maxBatchEvents, maxBatchBytes, machine }: Settled) {
  let failures = 0;
  const pace = {
    maxEvents: maxBatchEvents,
    maxBytes: maxBatchBytes,
    succeeded(wasTooLarge: boolean) {
      failures = 0;
      // One event was to blame, and not the size of batches.
      if (wasTooLarge) pace.maxBytes = maxBatchBytes;
      // After one event was found to be at fault, the others go in large batches again.
      pace.maxEvents = Math.min(maxBatchEvents, pace.maxEvents * 2);
    },
    /** Answers how long to wait, ms. */
    failed(): number {
      failures += 1;
      return retryDelayMs(failures, machine.random());
    },
    split(lines: readonly string[], isTooLarge: boolean) {
      pace.maxEvents = Math.ceil(lines.length / 2);
      // The hub's limit does not change by itself, so it is not tried again and again.
      if (isTooLarge) pace.maxBytes = Math.max(1, Math.floor(sizeOf(lines) / 2));
    },
  };
  return pace;
}

function sizeOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + utf8.encode(line).length + 1, 0);
}

type RefusedRow = { index: number; error: string };

/** What became of a batch. */
type Outcome =
  | { kind: 'taken'; accepted: number; duplicates: number; refused: RefusedRow[] }
  /** As a whole: where it is one event it is refused, else its halves are tried. */
  | { kind: 'too large' | 'invalid'; reason: string }
  /** The hub wants another token. */
  | { kind: 'denied'; reason: string }
  /** Nothing is known of it: sent again. */
  | { kind: 'failed'; reason: string; retryAfterMs?: number };

const takenEmpty: Outcome = { kind: 'taken', accepted: 0, duplicates: 0, refused: [] };

function readAnswer(url: string, response: Response, text: string, count: number): Outcome {
  const { status } = response;
  const body = readJson(text);
  if (status === 200 || status === 201) {
    const taken = readTaken(body, count);
    if (taken) return taken;
    return { kind: 'failed', reason: `What answers at ${url} is not a Linesight hub: ${text.slice(0, 200)}` };
  }
  if (response.type === 'opaqueredirect' || (status >= 300 && status < 400)) {
    const target = response.headers.get('location') ?? 'another address';
    return {
      kind: 'failed',
      reason: `${url} sends on to ${target}. Set LINESIGHT_URL to the hub's own address.`,
    };
  }
  const hubError = (body as { error?: { code?: unknown; message?: unknown } } | undefined)?.error;
  const said = String(hubError?.message ?? (text.slice(0, 200).trim() || `status ${status}`));
  if (status === 401 || status === 403) return { kind: 'denied', reason: said };
  if (status === 413) return { kind: 'too large', reason: said };
  // Only the hub itself can judge an event. A proxy that answers 400 is a fault of the way to it.
  const isJudged = hubError?.code === 'invalid' || hubError?.code === 'conflict';
  if (isJudged && (status === 400 || status === 409 || status === 422))
    return { kind: 'invalid', reason: said };
  const retryAfterSec = Number(response.headers.get('retry-after') ?? 0);
  return {
    kind: 'failed',
    reason: `The hub at ${url} answered ${status}: ${said}`,
    retryAfterMs: retryAfterSec > 0 ? retryAfterSec * 1000 : 0,
  };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Undefined for anything but a whole answer for `count` events, such as the page of a proxy that answers 200. */
function readTaken(body: unknown, count: number): Outcome | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { accepted, duplicates, refused } = body as Record<string, unknown>;
  if (typeof accepted !== 'number' || typeof duplicates !== 'number' || !Array.isArray(refused))
    return undefined;
  const rows: RefusedRow[] = [];
  for (const row of refused as Partial<RefusedRow>[]) {
    if (!Number.isInteger(row?.index) || row.index! < 0 || row.index! >= count) return undefined;
    rows.push({ index: row.index!, error: String(row.error) });
  }
  if (accepted + duplicates + rows.length !== count) return undefined;
  return { kind: 'taken', accepted, duplicates, refused: rows };
}

/** Where a reader of the buffer stands. */
type Position = { segment: number; offset: number };

/** The oldest events that the hub has not answered for. */
type Batch = {
  lines: string[];
  /** What was found instead of an event, shortened. */
  damaged: string[];
  bytes: number;
  next: Position;
};

/** @internal */
export type EventBuffer = {
  /** Resolves once the event is as safe as this buffer keeps it. */
  append(json: string): Promise<void>;
  /** The oldest events, at least one if there are any; null if there are none. */
  read(maxEvents: number, maxBytes: number): Promise<Batch | null>;
  /** The hub has answered for a batch that was read. */
  acknowledge(batch: Batch, refused: readonly RefusedEvent[]): Promise<void>;
  bufferedBytes(): number;
  /** Behind the newest event. */
  end(): Position;
  /** Whether the hub has answered for everything before this. */
  isPast(position: Position): boolean;
  /** What is wrong with the buffer itself, for people. */
  problem(): string | null;
  close(): Promise<void>;
};

const utf8 = new TextEncoder();

function fullError(maxBytes: number): BufferFullError {
  return new BufferFullError(
    `The buffer holds ${maxBytes} bytes of events that the hub has not taken, and no more (maxBufferBytes). Bring the hub back, or free what refuses this client.`,
  );
}

function createMemoryBuffer(maxBytes: number): EventBuffer {
  const waiting: string[] = [];
  let bytes = 0;
  let first = 0;
  return {
    append: async (json) => {
      const size = utf8.encode(json).length;
      if (bytes + size > maxBytes) throw fullError(maxBytes);
      bytes += size;
      waiting.push(json);
    },
    read: async (maxEvents, maxBytes) => {
      const lines: string[] = [];
      let size = 0;
      for (const json of waiting.slice(0, maxEvents)) {
        const added = utf8.encode(json).length;
        if (lines.length > 0 && size + added > maxBytes) break;
        lines.push(json);
        size += added;
      }
      const next = { segment: 0, offset: first + lines.length };
      return lines.length === 0 ? null : { lines, damaged: [], bytes: size, next };
    },
    acknowledge: async (batch) => {
      waiting.splice(0, batch.next.offset - first);
      first = batch.next.offset;
      bytes -= batch.bytes;
    },
    bufferedBytes: () => bytes,
    end: () => ({ segment: 0, offset: first + waiting.length }),
    isPast: ({ offset }) => first >= offset,
    problem: () => null,
    close: async () => {},
  };
}

type Waiting = { line: Buffer; resolve: () => void; reject: (error: unknown) => void };

/** What a segment may hold at least, so that a small buffer is not one file an event. */
const minSegmentBytes = 4 * 1024;
const maxSegmentBytes = 8 * 1024 * 1024;

/**
 * The buffer in a folder, made if it is missing. Files are only appended to: a program that is killed leaves at most half
 * a line at the end of one, and the next start begins another.
 *
 * @internal
 */
export async function openFolderBuffer(
  folder: string,
  { maxBufferBytes, machine }: Pick<Settled, 'maxBufferBytes' | 'machine'>,
): Promise<EventBuffer> {
  const fs = await import('node:fs/promises');
  const { join } = await import('node:path');
  await fs.mkdir(folder, { recursive: true });
  const lock = await lockFolder(folder, machine);
  const segmentBytes = Math.max(minSegmentBytes, Math.min(maxSegmentBytes, Math.floor(maxBufferBytes / 8)));
  const refusedPath = join(folder, 'refused.ndjson');
  const positionPath = join(folder, 'position');
  const segmentPath = (segment: number) => join(folder, `${String(segment).padStart(8, '0')}.events`);

  /** By number; the size is what is known to be on the disk. */
  const sizes = new Map<number, number>();
  let position: Position;
  let bufferedBytes = 0;
  let newest: number;
  let file: Awaited<ReturnType<typeof fs.open>> | undefined;
  /** After a write that failed, more than `sizes` says may stand in the file. */
  let isUncertain = false;
  let queue: Waiting[] = [];
  let queuedBytes = 0;
  let writing: Promise<void> | undefined;
  let positionProblem: string | null = null;

  try {
    position = await load();
  } catch (error) {
    await lock.release();
    throw error;
  }

  async function load(): Promise<Position> {
    for (const name of await fs.readdir(folder)) {
      const [, digits] = /^(\d{8,15})\.events$/.exec(name) ?? [];
      if (digits !== undefined) sizes.set(Number(digits), await wholeSize(join(folder, name)));
    }
    const saved = readJson(await fs.readFile(positionPath, 'utf8').catch(() => '')) as
      | (Position & { refused: number })
      | undefined;
    const known = Number.isInteger(saved?.segment) && Number.isInteger(saved?.offset) ? saved : undefined;
    newest = Math.max(0, known?.segment ?? 0, ...sizes.keys());
    const start = { segment: known?.segment ?? 0, offset: known?.offset ?? 0 };
    if (known) await cutRefused(known.refused);
    await removeBefore(start.segment);
    for (const [segment, size] of sizes)
      bufferedBytes += segment === start.segment ? Math.max(0, size - start.offset) : size;
    return start;
  }

  /** Without the half line at the end that was being written when a program was killed: `record` had not returned. */
  async function wholeSize(path: string): Promise<number> {
    const size = await sizeOfFile(path);
    const length = Math.min(size, 2 * maxEventBytes);
    const newline = (await readBytes(path, size - length, length)).lastIndexOf(0x0a);
    return newline < 0 && length < size ? size : size - length + newline + 1;
  }

  /** Refusals that were written by a program which died before it noted that the hub had answered: they come again. */
  async function cutRefused(length: number): Promise<void> {
    const size = await sizeOfFile(refusedPath);
    if (Number.isInteger(length) && length >= 0 && size > length) await fs.truncate(refusedPath, length);
  }

  async function sizeOfFile(path: string): Promise<number> {
    return fs.stat(path).then(
      ({ size }) => size,
      () => 0,
    );
  }

  /** Names of new files are on the disk only once their folder is. Windows has no such call, and no such need. */
  async function syncFolder(): Promise<void> {
    const opened = await fs.open(folder, 'r').catch(() => undefined);
    await opened?.sync().catch(() => {});
    await opened?.close();
  }

  async function removeBefore(segment: number): Promise<void> {
    for (const old of [...sizes.keys()].filter((number) => number < segment)) {
      await fs.rm(segmentPath(old), { force: true });
      sizes.delete(old);
    }
  }

  async function append(json: string): Promise<void> {
    const body = Buffer.from(json);
    const line = Buffer.concat([Buffer.from(`${crc32(body)} `), body, Buffer.from('\n')]);
    if (bufferedBytes + queuedBytes + line.length > maxBufferBytes) throw fullError(maxBufferBytes);
    queuedBytes += line.length;
    const written = new Promise<void>((resolve, reject) => queue.push({ line, resolve, reject }));
    writing ??= writeQueue().finally(() => {
      writing = undefined;
    });
    return written;
  }

  /** Events that come while one is being written share the next flush to the disk. */
  async function writeQueue(): Promise<void> {
    while (queue.length > 0) {
      const group = queue;
      queue = [];
      const bytes = Buffer.concat(group.map(({ line }) => line));
      try {
        await writeGroup(bytes);
        bufferedBytes += bytes.length;
        for (const { resolve } of group) resolve();
      } catch (error) {
        isUncertain = true;
        await cutUncertain().catch(() => {});
        for (const { reject } of group) reject(error);
      }
      queuedBytes -= bytes.length;
    }
  }

  async function writeGroup(bytes: Buffer): Promise<void> {
    await lock.assertHeld();
    const size = sizes.get(newest) ?? 0;
    await cutUncertain();
    if (file === undefined || size >= segmentBytes) await beginSegment();
    const start = sizes.get(newest) ?? 0;
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await file!.write(bytes, done, bytes.length - done, start + done);
      done += bytesWritten;
    }
    await file!.datasync();
    sizes.set(newest, start + bytes.length);
  }

  /** An event whose `record` fails must not be sent: the caller may record it again. */
  async function cutUncertain(): Promise<void> {
    if (isUncertain && file) {
      await file.truncate(sizes.get(newest) ?? 0);
      await file.sync();
    }
    isUncertain = false;
  }

  async function beginSegment(): Promise<void> {
    const opened = await fs.open(segmentPath(newest + 1), 'wx');
    await file?.close().catch(() => {});
    file = opened;
    newest += 1;
    sizes.set(newest, 0);
    await syncFolder();
  }

  async function read(maxEvents: number, maxBytes: number): Promise<Batch | null> {
    let { segment, offset } = position;
    for (;;) {
      const size = sizes.get(segment) ?? 0;
      if (offset < size) return readSegment({ segment, offset }, size, maxEvents, maxBytes);
      const later = [...sizes.keys()].filter((number) => number > segment);
      if (later.length === 0) return null;
      segment = Math.min(...later);
      offset = 0;
    }
  }

  async function readSegment(
    from: Position,
    size: number,
    maxEvents: number,
    maxBytes: number,
  ): Promise<Batch> {
    const length = Math.min(size - from.offset, Math.max(maxBytes, 2 * maxEventBytes));
    const bytes = await readBytes(segmentPath(from.segment), from.offset, length);
    if (bytes.length < length) throw new Error(`${segmentPath(from.segment)} was cut by another program.`);
    const lines: string[] = [];
    const damaged: string[] = [];
    let start = 0;
    while (start < length && lines.length < maxEvents) {
      const newline = bytes.indexOf(0x0a, start);
      // The rest of a line stands in the next stretch. A stretch that is one line without an end is no event.
      if (newline < 0 && start > 0) break;
      const end = newline < 0 ? length : newline + 1;
      if (lines.length > 0 && end > maxBytes) break;
      const json = checkedLine(bytes.subarray(start, newline));
      if (newline >= 0 && json !== undefined) lines.push(json);
      else damaged.push(bytes.toString('latin1', start, Math.min(end, start + 200)));
      start = end;
    }
    return { lines, damaged, bytes: start, next: { segment: from.segment, offset: from.offset + start } };
  }

  async function readBytes(path: string, offset: number, length: number): Promise<Buffer> {
    const opened = await fs.open(path, 'r');
    try {
      const bytes = Buffer.alloc(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await opened.read(bytes, done, length - done, offset + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return bytes.subarray(0, done);
    } finally {
      await opened.close();
    }
  }

  async function acknowledge(batch: Batch, refused: readonly RefusedEvent[]): Promise<void> {
    await lock.assertHeld();
    if (refused.length > 0) await appendRefused(refused);
    position = batch.next;
    bufferedBytes = remainingBytes();
    try {
      await savePosition(await sizeOfFile(refusedPath));
      positionProblem = null;
    } catch (error) {
      // A disk without room must not stop what would make room. After a crash the hub would know these events again.
      positionProblem = `The position in ${folder} cannot be saved: ${messageOf(error)}`;
    }
    await removeBefore(position.segment);
  }

  /** Counted anew, because what was passed over on the way is no longer waiting either. */
  function remainingBytes(): number {
    let sum = 0;
    for (const [segment, size] of sizes) {
      if (segment === position.segment) sum += Math.max(0, size - position.offset);
      else if (segment > position.segment) sum += size;
    }
    return sum;
  }

  async function appendRefused(refused: readonly RefusedEvent[]): Promise<void> {
    if ((await sizeOfFile(refusedPath)) > maxRefusedBytes) {
      await fs.rename(refusedPath, join(folder, 'refused-old.ndjson'));
      await savePosition(0);
    }
    const opened = await fs.open(refusedPath, 'a');
    try {
      await opened.appendFile(refused.map((one) => `${JSON.stringify(one)}\n`).join(''));
      await opened.sync();
    } finally {
      await opened.close();
    }
    await syncFolder();
  }

  async function savePosition(refusedBytes: number): Promise<void> {
    const opened = await fs.open(`${positionPath}.new`, 'w');
    try {
      await opened.writeFile(`${JSON.stringify({ ...position, refused: refusedBytes })}\n`);
      await opened.sync();
    } finally {
      await opened.close();
    }
    await fs.rename(`${positionPath}.new`, positionPath);
    await syncFolder();
  }

  return {
    append,
    read,
    acknowledge,
    bufferedBytes: () => bufferedBytes,
    end: () => ({ segment: newest, offset: sizes.get(newest) ?? 0 }),
    isPast: ({ segment, offset }) =>
      remainingBytes() === 0 ||
      position.segment > segment ||
      (position.segment === segment && position.offset >= offset),
    problem: () => positionProblem,
    close: async () => {
      await writing;
      await file?.close();
      await lock.release();
    },
  };
}

/** The JSON of a line of the buffer; undefined if its checksum says that it is not what was written. */
function checkedLine(line: Buffer): string | undefined {
  const body = line.subarray(9);
  return line.toString('latin1', 0, 9) === `${crc32(body)} ` ? body.toString('utf8') : undefined;
}

const crcTable = Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

/** CRC-32 as of zlib, in 8 hex digits. `zlib.crc32` is not in every Node 20. */
function crc32(bytes: Uint8Array): string {
  let value = 0xffffffff;
  for (const byte of bytes) value = crcTable[(value ^ byte) & 0xff]! ^ (value >>> 8);
  return ((value ^ 0xffffffff) >>> 0).toString(16).padStart(8, '0');
}

type FolderLock = { assertHeld(): Promise<void>; release(): Promise<void> };

/** Folders that this process uses. */
const heldHere = new Set<string>();

/**
 * Makes the folder this program's own. A lock that a killed program left behind is recognised at once on the same machine,
 * and after 20 s if it was of another one, such as a container that was replaced.
 */
async function lockFolder(folder: string, machine: Machine): Promise<FolderLock> {
  const fs = await import('node:fs/promises');
  const { join, resolve } = await import('node:path');
  const { hostname } = await import('node:os');
  const path = join(resolve(folder), 'lock');
  const mine = {
    pid: process.pid,
    host: hostname(),
    started: await startOf(process.pid),
    nonce: newId(),
  };
  const text = `${JSON.stringify(mine)}\n`;
  const inUse = (holder: Partial<typeof mine>) =>
    new BufferInUseError(
      `${resolve(folder)} is used by process ${holder.pid} of ${holder.host}. Each program needs a folder of its own.`,
    );
  if (heldHere.has(path)) throw inUse(mine);
  heldHere.add(path);
  try {
    await take();
  } catch (error) {
    heldHere.delete(path);
    throw error;
  }

  /** When a process began, in the kernel's own unit, so that a number that was given again is not taken for it. */
  async function startOf(pid: number): Promise<string> {
    const stat = await fs.readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  }

  async function take(): Promise<void> {
    // Written apart and linked, so that nobody reads half of it.
    const prepared = `${path}.${mine.nonce}`;
    await fs.writeFile(prepared, text);
    try {
      while (!(await claim(prepared))) await removeStale();
    } finally {
      await fs.rm(prepared, { force: true });
    }
  }

  async function claim(prepared: string): Promise<boolean> {
    try {
      await fs.link(prepared, path);
      return true;
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === 'EEXIST') return false;
      // Shares without links: exclusive creation is the next best.
      if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
      return fs.writeFile(path, text, { flag: 'wx' }).then(
        () => true,
        (failure: { code?: string }) => {
          if (failure.code === 'EEXIST') return false;
          throw failure;
        },
      );
    }
  }

  async function removeStale(): Promise<void> {
    const found = await fs.readFile(path, 'utf8').catch(() => undefined);
    if (found === undefined) return;
    const holder = (readJson(found) ?? {}) as Partial<typeof mine>;
    if (await isInUse(holder)) throw inUse(holder);
    // Taken away under another name, so that of several that find it stale only one succeeds.
    const aside = `${path}.${mine.nonce}.old`;
    await fs.rename(path, aside).catch(() => {});
    const moved = await fs.readFile(aside, 'utf8').catch(() => found);
    if (moved !== found) await fs.link(aside, path).catch(() => {});
    await fs.rm(aside, { force: true });
  }

  async function isInUse(holder: Partial<typeof mine>): Promise<boolean> {
    if (holder.host === mine.host && typeof holder.pid === 'number') {
      if (holder.pid === mine.pid || !isAlive(holder.pid)) return false;
      if (mine.started !== '' && holder.started) return (await startOf(holder.pid)) === holder.started;
    }
    const before = await touchedAt();
    await machine.wait(staleLockMs, new AbortController().signal, true);
    return (await touchedAt()) !== before;
  }

  async function touchedAt(): Promise<number> {
    return fs.stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
  }

  let isHeld = true;
  const beat = async () => {
    const found = await fs.readFile(path, 'utf8').catch(() => '');
    if (found !== text) isHeld = false;
    else await fs.utimes(path, new Date(), new Date()).catch(() => {});
  };
  const beating = setInterval(() => void beat(), beatMs);
  (beating as { unref?: () => void }).unref?.();
  return {
    assertHeld: async () => {
      if (!isHeld) throw new BufferInUseError(`Another program has taken ${resolve(folder)}.`);
    },
    release: async () => {
      clearInterval(beating);
      heldHere.delete(path);
      if ((await fs.readFile(path, 'utf8').catch(() => '')) === text) await fs.rm(path, { force: true });
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}
