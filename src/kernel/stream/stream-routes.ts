import { Hono } from 'hono';
import { AppError } from '../errors.ts';
import { alreadySent } from '../http/already-sent.ts';
import { acceptsEncoding } from '../http/compression.ts';
import type { AppContext, AppEnv } from '../http/env.ts';
import { sendRevalidated } from '../http/etag.ts';
import { may, stillMay } from '../http/guards/may.ts';
import type { Lang } from '../i18n/languages.ts';
import { snapshotOf } from './fragment.ts';
import type { Hub } from './hub.ts';
import { parseTopicRequests, type Topic, type TopicRequest } from './topic.ts';
import { createStreamViewer, type StreamViewer } from './viewer.ts';

const html = 'text/html; charset=utf-8';

/** How long a stream may outlive the right to look, which ends by sign-out, expiry or an administrator. */
const defaultRecheckEveryMs = 30_000;

/** The routes of all topics: each fragment alone, the stream of several, and the same as one response for polling. */
export function streamRoutes(options: {
  topics: ReadonlyMap<string, Topic>;
  hub: Hub;
  maxBlockedMs: number;
  recheckEveryMs?: number;
  /** Checks to run as soon as a right was revoked; see `Topics.recheck`. */
  rechecks: Set<() => void>;
}): Hono<AppEnv> {
  const { topics, hub, maxBlockedMs, recheckEveryMs = defaultRecheckEveryMs, rechecks } = options;
  const routes = new Hono<AppEnv>();
  for (const topic of topics.values()) {
    routes.get(topic.path, may('look'), async (c) => {
      const fragment = await topic.render(new URL(c.req.url).searchParams, { lang: langOf(c) });
      return sendRevalidated(c, fragment.html, html);
    });
  }
  routes.get('/stream', may('look'), (c) =>
    openStream(c, parseTopicRequests(c.req.queries('topics') ?? [], topics), hub, {
      maxBlockedMs,
      recheckEveryMs,
      rechecks,
    }),
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
  {
    maxBlockedMs,
    recheckEveryMs,
    rechecks,
  }: { maxBlockedMs: number; recheckEveryMs: number; rechecks: Set<() => void> },
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
  const recheck = () => endWhenRefused(c, viewer);
  const timer = setInterval(recheck, recheckEveryMs);
  rechecks.add(recheck);
  outgoing.on('close', () => {
    clearInterval(timer);
    rechecks.delete(recheck);
    leave();
  });
  return alreadySent();
}

/** A stream stays open while the database cannot answer. */
function endWhenRefused(c: AppContext, viewer: StreamViewer): void {
  stillMay(c, 'look').then(
    (isAllowed) => isAllowed || viewer.end(),
    (error: unknown) => c.get('log')?.warn({ err: error }, 'The right to a stream could not be checked'),
  );
}

/** Viewers that poll, because no stream reaches them, see exactly what the others see, usually without a render. */
async function snapshot(request: TopicRequest, lang: Lang, hub: Hub): Promise<string> {
  return snapshotOf(hub.findShown(request, lang) ?? (await request.topic.render(request.query, { lang })));
}

function langOf(c: AppContext): Lang {
  return c.get('lang') ?? 'en';
}
