import { connect, type Socket } from 'node:net';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import type { AppEnv } from '../http/env.ts';
import { startServer } from '../http/server/server.ts';
import { createLog } from '../log.ts';
import { systemClock } from '../time/clock.ts';
import { createTopics } from './topics.ts';

const log = createLog({ level: 'silent', pretty: false });
const screenCount = 1000;

/** Opens a screen's stream; resolves once the fragment's text has come. */
function openScreen(port: number, text: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.write('GET /stream?topics=%2Fcards HTTP/1.1\r\nHost: localhost\r\n\r\n');
    socket.setEncoding('utf8').on('data', (chunk) => {
      received += chunk;
      if (received.includes(text)) resolve(socket);
    });
    socket.on('error', reject).on('close', () => reject(new Error(`Closed after ${received.slice(0, 200)}`)));
  });
}

test('a thousand screens that come back in the same second are all served, by one render each time', async () => {
  const topics = createTopics({ clock: systemClock, log, version: 'v1', maxViewers: screenCount });
  let renders = 0;
  topics.define({
    path: '/cards',
    events: ['recorded'],
    render: () => {
      renders += 1;
      const html = `<p id="s4">render ${renders}</p>`;
      return { containerId: 'cards', parts: [{ id: 's4', html }], html };
    },
  });
  const app = new Hono<AppEnv>().route('/', topics.routes());
  const server = await startServer({
    fetch: app.fetch,
    host: '127.0.0.1',
    port: 0,
    log,
    maxStreams: screenCount,
    endStreams: topics.stop,
  });
  for (let round = 1; round <= 3; round += 1) {
    const opening = Array.from({ length: screenCount }, () => openScreen(server.port, `render ${round}`));
    const screens = await Promise.all(opening);
    expect(topics.stats()).toMatchObject({ viewers: screenCount, topics: 1, refused: 0 });
    expect(renders).toBe(round);
    for (const screen of screens) screen.removeAllListeners('close').destroy();
    await expect.poll(() => topics.stats(), { timeout: 5000 }).toMatchObject({ viewers: 0, topics: 0 });
  }
  await server.stop({ graceMs: 1000 });
});
