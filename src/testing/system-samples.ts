import { systemFigures } from '../system/figures.ts';
import { createHistory } from '../system/sample-history.ts';
import { systemView } from '../system/views.ts';

const now = Date.parse('2025-09-06T10:30:15+09:00');

const figures = systemFigures({ pollIntervalMs: 60_000, maxViewers: 2000, thumbnailBytes: 1e9 });
const history = createHistory<(typeof figures)[number]['key']>({ maxSamples: 3 });
const systemOfNothing = systemView(figures, history, now);
history.add({
  at: now,
  values: {
    ingest: 12.25,
    events: 40,
    lag: 90_000,
    sweep: 120,
    queues: 3,
    requests: 12,
    eventLoop: null,
    liveRate: 4.26,
    liveTell: 812,
    liveViewers: 3,
    liveSkipped: 0,
    viewers: 2,
    memory: 2e8,
    database: null,
    thumbnails: 5e6,
    disk: 100,
  },
});
const system = systemView(figures, history, now);
const samples = (...list: object[]) => list.map((view) => ({ view }));

/** What the partials of the System page are printed with. */
export const systemSamples: Readonly<Record<string, readonly object[]>> = {
  'system/_figure': samples(...system.figures, ...systemOfNothing.figures),
  'system/_figures': samples(system, systemOfNothing),
  'system/_window': samples(system, systemOfNothing),
};
