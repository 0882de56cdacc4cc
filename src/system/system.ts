import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { AppMiddleware } from '../kernel/http/env.ts';
import { startLoop } from '../kernel/jobs/loop.ts';
import type { Log } from '../kernel/log.ts';
import type { Clock } from '../kernel/time/clock.ts';
import { minuteMs } from '../kernel/time/durations.ts';
import { type Figure, type FigureKey, type SystemLimits, systemFigures } from './figures.ts';
import { createMetrics, type StationMetric } from './metrics.ts';
import type { SystemState } from './read-state.ts';
import { createRequestTimes } from './request-times.ts';
import { createHistory, type History } from './sample-history.ts';

const sampleMs = 30_000;
/** Samples of four hours. */
const maxSamples = 480;
/** Resolution of the measurement, which wakes the process this often: at 20 ms it cost more than everything else at rest. */
const delayStepMs = 100;
const nanosPerMs = 1e6;

/** The state of this process: sampled twice a minute for its page, read at each scrape for Prometheus. */
export type System = {
  /** Every metric in the text format of Prometheus. */
  scrape(): Promise<string>;
  figures: readonly Figure[];
  history: History<FigureKey>;
  /** Middleware that measures every request. */
  measureRequests: AppMiddleware;
  /** Counts recorded images. */
  countRecorded(images: number): void;
  /** Counts what retention deleted under one policy. */
  countRemoved(kind: string, removed: { count: number; bytes: number }): void;
  /** Takes a sample now. */
  sample(): Promise<void>;
  stop(): Promise<void>;
};

export function startSystem(options: {
  readState: () => Promise<SystemState>;
  /** The stations on the pages. */
  readStations: () => Promise<StationMetric[]>;
  limits: SystemLimits;
  version: string;
  clock: Clock;
  log: Log;
  onSample: () => void;
}): System {
  const { readState, clock, log } = options;
  const delay = monitorEventLoopDelay({ resolution: delayStepMs });
  delay.enable();
  const history = createHistory<FigureKey>({ maxSamples });
  const { registry, recorded, removed, removedBytes, scrape } = createMetrics({
    readState,
    readStations: options.readStations,
    history,
    version: options.version,
  });
  const requests = createRequestTimes(registry);
  let recordedSince = 0;
  let skippedBefore = 0;
  let eventsBefore = 0;
  let sampledAt = clock.now();

  async function sample(): Promise<void> {
    const state = await readState();
    const at = clock.now();
    const events = state.events.reduce((sum, { recorded }) => sum + recorded, 0);
    const minutes = Math.max(at - sampledAt, sampleMs) / minuteMs;
    history.add({
      at,
      values: {
        ...state.values,
        ingest: recordedSince / minutes,
        events: (events - eventsBefore) / minutes,
        liveSkipped: (state.live.skipped - skippedBefore) / minutes,
        requests: requests.takeP95Ms(),
        eventLoop: takeDelayMs(delay),
        memory: process.memoryUsage.rss(),
      },
    });
    recordedSince = 0;
    skippedBefore = state.live.skipped;
    eventsBefore = events;
    sampledAt = at;
    options.onSample();
  }

  const loop = startLoop({ name: 'system sample', intervalMs: sampleMs, run: sample, log, runAtStart: true });
  return {
    scrape,
    figures: systemFigures(options.limits),
    history,
    measureRequests: requests.measure,
    countRecorded: (images) => {
      recordedSince += images;
      recorded.inc(images);
    },
    countRemoved: (kind, { count, bytes }) => {
      removed.inc({ kind }, count);
      removedBytes.inc({ kind }, bytes);
    },
    sample: loop.trigger,
    stop: async () => {
      delay.disable();
      await loop.stop();
    },
  };
}

/** 99th percentile of the event loop's delay since the last call, without the timer's own resolution. */
function takeDelayMs(delay: ReturnType<typeof monitorEventLoopDelay>): number | null {
  const late = delay.count > 0 ? Math.max(0, delay.percentile(99) / nanosPerMs - delayStepMs) : null;
  delay.reset();
  return late;
}
