import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Lang } from '../i18n/languages.ts';
import type { Log } from '../log.ts';
import { changesBetween, contentHash, type Fragment, snapshotOf } from './fragment.ts';
import { createFrame, type Frame } from './frame.ts';
import type { TopicRequest } from './topic.ts';

/** At most four renders a second for each topic; the first change goes out at once and the last one always. */
const MIN_INTERVAL_MS = 250;
/** However long a render takes, the topic rests for four times as long, so that other work gets its turn. */
const INTERVAL_PER_RENDER_MS = 5;
/** A period ends just after its boundary, so that "now, floored to the minute" is the new minute for certain. */
const AFTER_BOUNDARY_MS = 20;

/** What every screen of this topic shows now. `sequence` is the number of the change that made it so. */
export type TopicState = { fragment: Fragment; sequence: number; hash: string; snapshot: Frame };

/** A viewer as a topic sees it. */
export type TopicViewer = {
  /** The state changed; `change` is the difference to the state before, undefined for the first state. */
  update(topic: LiveTopic, change: Frame | undefined): void;
};

/** One topic with its filters in one language, alive as long as somebody looks at it. */
export type LiveTopic = {
  readonly request: TopicRequest;
  readonly lang: Lang;
  readonly viewers: Set<TopicViewer>;
  state(): TopicState | undefined;
  /** Something may have changed: renders soon and tells the viewers if it did. */
  refresh(): void;
  stop(): void;
};

/** What live topics share: one numbering of changes, one queue of renders, one count. */
export type LiveTopicContext = {
  clock: Clock;
  log: Log;
  enqueue(job: () => Promise<void>): void;
  nextSequence(): number;
  messageId(sequence: number): string;
  onRendered(ms: number): void;
};

/** Starts a topic; its first render is under way when this returns. */
export function createLiveTopic(request: TopicRequest, lang: Lang, context: LiveTopicContext): LiveTopic {
  let state: TopicState | undefined;
  let dirty = false;
  let rendering = false;
  let stopped = false;
  let lastStartedAt = Number.NEGATIVE_INFINITY;
  let intervalMs = MIN_INTERVAL_MS;
  let pause: NodeJS.Timeout | undefined;
  let period: NodeJS.Timeout | undefined;
  const viewers = new Set<TopicViewer>();

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
        const tookMs = performance.now() - lastStartedAt;
        intervalMs = Math.max(MIN_INTERVAL_MS, tookMs * INTERVAL_PER_RENDER_MS);
        context.onRendered(tookMs);
        if (!stopped) show(fragment);
      } catch (error) {
        // Whoever asks for a station that does not exist is told so again at every event; the log is not.
        const level = error instanceof AppError && error.status < 500 ? 'debug' : 'warn';
        context.log[level]({ err: error, topic: request.key }, 'A live topic could not be rendered');
      }
      rendering = false;
      if (dirty) refresh();
    });
  };
  const show = (fragment: Fragment) => {
    const changes = state && changesBetween(state.fragment, fragment);
    if (changes === '') return;
    const sequence = context.nextSequence();
    const snapshot = createFrame({ data: snapshotOf(fragment) });
    state = { fragment, sequence, hash: contentHash(fragment.html), snapshot };
    const change =
      changes === undefined ? undefined : createFrame({ id: context.messageId(sequence), data: changes });
    for (const viewer of viewers) viewer.update(topic, change);
  };
  const schedulePeriod = (everyMs: number) => {
    const waitMs = everyMs - (context.clock.now() % everyMs) + AFTER_BOUNDARY_MS;
    period = setTimeout(() => {
      refresh();
      schedulePeriod(everyMs);
    }, waitMs);
  };

  const topic: LiveTopic = {
    request,
    lang,
    viewers,
    state: () => state,
    refresh,
    stop: () => {
      stopped = true;
      clearTimeout(pause);
      clearTimeout(period);
    },
  };
  if (request.topic.everyMs !== undefined) schedulePeriod(request.topic.everyMs);
  refresh();
  return topic;
}
