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
import {
  type MarkStale,
  parseTopicRequests,
  type StaleMark,
  type Topic,
  type TopicRequest,
} from './topic.ts';
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
  markStale: MarkStale;
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
    const found = await snapshots(c, requests, options);
    const answer = sendRevalidated(c, found.flatMap(({ whole }) => whole ?? []).join('\n'), html);
    const stale = found.flatMap((one) => one.stale ?? []);
    if (stale.length > 0) answer.headers.set('x-stale', staleHeader(stale));
    const newVersion = hub.newVersionFor(c.req.query('v'));
    if (newVersion !== undefined) answer.headers.set('x-reload', newVersion);
    return answer;
  });
  return routes;
}

/**
 * Texts of any language, where a header has Latin letters only; each text once, because proxies take but a few KB and a
 * wall has many tiles.
 */
function staleHeader(stale: readonly StaleMark[]): string {
  const byText = [...Map.groupBy(stale, ({ text }) => text)];
  return encodeURIComponent(
    JSON.stringify(byText.map(([text, marks]) => ({ text, ids: marks.map(({ id }) => id) }))),
  );
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

/**
 * Viewers that poll, because no stream reaches them, see exactly what the others see, usually without a render. A topic that cannot be rendered is
 * marked and takes no other with it. Throws where none can be.
 */
async function snapshots(
  c: AppContext,
  requests: readonly TopicRequest[],
  { hub, markStale }: { hub: Hub; markStale: MarkStale },
): Promise<{ whole: string | undefined; stale: StaleMark | undefined }[]> {
  const lang = langOf(c);
  const results = await Promise.allSettled(
    requests.map(
      async (request) =>
        hub.findShown(request, lang) ?? (await request.topic.render(request.query, { lang })),
    ),
  );
  const failed = results.filter((result) => result.status === 'rejected');
  if (failed[0] && failed.length === results.length) throw failed[0].reason;
  return results.map((result, i) => {
    const request = requests[i]!;
    if (result.status === 'fulfilled')
      return { whole: snapshotOf(result.value), stale: hub.findStale(request, lang) };
    c.get('log')?.warn({ err: result.reason, topic: request.key }, 'A topic could not be rendered');
    return { whole: undefined, stale: markStale(request, lang, null) };
  });
}

function langOf(c: AppContext): Lang {
  return c.get('lang') ?? 'en';
}
