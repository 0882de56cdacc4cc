import type { Redis } from 'ioredis';
import type { Log } from '../../kernel/log.ts';
import { minuteMs, secondMs } from '../../kernel/time/durations.ts';
import type { IntakeStatus } from './intake-state.ts';
import type { Message, RecordPatiently } from './record-patiently.ts';
import { retryDelay, waitUnlessAborted } from './retry-delay.ts';
import { readEntry, type StreamEntry } from './stream-entry.ts';

export type RedisSettings = {
  host: string;
  port: number;
  password: string;
  db: number;
  stream: string;
  /** The consumer group, of this site alone. */
  group: string;
  /** Entries that another reader of the group took and has not acknowledged for so long are taken over. */
  claimIdleMs?: number;
  claimEveryMs?: number;
};

/** The one reader of the group that every process of a site is in its turn, so that it finds what the last one left. */
const consumer = 'hub';
const connectTimeoutMs = 10 * secondMs;
const blockMs = 5 * secondMs;
/** A connection that does not even answer an empty read is dead. */
const socketTimeoutMs = blockMs + 10 * secondMs;
/** Entries that are recorded together. */
const entriesPerRead = 200;
/** What was delivered more often without an end is recorded alone, so that it can hold up nothing else. */
const deliveriesTogether = 3;
/** What was delivered so often ended the program each time: it is refused unread. */
const maxDeliveries = 10;

/**
 * Reads the events of a Redis stream as a consumer group of its own, until stopped: at least once, and acknowledged once
 * they are on the disk. The stream is neither shortened nor changed, so that other readers see all of it. A group that is
 * gone, as after a restart without memory, is made again and reads from the beginning, which counts nothing twice.
 */
export function startRedisIntake(options: {
  settings: RedisSettings;
  record: RecordPatiently;
  status: IntakeStatus;
  log: Log;
}): { stop(): Promise<void> } {
  const { settings, record, status, log } = options;
  const { stream, group, claimIdleMs = 2 * minuteMs, claimEveryMs = 30 * secondMs } = settings;
  const ending = new AbortController();
  const { signal } = ending;

  async function run(): Promise<void> {
    status.set('away');
    const client = await openClient(settings, (fault) => {
      if (signal.aborted) return;
      status.set('away', fault);
    });
    // What waits for an answer is rejected, so that the loop ends.
    signal.addEventListener('abort', () => client.disconnect(), { once: true });
    let failures = 0;
    while (!signal.aborted) {
      try {
        await untilReady(client, signal);
        await makeGroup(client);
        status.set('connected');
        log.info({ stream, group }, 'Events are read from the Redis stream');
        await readOn(client, () => {
          failures = 0;
        });
      } catch (error) {
        if (signal.aborted) break;
        const fault = (error as Error).message;
        if (failures++ === 0 && !isGroupGone(error))
          log.warn({ err: error, stream }, 'Redis is away or refuses; trying again');
        status.set(client.status === 'ready' && !isGroupGone(error) ? 'connected' : 'away', fault);
        await waitUnlessAborted(retryDelay(failures), signal);
      }
    }
    client.disconnect();
  }

  async function makeGroup(client: Redis): Promise<void> {
    try {
      await client.xgroup('CREATE', stream, group, '0', 'MKSTREAM');
    } catch (error) {
      if (!(error as Error).message.startsWith('BUSYGROUP')) throw error;
    }
  }

  /** Reads until the connection ends: first what this reader was given before and has not acknowledged. */
  async function readOn(client: Redis, onRead: () => void): Promise<void> {
    await takePending(client);
    let claimedAt = performance.now();
    while (!signal.aborted) {
      if (performance.now() - claimedAt > claimEveryMs) {
        claimedAt = performance.now();
        if (await claimAbandoned(client)) await takePending(client);
      }
      const entries = await read(client, '>', ['BLOCK', blockMs]);
      onRead();
      await take(client, entries);
    }
  }

  async function read(client: Redis, from: string, block: (string | number)[]): Promise<StreamEntry[]> {
    const words = ['GROUP', group, consumer, 'COUNT', entriesPerRead, ...block, 'STREAMS', stream, from];
    return entriesOf(await client.call('XREADGROUP', ...words));
  }

  async function takePending(client: Redis): Promise<void> {
    for (let from = '0'; !signal.aborted; ) {
      const entries = await read(client, from, []);
      const last = entries.at(-1);
      if (last === undefined) return;
      const deliveries = await countDeliveries(client, entries[0]![0], last[0]);
      const timesOf = ([id]: StreamEntry) => deliveries.get(id) ?? 0;
      await take(
        client,
        entries.filter((entry) => timesOf(entry) <= deliveriesTogether),
      );
      for (const entry of entries.filter((one) => timesOf(one) > deliveriesTogether))
        await take(client, [entry], timesOf(entry) >= maxDeliveries);
      from = last[0];
    }
  }

  async function countDeliveries(client: Redis, first: string, last: string): Promise<Map<string, number>> {
    const rows = await client.call('XPENDING', stream, group, first, last, entriesPerRead, consumer);
    return new Map(
      (rows as [string, string, number, number][]).map(([id, , , times]) => [id, Number(times)]),
    );
  }

  async function take(client: Redis, entries: readonly StreamEntry[], isGivenUp = false): Promise<void> {
    if (entries.length === 0) return;
    const messages = entries.map((entry): Message => {
      if (!isGivenUp) return readEntry(entry);
      return {
        fault: `It was delivered ${maxDeliveries} times, and each time the program ended before it was recorded`,
        body: JSON.stringify(entry[1]),
      };
    });
    await record(messages, signal);
    await client.xack(stream, group, ...entries.map(([id]) => id));
  }

  /** Takes over what other readers of the group have left; whether there was any. */
  async function claimAbandoned(client: Redis): Promise<boolean> {
    let isAny = false;
    for (let from = '0-0'; ; ) {
      const words = [stream, group, consumer, claimIdleMs, from, 'COUNT', entriesPerRead, 'JUSTID'];
      const [next, ids] = (await client.call('XAUTOCLAIM', ...words)) as [string, string[]];
      isAny ||= ids.length > 0;
      if (next === '0-0') return isAny;
      from = next;
    }
  }

  const running = run().catch((err) => log.error({ err, stream }, 'Reading the Redis stream ended'));
  return {
    stop: async () => {
      ending.abort();
      await running;
      status.set('standby');
    },
  };
}

async function openClient(settings: RedisSettings, onAway: (fault: string) => void): Promise<Redis> {
  const { host, port, password, db } = settings;
  const { Redis: Client } = await import('ioredis');
  const client = new Client({
    host,
    port,
    db,
    password: password === '' ? undefined : password,
    // Answers have the same form on every Redis.
    protocol: 2,
    connectTimeout: connectTimeoutMs,
    keepAlive: blockMs,
    socketTimeout: socketTimeoutMs,
    retryStrategy: (tries) => retryDelay(tries),
    // A read that is cut off fails: what it was given is then looked for among what is pending.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
  });
  client.on('error', (error) => onAway(error.message));
  client.on('close', () => onAway('Redis closed the connection'));
  return client;
}

async function untilReady(client: Redis, signal: AbortSignal): Promise<void> {
  while (client.status !== 'ready' && !signal.aborted) {
    await new Promise<void>((resolve) => {
      const go = () => {
        client.off('ready', go);
        signal.removeEventListener('abort', go);
        resolve();
      };
      client.once('ready', go);
      signal.addEventListener('abort', go, { once: true });
    });
  }
}

function isGroupGone(error: unknown): boolean {
  return (error as Error).message.startsWith('NOGROUP');
}

/** Entries of the one stream of an answer; null is an empty one. */
function entriesOf(answer: unknown): StreamEntry[] {
  if (answer === null) return [];
  const [first] = answer as [key: string, entries: StreamEntry[]][];
  return first?.[1] ?? [];
}
