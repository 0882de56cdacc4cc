import { Hono } from 'hono';
import { AppError } from '../errors.ts';
import { may } from '../http/access.ts';
import { alreadySent } from '../http/already-sent.ts';
import { acceptsEncoding } from '../http/compression.ts';
import type { AppContext, AppEnv } from '../http/env.ts';
import { sendRevalidated } from '../http/etag.ts';
import type { Lang } from '../i18n/languages.ts';
import { snapshotOf } from './fragment.ts';
import type { Hub } from './hub.ts';
import { parseTopicRequests, type Topic, type TopicRequest } from './topic.ts';
import { createStreamViewer } from './viewer.ts';

const html = 'text/html; charset=utf-8';

/** The URLs of all topics: each fragment by itself, the stream of several, and the same as one answer for polling. */
export function streamRoutes(options: {
  topics: ReadonlyMap<string, Topic>;
  hub: Hub;
  maxBlockedMs: number;
}): Hono<AppEnv> {
  const { topics, hub, maxBlockedMs } = options;
  const routes = new Hono<AppEnv>();
  for (const topic of topics.values()) {
    routes.get(topic.path, may('look'), async (c) => {
      const fragment = await topic.render(new URL(c.req.url).searchParams, { lang: langOf(c) });
      return sendRevalidated(c, fragment.html, html);
    });
  }
  routes.get('/stream', may('look'), (c) =>
    openStream(c, parseTopicRequests(c.req.queries('topics') ?? [], topics), hub, maxBlockedMs),
  );
  routes.get('/stream/snapshot', may('look'), async (c) => {
    const requests = parseTopicRequests(c.req.queries('topics') ?? [], topics);
    const wholes = await Promise.all(requests.map((request) => snapshot(request, langOf(c), hub)));
    const answer = sendRevalidated(c, wholes.join('\n'), html);
    const newVersion = hub.newVersionFor(c.req.query('v'));
    if (newVersion !== undefined) answer.headers.set('x-reload', newVersion);
    return answer;
  });
  return routes;
}

function openStream(
  c: AppContext,
  requests: readonly TopicRequest[],
  hub: Hub,
  maxBlockedMs: number,
): Response {
  const lang = langOf(c);
  hub.assertRoom(requests, lang);
  if (c.req.method === 'HEAD') return c.body(null, 200, { 'content-type': 'text/event-stream' });
  const outgoing = c.env?.outgoing;
  if (!outgoing) throw new AppError('unavailable', 'A stream needs a connection of its own.');
  if (outgoing.destroyed) return alreadySent();
  const viewer = createStreamViewer(outgoing, {
    gzip: acceptsEncoding(c.req.header('accept-encoding'), 'gzip'),
    maxBlockedMs,
    messageId: hub.lastMessageId,
    counters: hub.counters,
  });
  const leave = hub.join(viewer, {
    requests,
    have: c.req.queries('have') ?? [],
    lang,
    lastEventId: c.req.header('last-event-id'),
    pageVersion: c.req.query('v'),
  });
  outgoing.on('close', leave);
  return alreadySent();
}

/** Viewers that poll because no stream reaches them see exactly what the others see, at the cost of a look-up. */
async function snapshot(request: TopicRequest, lang: Lang, hub: Hub): Promise<string> {
  return snapshotOf(hub.findShown(request, lang) ?? (await request.topic.render(request.query, { lang })));
}

function langOf(c: AppContext): Lang {
  return c.get('lang') ?? 'en';
}
