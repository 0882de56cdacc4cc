import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type ActivityEvent,
  BufferFullError,
  BufferInUseError,
  type ClientOptions,
  EventClient,
  type Machine,
  openFolderBuffer,
  type RefusedEvent,
  retryDelayMs,
} from './edge/linesight.ts';

let folder: string;
let clients: EventClient[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'linesight-edge-'));
  clients = [];
});
afterEach(async () => {
  for (const client of clients) await client.close(0);
  rmSync(folder, { recursive: true, force: true });
});

type Sent = Record<string, unknown> & { event_id: string };
type Answer = { status: number; body?: unknown; headers?: Record<string, string> } | Error;

const isoStart = '2026-01-15T08:00:00.000Z';
const event = (more: Partial<ActivityEvent> = {}): ActivityEvent => ({
  worker_id: 'W1',
  workstation_id: 'S1',
  event_type: 'working',
  confidence: 0.9,
  ...more,
});

/** A hub of a test: takes everything, unless the next answers are set. */
function createHub() {
  const hub = {
    /** What each request held. */
    requests: [] as Sent[][],
    tokens: [] as (string | null)[],
    next: [] as (Answer | ((events: Sent[]) => Answer))[],
    /** For every request after those of `next`. */
    otherwise: (events: Sent[]): Answer => ({
      status: 201,
      body: { accepted: events.length, duplicates: 0, refused: [] },
    }),
    fetch: (async (_url: string, init: RequestInit) => {
      const events = JSON.parse(init.body as string) as Sent[];
      hub.requests.push(events);
      hub.tokens.push(new Headers(init.headers).get('authorization'));
      const next = hub.next.shift() ?? hub.otherwise;
      const answer = typeof next === 'function' ? next(events) : next;
      if (answer instanceof Error) throw answer;
      const { status, body, headers } = answer;
      return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });
    }) as unknown as Machine['fetch'],
    ids: () => hub.requests.map((events) => events.map(({ event_id }) => event_id)),
  };
  return hub;
}

/** A machine on which waiting takes no time and is noted; `flush` and `close` have all the time they need. */
function createMachine(fetch: Machine['fetch'], waits: number[] = []): Machine {
  return {
    now: () => Date.parse(isoStart),
    random: () => 1,
    wait: (ms, signal, isAwaited) => {
      if (isAwaited) return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
      waits.push(ms);
      return new Promise((resolve) => setImmediate(resolve));
    },
    fetch,
  };
}

async function open(hub: ReturnType<typeof createHub>, options: ClientOptions = {}): Promise<EventClient> {
  const client = await EventClient.open({
    folder,
    batchDelayMs: 7,
    onProblem: () => {},
    machine: createMachine(hub.fetch),
    ...options,
  });
  clients.push(client);
  return client;
}

/** Events as the folder holds them, oldest first. */
function readFolder(): Sent[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.events'))
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1))
    .map((line) => {
      const [sum, json] = [line.slice(0, 8), line.slice(9)];
      expect(sum).toBe(crc32(json).toString(16).padStart(8, '0'));
      return JSON.parse(json) as Sent;
    });
}

const readRefused = () =>
  readFileSync(join(folder, 'refused.ndjson'), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as RefusedEvent);

/** Leaves events in the folder as a program does that was killed before it could send one. */
async function leaveEvents(count: number): Promise<string[]> {
  const down = createHub();
  down.otherwise = () => new Error('down');
  const client = await open(down);
  const ids: string[] = [];
  for (let i = 0; i < count; i++) ids.push(await client.record(event({ event_id: `e${i}` })));
  await client.close(0);
  return ids;
}

test('an event is in the folder when record returns, with an id and a time of its own', async () => {
  const hub = createHub();
  const client = await open(hub);
  const id = await client.record(event());
  expect(readFolder()).toEqual([{ ...event(), timestamp: isoStart, event_id: id }]);
  expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  const named = await client.record(event({ event_id: 'mine', timestamp: new Date(0) }));
  expect(named).toBe('mine');
  expect(await client.flush()).toBe(true);
  expect(hub.requests.flat()).toEqual([
    { ...event(), timestamp: isoStart, event_id: id },
    { ...event(), timestamp: '1970-01-01T00:00:00.000Z', event_id: 'mine' },
  ]);
  expect(client.status()).toEqual({
    state: expect.stringMatching(/^(?:idle|sending)$/),
    problem: null,
    bufferedBytes: 0,
    accepted: 2,
    duplicates: 0,
    refused: 0,
  });
});

test('events that come at once share a flush and a request', async () => {
  const hub = createHub();
  const waits: number[] = [];
  const client = await open(hub, { maxBatchEvents: 4, machine: createMachine(hub.fetch, waits) });
  const ids = await Promise.all(
    Array.from({ length: 10 }, (_, i) => client.record(event({ event_id: `e${i}` }))),
  );
  await client.flush();
  expect(hub.ids().flat()).toEqual(ids);
  expect(Math.max(...hub.ids().map(({ length }) => length))).toBe(4);
  expect(waits[0]).toBe(7);
});

test('a batch has no more bytes than it may, and at least one event', async () => {
  await leaveEvents(6);
  const [first] = readFolder();
  const hub = createHub();
  const twoLines = 2 * (JSON.stringify(first).length + 10);
  await (await open(hub, { maxBatchBytes: twoLines })).close();
  expect(hub.ids()).toEqual([
    ['e0', 'e1'],
    ['e2', 'e3'],
    ['e4', 'e5'],
  ]);
  await leaveEvents(2);
  const small = createHub();
  await (await open(small, { maxBatchBytes: 1 })).flush();
  expect(small.ids()).toEqual([['e0'], ['e1']]);
});

test('what no hub would take is refused at once, and nothing is written of it', async () => {
  const client = await open(createHub());
  for (const wrong of [
    { worker_id: '' },
    { workstation_id: undefined },
    { event_type: 'sleeping' },
    { confidence: Number.NaN },
    { confidence: 1.1 },
    { count: 1.5 },
    { count: -1 },
    { timestamp: 'soon' },
    { event_id: 'x'.repeat(256) },
    { model_id: 'x'.repeat(40_000) },
  ])
    await expect(
      client.record(event(wrong as Partial<ActivityEvent>)),
      JSON.stringify(wrong),
    ).rejects.toThrow(TypeError);
  expect(readFolder()).toEqual([]);
});

test('the wait between tries doubles up to a minute, less up to half by chance', () => {
  expect([1, 2, 3, 7, 8, 9, 1e9].map((failures) => retryDelayMs(failures, 1))).toEqual([
    500, 1000, 2000, 32_000, 60_000, 60_000, 60_000,
  ]);
  expect(retryDelayMs(1, 0)).toBe(250);
  expect(retryDelayMs(8, 0.5)).toBe(45_000);
});

test('a batch is tried until the hub has answered for it, and whatever else answers is not believed', async () => {
  const hub = createHub();
  const waits: number[] = [];
  const problems: (string | null)[] = [];
  const page = '<html>Sign in to the network</html>';
  hub.next = [
    new Error('fetch failed', { cause: new Error('connect ECONNREFUSED') }),
    { status: 200, body: page },
    { status: 200, body: { accepted: 0, duplicates: 0, refused: [] } },
    { status: 200, body: { accepted: 0, duplicates: 0, refused: [{ index: 1, error: 'x' }] } },
    { status: 302, headers: { location: 'https://hub/' }, body: '' },
    { status: 400, body: 'Bad Request' },
    {
      status: 503,
      body: { error: { code: 'unavailable', message: 'Later' } },
      headers: { 'retry-after': '90' },
    },
    { status: 429, body: {}, headers: { 'retry-after': '9999999' } },
    { status: 404, body: 'Not found' },
  ];
  const client = await open(hub, {
    machine: createMachine(hub.fetch, waits),
    onProblem: (problem) => problems.push(problem),
    url: 'http://hub:8080/',
  });
  const id = await client.record(event());
  await client.flush();
  expect(hub.ids()).toEqual(Array.from({ length: 10 }, () => [id]));
  expect(waits.filter((ms) => ms !== 7)).toEqual([
    500, 1000, 2000, 4000, 8000, 16_000, 90_000, 300_000, 60_000,
  ]);
  expect(problems).toEqual([
    'The hub at http://hub:8080 cannot be reached: fetch failed: connect ECONNREFUSED',
    `What answers at http://hub:8080 is not a Linesight hub: ${page}`,
    expect.stringContaining('is not a Linesight hub: {"accepted":0'),
    expect.stringContaining('is not a Linesight hub: {"accepted":0'),
    "http://hub:8080 sends on to https://hub/. Set LINESIGHT_URL to the hub's own address.",
    'The hub at http://hub:8080 answered 400: Bad Request',
    'The hub at http://hub:8080 answered 503: Later',
    'The hub at http://hub:8080 answered 429: {}',
    'The hub at http://hub:8080 answered 404: Not found',
    null,
  ]);
  expect(client.status().accepted).toBe(1);
});

test('a hub that refuses the token stops the client, which keeps what it is given and goes on when resumed', async () => {
  const hub = createHub();
  const problems: (string | null)[] = [];
  hub.next = [{ status: 401, body: { error: { code: 'unauthorized', message: 'This token is unknown' } } }];
  const client = await open(hub, { token: 'old', onProblem: (problem) => problems.push(problem) });
  await client.record(event({ event_id: 'a' }));
  expect(await client.flush()).toBe(false);
  await client.record(event({ event_id: 'b' }));
  expect(client.status()).toMatchObject({ state: 'stopped', accepted: 0 });
  expect(hub.requests).toHaveLength(1);
  expect(problems).toEqual([
    'The hub does not let this client in, so nothing is sent: This token is unknown',
  ]);
  client.resume('new');
  expect(await client.flush()).toBe(true);
  expect(hub.ids().flat()).toEqual(['a', 'a', 'b']);
  expect(hub.tokens.slice(0, 2)).toEqual(['Bearer old', 'Bearer new']);
  expect(client.status()).toMatchObject({ problem: null, accepted: 2 });
});

test('refused events are named in a file and to the caller, and the others are taken', async () => {
  await leaveEvents(3);
  const hub = createHub();
  const refused: RefusedEvent[] = [];
  const error = 'Unknown worker_id "W1"';
  hub.next = [{ status: 201, body: { accepted: 1, duplicates: 1, refused: [{ index: 1, error }] } }];
  const client = await open(hub, { onRefused: (one) => refused.push(one) });
  expect(await client.flush()).toBe(true);
  expect(client.status()).toMatchObject({ accepted: 1, duplicates: 1, refused: 1, bufferedBytes: 0 });
  expect(readRefused()).toEqual([{ event: { ...event({ event_id: 'e1' }), timestamp: isoStart }, error }]);
  expect(refused).toEqual(readRefused());
});

test('a body that is too large is halved, and larger ones are not tried again', async () => {
  await leaveEvents(12);
  const hub = createHub();
  const size = JSON.stringify(readFolder()[0]).length;
  hub.otherwise = (events) =>
    JSON.stringify(events).length > 5 * size
      ? { status: 413, body: '<html>Request Entity Too Large</html>' }
      : { status: 201, body: { accepted: events.length, duplicates: 0, refused: [] } };
  const client = await open(hub);
  expect(await client.flush()).toBe(true);
  expect(client.status()).toMatchObject({ accepted: 12, refused: 0 });
  expect(hub.requests.map(({ length }) => length)).toEqual([12, 5, 2, 2, 2, 2, 2, 2]);
});

test('an event that is too large alone is refused, and the others go in large batches again', async () => {
  await leaveEvents(16);
  const hub = createHub();
  hub.otherwise = (events) =>
    events.some(({ event_id }) => event_id === 'e1')
      ? { status: 413, body: { error: { code: 'too_large', message: 'Too large' } } }
      : { status: 201, body: { accepted: events.length, duplicates: 0, refused: [] } };
  const client = await open(hub);
  expect(await client.flush()).toBe(true);
  expect(client.status()).toMatchObject({ accepted: 15, refused: 1 });
  expect(readRefused()).toMatchObject([{ event: { event_id: 'e1' }, error: 'Too large' }]);
  expect(Math.max(...hub.requests.slice(-2).map(({ length }) => length))).toBeGreaterThan(4);
});

test('of a body that the hub refuses as a whole, the one event at fault is found', async () => {
  await leaveEvents(9);
  const hub = createHub();
  hub.otherwise = (events) =>
    events.some(({ event_id }) => event_id === 'e5')
      ? { status: 400, body: { error: { code: 'invalid', message: 'No' } } }
      : { status: 201, body: { accepted: events.length, duplicates: 0, refused: [] } };
  const client = await open(hub);
  await client.flush();
  expect(client.status()).toMatchObject({ accepted: 8, refused: 1 });
  expect(readRefused()).toMatchObject([{ event: { event_id: 'e5' }, error: 'No' }]);
});

test('a program that starts again sends what the one before left, in order, and nothing twice', async () => {
  const ids = await leaveEvents(5);
  const hub = createHub();
  const client = await open(hub, { maxBatchEvents: 2 });
  await client.record(event({ event_id: 'later' }));
  await client.flush();
  expect(hub.ids().flat()).toEqual([...ids, 'later']);
  await client.close();
  const again = createHub();
  const next = await open(again);
  expect(await next.flush()).toBe(true);
  await next.close();
  expect(again.requests).toEqual([]);
});

test('half a line at the end of a file is passed over, and what follows it is not', async () => {
  const ids = await leaveEvents(3);
  const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.events'));
  const whole = readFileSync(join(folder, file), 'utf8');
  writeFileSync(join(folder, file), whole + whole.slice(0, 40));
  const hub = createHub();
  const client = await open(hub);
  expect(client.status().bufferedBytes).toBe(whole.length);
  await client.record(event({ event_id: 'later' }));
  expect(await client.flush()).toBe(true);
  expect(hub.ids().flat()).toEqual([...ids, 'later']);
  expect(client.status()).toMatchObject({ refused: 0, bufferedBytes: 0 });
});

test('a damaged line is told of, and the lines around it are sent', async () => {
  await leaveEvents(3);
  const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.events'));
  const text = readFileSync(join(folder, file), 'utf8');
  writeFileSync(join(folder, file), text.replace('"e1"', '"e7"'));
  const hub = createHub();
  const client = await open(hub);
  expect(await client.flush()).toBe(true);
  expect(hub.ids().flat()).toEqual(['e0', 'e2']);
  expect(readRefused()).toEqual([
    { event: null, error: expect.stringMatching(/^Damaged in the buffer: [\da-f]{8} .*"e7"/) },
  ]);
});

test('a file of nothing but zeros, as a power cut leaves it, does not stop the others', async () => {
  await leaveEvents(2);
  writeFileSync(join(folder, '00000002.events'), Buffer.alloc(300_000));
  const hub = createHub();
  const client = await open(hub);
  await client.record(event({ event_id: 'later' }));
  expect(await client.flush()).toBe(true);
  expect(hub.ids().flat()).toEqual(['e0', 'e1', 'later']);
});

test('refusals that were written before the position was are not there twice', async () => {
  await leaveEvents(1);
  const hub = createHub();
  hub.otherwise = () => ({
    status: 200,
    body: { accepted: 0, duplicates: 0, refused: [{ index: 0, error: 'No' }] },
  });
  const first = await open(hub);
  await first.flush();
  const position = readFileSync(join(folder, 'position'));
  await first.record(event({ event_id: 'second' }));
  await first.flush();
  await first.close();
  // As if the program had been killed between the two.
  writeFileSync(join(folder, 'position'), position);
  const again = await open(hub);
  await again.record(event({ event_id: 'third' }));
  await again.flush();
  expect(hub.ids().flat()).toEqual(['e0', 'second', 'second', 'third']);
  expect(readRefused().map((one) => one.event?.event_id)).toEqual(['e0', 'second', 'third']);
});

test('a full buffer says so, takes events again once the hub has, and files that were sent are removed', async () => {
  const hub = createHub();
  let isUp = false;
  hub.otherwise = (events) =>
    isUp ? { status: 201, body: { accepted: events.length, duplicates: 0, refused: [] } } : new Error('down');
  const maxBufferBytes = 40_000;
  const client = await open(hub, { maxBufferBytes });
  const ids: string[] = [];
  const fill = async () => {
    for (;;) ids.push(await client.record(event()));
  };
  await expect(fill()).rejects.toThrow(BufferFullError);
  await expect(fill()).rejects.toThrow(/holds 40000 bytes .*maxBufferBytes/);
  expect(client.status().bufferedBytes).toBeGreaterThan(maxBufferBytes - 250);
  expect(readdirSync(folder).filter((name) => name.endsWith('.events')).length).toBeGreaterThan(4);
  isUp = true;
  expect(await client.flush()).toBe(true);
  ids.push(await client.record(event()));
  await client.flush();
  const taken = hub.ids().flat();
  expect([...new Set(taken)]).toEqual(ids);
  expect(readdirSync(folder).filter((name) => name.endsWith('.events'))).toHaveLength(1);
});

test('an event that the disk did not take is not sent, and the next one is', async () => {
  const hub = createHub();
  const client = await open(hub);
  await client.record(event({ event_id: 'a' }));
  await client.flush();
  await client.close();
  // The next segment cannot be made while a folder of its name is in the way.
  const [last = ''] = readdirSync(folder).filter((name) => name.endsWith('.events'));
  const number = Number(last.slice(0, 8));
  const inTheWay = join(folder, `${String(number + 1).padStart(8, '0')}.events`);
  const again = await open(hub);
  writeFileSync(inTheWay, '');
  await expect(again.record(event({ event_id: 'b' }))).rejects.toThrow('EEXIST');
  rmSync(inTheWay);
  await again.record(event({ event_id: 'c' }));
  await again.flush();
  expect(hub.ids().flat()).toEqual(['a', 'c']);
});

test('two programs do not share a folder', async () => {
  const client = await open(createHub());
  await expect(EventClient.open({ folder })).rejects.toThrow(BufferInUseError);
  await client.close();
  await (await open(createHub())).close();
  // Another process that runs: the one that started this one.
  writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: process.ppid, host: hostname(), started: '' }));
  const other = { ...createMachine(createHub().fetch), wait: async () => touch() };
  const touch = () => utimesSync(join(folder, 'lock'), 1, Date.now() / 1000 + 60);
  await expect(EventClient.open({ folder, machine: other })).rejects.toThrow(/used by process \d+ of/);
});

test('the lock of a program that is gone is taken over', async () => {
  const waits: number[] = [];
  const machine = {
    ...createMachine(createHub().fetch),
    wait: async (ms: number) => void waits.push(ms),
  };
  const leave = (lock: object | string) =>
    writeFileSync(join(folder, 'lock'), typeof lock === 'string' ? lock : JSON.stringify(lock));
  const take = async () => {
    waits.length = 0;
    const buffer = await openFolderBuffer(folder, { maxBufferBytes: 1000, machine });
    await buffer.close();
    expect(readdirSync(folder).filter((name) => name.startsWith('lock'))).toEqual([]);
    return waits;
  };
  const mine = { host: hostname(), started: '1' };
  // No process has this number.
  leave({ ...mine, pid: 2 ** 30 });
  expect(await take()).toEqual([]);
  // The number of this process, as a container that is started again has it.
  leave({ ...mine, pid: process.pid });
  expect(await take()).toEqual([]);
  // A number that another process was given since.
  leave({ ...mine, pid: process.ppid });
  expect(await take()).toEqual([]);
  // Another machine, of which only can be seen whether it still touches its lock.
  leave({ ...mine, pid: 1, host: 'elsewhere' });
  expect(await take()).toEqual([20_000]);
  leave('');
  expect(await take()).toEqual([20_000]);
});

test('without a folder events wait in memory, with the same rules', async () => {
  const hub = createHub();
  hub.next = [new Error('down'), { status: 413, body: 'Too large' }];
  const client = await open(hub, { folder: null, maxBufferBytes: 1_000 });
  const ids = [await client.record(event()), await client.record(event()), await client.record(event())];
  await expect(
    Promise.all(Array.from({ length: 10 }, () => client.record(event()).then((id) => ids.push(id)))),
  ).rejects.toThrow(BufferFullError);
  expect(await client.flush()).toBe(true);
  expect([...new Set(hub.ids().flat())]).toEqual(ids);
  expect(client.status()).toMatchObject({ accepted: ids.length, bufferedBytes: 0 });
  expect(readdirSync(folder)).toEqual([]);
});

test('a closed client takes nothing', async () => {
  const client = await open(createHub());
  await client.close();
  await expect(client.record(event())).rejects.toThrow('closed');
  expect(client.status().state).toBe('closed');
});

test('a file that is not of the buffer is left alone', async () => {
  appendFileSync(join(folder, 'notes.txt'), 'mine');
  await leaveEvents(1);
  await (await open(createHub())).flush();
  expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).toBe('mine');
});
