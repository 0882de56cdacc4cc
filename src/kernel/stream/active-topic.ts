import { AppError } from '../errors.ts';
import type { Lang } from '../i18n/languages.ts';
import type { Log } from '../log.ts';
import type { Clock } from '../time/clock.ts';
import { createChangeThrottle } from './change-throttle.ts';
import { contentHash, type Fragment, snapshotOf } from './fragment.ts';
import { createFrame, type Frame } from './frame.ts';
import type { MarkStale, StaleMark, TopicRequest } from './topic.ts';

/** Shortest interval: a plant with up to 20 images a second is rendered once per image, a busier one less often. */
const minIntervalMs = 40;
/** After a render the topic pauses for four times as long as rendering and sending took, to leave time for other work. */
const intervalPerRenderMs = 5;
/** Many topics share that fifth of the time, down to four renders a second each. */
const sharedIntervalMs = 250;
/** A topic that could not be rendered is tried again after this long, whether anything changes or not. */
const retryMs = 5_000;
/** Failures in a row from which its viewers are told that what they see is old. */
const failuresOfStale = 2;
/** A period ends slightly after its boundary, so that "now, floored to the minute" is certainly the new minute. */
const afterBoundaryMs = 20;

/** What every viewer of this topic shows now. `sequence` numbers the change that led to it. */
export type TopicState = { fragment: Fragment; sequence: number; hash: string; snapshot: Frame };

/** A receiver of a topic's changes. */
export type TopicSubscriber = {
  /** The state changed; `change` is the difference from the previous state, undefined for the first state. */
  update(topic: ActiveTopic, change: Frame | undefined): void;
  /** A message that is no content. */
  send(frame: Frame): void;
};

/** One topic with its filters in one language, active while it has viewers. */
export type ActiveTopic = {
  readonly request: TopicRequest;
  readonly lang: Lang;
  readonly viewers: Set<TopicSubscriber>;
  state(): TopicState | undefined;
  /** What its viewers are told of its content while that is old; undefined while it is not. */
  stale(): StaleMark | undefined;
  /** Renders soon, because something may have changed, and updates the viewers if it did. */
  refresh(): void;
  stop(): void;
};

/** Shared by all active topics: the numbering of changes, the queue of renders, the count. */
export type ActiveTopicContext = {
  clock: Clock;
  log: Log;
  enqueue(job: () => Promise<void>): void;
  nextSequence(): number;
  messageId(sequence: number): string;
  markStale: MarkStale;
  onRendered(ms: number): void;
  /** Active topics now. */
  countTopics(): number;
};

/** Starts a topic; its first render is queued when this returns. */
export function createActiveTopic(
  request: TopicRequest,
  lang: Lang,
  context: ActiveTopicContext,
): ActiveTopic {
  let state: TopicState | undefined;
  let dirty = false;
  let rendering = false;
  let stopped = false;
  let lastStartedAt = Number.NEGATIVE_INFINITY;
  let intervalMs = minIntervalMs;
  let pause: NodeJS.Timeout | undefined;
  let rest: NodeJS.Timeout | undefined;
  let period: NodeJS.Timeout | undefined;
  let retry: NodeJS.Timeout | undefined;
  let failures = 0;
  /** When it could be rendered last; epoch ms. */
  let goodAt: number | null = null;
  let stale: StaleMark | undefined;
  const viewers = new Set<TopicSubscriber>();
  const throttle = createChangeThrottle();

  const refresh = () => {
    dirty = true;
    if (stopped || rendering || pause) return;
    const waitMs = lastStartedAt + intervalMs - performance.now();
    if (waitMs > 0) pause = setTimeout(start, waitMs);
    else start();
  };
  const start = () => {
    pause = undefined;
    rendering = true;
    context.enqueue(async () => {
      if (stopped) return;
      dirty = false;
      lastStartedAt = performance.now();
      try {
        const fragment = await request.topic.render(request.query, { lang });
        context.onRendered(performance.now() - lastStartedAt);
        if (!stopped) show(fragment);
        noteSuccess();
        intervalMs = intervalAfter(performance.now() - lastStartedAt, context.countTopics());
      } catch (error) {
        // A topic with an invalid filter (a station that does not exist) fails at every event; that is no warning.
        const level = error instanceof AppError && error.status < 500 ? 'debug' : 'warn';
        context.log[level]({ err: error, topic: request.key }, 'A topic could not be rendered');
        if (!stopped) noteFailure();
      }
      rendering = false;
      if (dirty) refresh();
    });
  };
  const tell = (mark: StaleMark) => {
    const frame = staleFrame(mark);
    for (const viewer of viewers) viewer.send(frame);
  };
  const noteSuccess = () => {
    clearTimeout(retry);
    failures = 0;
    goodAt = context.clock.now();
    if (stale) tell({ id: stale.id, text: '' });
    stale = undefined;
  };
  const noteFailure = () => {
    failures += 1;
    clearTimeout(retry);
    retry = setTimeout(refresh, retryMs);
    if (failures < failuresOfStale || stale) return;
    stale = context.markStale(request, lang, goodAt);
    if (stale) tell(stale);
  };
  const show = (fragment: Fragment) => {
    const { changes, shown, againInMs } = throttle.next(fragment, performance.now());
    clearTimeout(rest);
    if (againInMs !== undefined) rest = setTimeout(() => show(fragment), againInMs);
    if (changes === '') return;
    const sequence = context.nextSequence();
    const snapshot = createFrame({ data: snapshotOf(shown) });
    state = { fragment: shown, sequence, hash: contentHash(shown.html), snapshot };
    const change =
      changes === undefined ? undefined : createFrame({ id: context.messageId(sequence), data: changes });
    for (const viewer of viewers) viewer.update(topic, change);
  };
  const schedulePeriod = (everyMs: number) => {
    const waitMs = everyMs - (context.clock.now() % everyMs) + afterBoundaryMs;
    period = setTimeout(() => {
      refresh();
      schedulePeriod(everyMs);
    }, waitMs);
  };

  const topic: ActiveTopic = {
    request,
    lang,
    viewers,
    state: () => state,
    stale: () => stale,
    refresh,
    stop: () => {
      stopped = true;
      clearTimeout(pause);
      clearTimeout(rest);
      clearTimeout(period);
      clearTimeout(retry);
    },
  };
  if (request.topic.everyMs !== undefined) schedulePeriod(request.topic.everyMs);
  refresh();
  return topic;
}

/** Tells a viewer what a panel says of its content. */
export function staleFrame(mark: StaleMark): Frame {
  return createFrame({ event: 'stale', data: JSON.stringify(mark) });
}

/** From the start of one render to the start of the next, after one that took `tookMs`. */
function intervalAfter(tookMs: number, topics: number): number {
  const aloneMs = tookMs * intervalPerRenderMs;
  return Math.max(minIntervalMs, aloneMs, Math.min(aloneMs * topics, sharedIntervalMs));
}
