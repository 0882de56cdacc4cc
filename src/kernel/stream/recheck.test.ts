import { Hono } from 'hono';
import { expect, test } from 'vitest';
import type { Principal } from '../auth/principal.ts';
import type { AppEnv } from '../http/env.ts';
import { startServer } from '../http/server/server.ts';
import { createLog } from '../log.ts';
import { systemClock } from '../time/clock.ts';
import { createTopics } from './topics.ts';

const log = createLog({ level: 'silent', pretty: false });
const kim: Principal = { kind: 'user', userId: 1, name: 'kim', role: 'viewer', sessionId: 1 };

test('a stream ends soon after its viewer was signed out, and not before', async () => {
  let principal: Principal = kim;
  const topics = createTopics({
    clock: systemClock,
    log,
    version: '1',
    maxViewers: 9,
    recheckEveryMs: 20,
  });
  topics.define({
    path: '/cards',
    events: [],
    render: () => ({ containerId: 'cards', parts: [], html: '' }),
  });
  const app = new Hono<AppEnv>();
  app.use(async (c, next) => {
    c.set('principal', principal);
    c.set('identifyAgain', async () => principal);
    c.set('door', {
      policy: 'closed',
      siteId: 1,
      isOnPages: async () => false,
      writeWaitMs: () => 0,
      noteSender: () => {},
      record: async () => {},
    });
    await next();
  });
  app.route('/', topics.routes());
  const endStreams = topics.stop;
  const server = await startServer({ fetch: app.fetch, host: '127.0.0.1', port: 0, log, endStreams });
  try {
    const answer = await fetch(`http://127.0.0.1:${server.port}/stream?topics=/cards`);
    const ended = answer.text().then(() => 'ended' as const);
    const patience = new Promise((resolve) => setTimeout(resolve, 150, 'open'));
    expect(await Promise.race([ended, patience])).toBe('open');
    principal = { kind: 'nobody' };
    expect(await ended).toBe('ended');
    expect((await fetch(`http://127.0.0.1:${server.port}/stream?topics=/cards`)).status).not.toBe(200);
  } finally {
    await server.stop({ graceMs: 0 });
  }
});
