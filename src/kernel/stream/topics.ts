import type { Hono } from 'hono';
import { createGrowingCache } from '../growing-cache.ts';
import type { AppEnv } from '../http/env.ts';
import type { Lang } from '../i18n/languages.ts';
import type { Log } from '../log.ts';
import type { Clock } from '../time/clock.ts';
import { contentHash } from './fragment.ts';
import { createHub, type StreamStats } from './hub.ts';
import { streamRoutes } from './stream-routes.ts';
import { type MarkStale, parseTopicRequests, type Shown, streamUrl, type Topic, topicKey } from './topic.ts';
import { defaultMaxBlockedMs } from './viewer.ts';

/** The first render of a fragment: `html` goes into its container, `shown` into the page's stream URL. */
export type FirstRender = { html: string; shown: { topic: string; have: string } };

/** Several changes of rights within this time cause one check of every stream. */
const recheckPauseMs = 200;

/** Topics with their filters whose element is remembered, for a mark on its old content. */
const maxContainers = 2_000;

/** The registry of topics, and the streams that carry them. */
export type Topics = {
  /** Adds a topic, before `routes()` is called. Throws when the path is taken. */
  define(topic: Topic): void;
  /** Renders every active topic that depends on this event soon. Returns at once and never throws. */
  publish(eventName: string, payload?: unknown): void;
  /** Renders every active topic soon: events may have been missed. */
  refreshAll(): void;
  /** Soon ends the streams of viewers that lost the right to look, instead of within half a minute. */
  recheck(): void;
  /** Renders `path?query` for a page; throws what the topic throws, and `invalid` for an unknown topic. */
  first(topic: string, viewer: { lang: Lang }): Promise<FirstRender>;
  /** The paths of the topics that are part of every page's stream. */
  listEverywhere(): string[];
  /** The URL `/stream?…` for a page with these fragments. */
  streamUrl(shown: readonly Shown[]): string;
  /** The routes of every topic's path, `/stream` and `/stream/snapshot`. */
  routes(): Hono<AppEnv>;
  stats(): StreamStats;
  /** Ends all streams and stops rendering; for `endStreams` of the server. */
  stop(): void;
};

/**
 * `version` names the running code: pages of another version must reload. `maxBlockedMs`: how long a viewer may
 * accept no data before it is disconnected. `recheckEveryMs`: how often its right to look is checked. `sayStale`: the words above content that cannot be
 * renewed, and of when it is (epoch ms; null where that is not known).
 */
export function createTopics(options: {
  clock: Clock;
  log: Log;
  version: string;
  maxViewers: number;
  maxBlockedMs?: number;
  recheckEveryMs?: number;
  sayStale?: (lang: Lang, at: number | null) => string;
}): Topics {
  const { maxBlockedMs = defaultMaxBlockedMs, sayStale = () => 'These figures cannot be renewed now.' } =
    options;
  const topics = new Map<string, Topic>();
  const containers = createGrowingCache<string, string>({ max: maxContainers });
  const markStale: MarkStale = ({ key }, lang, at) => ({
    // A topic that never could be rendered here stands where its address says, unless it is one of many.
    id: containers.get(key) ?? key.slice(1).replace(/\?.*/, '').replaceAll('/', '-'),
    text: sayStale(lang, at),
  });
  const hub = createHub({
    clock: options.clock,
    log: options.log,
    version: options.version,
    maxViewers: options.maxViewers,
    markStale,
  });
  const rechecks = new Set<() => void>();
  let recheckTimer: NodeJS.Timeout | undefined;
  return {
    define: (topic) => {
      if (topics.has(topic.path)) throw new Error(`The topic ${topic.path} is defined twice`);
      topics.set(topic.path, {
        ...topic,
        render: async (query, viewer) => {
          const fragment = await topic.render(query, viewer);
          containers.set(topicKey(topic.path, query), fragment.containerId);
          return fragment;
        },
      });
    },
    publish: hub.publish,
    refreshAll: hub.refreshAll,
    recheck: () => {
      if (recheckTimer) return;
      recheckTimer = setTimeout(() => {
        recheckTimer = undefined;
        for (const recheck of rechecks) recheck();
      }, recheckPauseMs).unref();
    },
    first: async (value, viewer) => {
      const [request] = parseTopicRequests([value], topics);
      if (!request) throw new Error('One topic gives one request');
      const { html } = await request.topic.render(request.query, viewer);
      return { html, shown: { topic: value, have: contentHash(html) } };
    },
    listEverywhere: () =>
      [...topics.values()].filter(({ isOnEveryPage }) => isOnEveryPage).map(({ path }) => path),
    streamUrl: (shown) => streamUrl(shown, options.version),
    routes: () =>
      streamRoutes({
        topics,
        hub,
        maxBlockedMs,
        recheckEveryMs: options.recheckEveryMs,
        rechecks,
        markStale,
      }),
    stats: hub.stats,
    stop: hub.stop,
  };
}
