import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Hono } from 'hono';
import sharp from 'sharp';
import { createApp } from '../app.ts';
import type { AppEnv } from '../kernel/http/env.ts';
import { type RunningServer, startServer } from '../kernel/http/server/server.ts';
import { createLog } from '../kernel/log.ts';
import { loadConfig } from '../kernel/settings/config.ts';
import { createServices, type Services } from '../services.ts';
import { createServerDatabase, testDialect } from './databases.ts';
import { createTestClock } from './test-clock.ts';

/** "Now" in a test plant, 10:30:15 on its wall clock. */
export const testNow = Date.parse('2025-09-06T10:30:15+09:00');

/** An image of the plant: its path below the watched folder alone, or with its content and age. */
export type TestImage = string | { path: string; bytes?: Buffer; modifiedAt?: number };

export type TestApp = AsyncDisposable & {
  app: Hono<AppEnv>;
  services: Services;
  clock: ReturnType<typeof createTestClock>;
  /** Holds `watch/` and `state/`; removed by `close`. */
  folder: string;
  watchDir: string;
  /** Asks the app as a program on this machine does; another `peer` is another machine. */
  request(path: string, init?: RequestInit, peer?: string): Promise<Response>;
  post(path: string, init?: RequestInit, peer?: string): Promise<Response>;
  json(path: string, init?: RequestInit): Promise<unknown>;
  text(path: string, init?: RequestInit): Promise<string>;
  /** Writes images that a next sweep will find. */
  writeImages(images: readonly TestImage[]): Promise<void>;
  /** Writes images and answers once they are counted. */
  addImages(images: readonly TestImage[]): Promise<void>;
  /** Listens on a free port, once; answers `http://127.0.0.1:<port>`. */
  listen(): Promise<string>;
  close(): Promise<void>;
};

export type TestAppOptions = {
  /** Further settings. */
  env?: Record<string, string>;
  /** Counted when the app is there. */
  images?: readonly TestImage[];
  /** What is done to the plant's folder before anything looks at it, and undone at the end. */
  // biome-ignore lint/suspicious/noConfusingVoidType: most have nothing to undo
  before?: (folder: string) => Disposable | void;
};

/**
 * The product as it runs, on folders of its own: real files, a real scanner thread, a real database. Its clock stands
 * at `testNow` in Asia/Seoul until a test moves it.
 */
export async function createTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-test-'));
  const watchDir = join(folder, 'watch');
  const prepared = options.before?.(folder);
  mkdirSync(watchDir, { recursive: true });
  await writeImages(watchDir, options.images ?? []);
  const clock = createTestClock(testNow);
  const log = createLog({ level: 'silent', pretty: false });
  const env = { ...(await databaseOfRun()), ...options.env };
  const services = await createServices({ ...settings(folder, env), log, clock });
  const app = createApp(services);
  await services.start();
  await services.inspections.sources.rescan();
  let server: Promise<RunningServer> | undefined;

  const request: TestApp['request'] = async (path, init, peer = '127.0.0.1') => {
    const incoming = { socket: { remoteAddress: peer } } as never;
    const answer = await app.request(`http://plant.local${path}`, init, { incoming });
    // Read to the end, as a browser does: a test that looks at the head alone would leave a file open.
    return answer.body === null ? answer : new Response(await answer.arrayBuffer(), answer);
  };
  const close = async () => {
    services.topics.stop();
    await (await server)?.stop({ graceMs: 0 });
    await services.stop();
    prepared?.[Symbol.dispose]();
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    app,
    services,
    clock,
    folder,
    watchDir,
    request,
    post: (path, init, peer) => request(path, { method: 'POST', ...init }, peer),
    json: async (path, init) => (await request(path, init)).json(),
    text: async (path, init) => (await request(path, init)).text(),
    writeImages: (images) => writeImages(watchDir, images),
    addImages: async (images) => {
      await writeImages(watchDir, images);
      await services.inspections.sources.rescan();
    },
    listen: async () => {
      const endStreams = services.topics.stop;
      const { sockets } = services;
      server ??= startServer({ fetch: app.fetch, host: '127.0.0.1', port: 0, log, endStreams, sockets });
      return `http://127.0.0.1:${(await server).port}`;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function databaseOfRun(): Promise<Record<string, string>> {
  return testDialect === 'sqlite' ? {} : { DATABASE_URL: await createServerDatabase(testDialect) };
}

/** Settings of a plant that looks for images only on request, so that tests control the order. */
function settings(folder: string, env: Record<string, string> = {}) {
  const loaded = loadConfig({
    env: {
      WATCH_DIR: join(folder, 'watch'),
      DB_PATH: join(folder, 'state', 'data.sqlite'),
      SITE_TIME_ZONE: 'Asia/Seoul',
      WATCH_MODE: 'poll',
      POLL_INTERVAL_SEC: '3600',
      ...env,
    },
  });
  if (!loaded.ok) throw new Error(loaded.faults.join(' '));
  return loaded;
}

async function writeImages(watchDir: string, images: readonly TestImage[]): Promise<void> {
  const [ok, ng] = await Promise.all([tinyJpeg('#1e7d46'), tinyJpeg('#a32020')]);
  for (const image of images) {
    const { path, bytes, modifiedAt } = typeof image === 'string' ? { path: image } : image;
    const file = join(watchDir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes ?? (/(?:^|\/)NG-[^/]*$/.test(path) ? ng : ok));
    if (modifiedAt !== undefined) utimesSync(file, modifiedAt / 1000, modifiedAt / 1000);
  }
}

function tinyJpeg(background: string): Promise<Buffer> {
  return sharp({ create: { width: 32, height: 24, channels: 3, background } })
    .jpeg()
    .toBuffer();
}
