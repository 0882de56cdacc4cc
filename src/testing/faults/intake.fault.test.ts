import { setTimeout as sleep } from 'node:timers/promises';
import BetterSqlite from 'better-sqlite3';
import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { isBrokerMissing, startBroker } from '../mosquitto.ts';
import { isRedisMissing, startRedisServer } from '../redis-server.ts';
import { createFaultPlant, waitUntil } from './plant-process.ts';

/** 200 for the whole proof, `npm run faults`. */
const rounds = Number(process.env.KILL_ROUNDS ?? 6);
const eventsPerRound = 300;
const repeatedRate = 0.2;
const minuteMs = 60_000;
const random = (least: number, most: number) => least + Math.random() * (most - least);

type SentEvent = { event_id: string; count: number };

/** A way in, by which a machine sends while the program may be away. */
type Way = AsyncDisposable & {
  env: Record<string, string>;
  send(events: readonly object[]): Promise<void>;
  /** What the sender's side still keeps for the program. */
  countKept(): Promise<number>;
};

async function openMqtt(): Promise<Way> {
  const broker = await startBroker();
  return {
    env: { MQTT_URL: broker.url },
    send: (events) =>
      broker.send(
        'linesight/events',
        events.map((event) => JSON.stringify(event)),
      ),
    countKept: async () => 0,
    [Symbol.asyncDispose]: broker.close,
  };
}

async function openRedis(): Promise<Way> {
  const server = await startRedisServer();
  const client = new Redis({ host: '127.0.0.1', port: server.port, protocol: 2 });
  return {
    env: { REDIS_HOST: '127.0.0.1', REDIS_PORT: String(server.port), EVENTS_REDIS_STREAM: 'events' },
    send: async (events) => {
      for (const event of events) await client.xadd('events', '*', 'event', JSON.stringify(event));
    },
    countKept: async () => ((await client.call('XPENDING', 'events', 'linesight-main')) as [number])[0],
    [Symbol.asyncDispose]: async () => {
      client.disconnect();
      await server.close();
    },
  };
}

function withDatabase<T>(dbPath: string, read: (db: BetterSqlite.Database) => T): T {
  const db = new BetterSqlite(dbPath, { readonly: true });
  try {
    return read(db);
  } finally {
    db.close();
  }
}

const countRows = (dbPath: string) =>
  withDatabase(dbPath, (db) => Number(db.prepare('select count(*) from activity_events').pluck().get()));

/** Sends the events of a round while the program lives or not, some of them twice, and writes down what was sent. */
async function sendRound(way: Way, book: SentEvent[]): Promise<void> {
  const enough = book.length + eventsPerRound;
  while (book.length < enough) {
    const some = Array.from({ length: Math.ceil(random(1, 15)) }, () => {
      const number = book.length;
      const at = Date.now() - 24 * 60 * minuteMs + number * 1_000;
      const count = number % 7;
      book.push({ event_id: `e${number}`, count });
      return {
        event_id: `e${number}`,
        timestamp: new Date(at).toISOString(),
        worker_id: `W${number % 5}`,
        workstation_id: `S${number % 3}`,
        event_type: 'product_count',
        count,
      };
    });
    const repeated = some.filter(() => Math.random() < repeatedRate);
    await way.send([...some, ...repeated]);
    await sleep(random(0, 60));
  }
}

const ways = [
  { name: 'MQTT', open: openMqtt, missing: isBrokerMissing() },
  { name: 'Redis', open: openRedis, missing: isRedisMissing() },
];

describe.each(ways)('events that come by $name', ({ open, missing, name }) => {
  test.skipIf(missing)(
    `are counted once each while the program is killed ${rounds} times`,
    async () => {
      await using way = await open();
      await using plant = createFaultPlant();
      const env = { ...way.env, EVENTS_CREATE_UNKNOWN: '1', DEMO: '0', POLL_INTERVAL_SEC: '3600' };
      const book: SentEvent[] = [];
      // The first connection tells the broker for whom it keeps.
      const first = await plant.start(env);
      await first.listening;
      await waitUntil('it reads', () => first.output().includes('Events are read from'));
      await first.kill();

      let midway = 0;
      for (let round = 0; round < rounds; round++) {
        const running = await plant.start(env);
        // Every second time it meets what was sent while it was not there yet.
        if (round % 2 === 0) await running.listening;
        const before = countRows(plant.dbPath);
        const sending = sendRound(way, book);
        const enough = before + random(1, eventsPerRound / 2);
        await waitUntil('some more are recorded', () => countRows(plant.dbPath) >= enough);
        await running.kill();
        if (countRows(plant.dbPath) < book.length) midway += 1;
        await sending;
      }
      expect(midway).toBeGreaterThan(0);

      const last = await plant.start(env);
      // Before that it does not know how to end: all may have been recorded by those before it.
      await last.listening;
      await waitUntil('all are recorded', () => countRows(plant.dbPath) >= book.length);
      await waitUntil('nothing is kept for us', async () => (await way.countKept()) === 0);
      expect(await last.terminate()).toMatchObject({ code: 0 });
      withDatabase(plant.dbPath, (db) => {
        const rows = db
          .prepare('select event_id, count from activity_events order by id')
          .all() as SentEvent[];
        const byId = (a: SentEvent, b: SentEvent) => (a.event_id < b.event_id ? -1 : 1);
        expect(rows.sort(byId)).toEqual([...book].sort(byId));
        const units = book.reduce((sum, { count }) => sum + count, 0);
        for (const level of [0, 1, 2]) {
          const sums = db
            .prepare(
              'select sum(units) as units, sum(events) as events from activity_roll_ups where level = ? and worker_id > 0',
            )
            .get(level);
          expect(sums, `level ${level}`).toEqual({ units, events: book.length });
        }
        expect(db.prepare('select reason, body from refused_events').all()).toEqual([]);
      });
      console.log(`${name}: killed ${rounds} times, ${midway} of them midway; ${book.length} events`);
    },
    120_000 + rounds * 15_000,
  );
});
