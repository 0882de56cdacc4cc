import { Counter, Gauge, Registry } from 'prom-client';
import type { StationStateCode } from '../plant/station-state.ts';
import type { FigureKey } from './figures.ts';
import type { SystemState } from './read-state.ts';
import type { History } from './sample-history.ts';

/** A station on the pages, as the metrics name it. */
export type StationMetric = { station: string; state: StationStateCode | null; lastSeenAt: number | null };

export type Metrics = {
  registry: Registry;
  recorded: Counter;
  removed: Counter<'kind'>;
  removedBytes: Counter<'kind'>;
  /** All current metrics in the text format of Prometheus. */
  scrape(): Promise<string>;
};

/** The data of the System page for Prometheus, in its units: seconds and bytes. The number of labels is bounded. */
export function createMetrics(options: {
  readState: () => Promise<SystemState>;
  readStations: () => Promise<StationMetric[]>;
  history: History<FigureKey>;
  version: string;
}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const recorded = new Counter({
    name: 'linesight_images_recorded_total',
    help: 'Images counted since the start',
    registers,
  });
  const removed = new Counter({
    name: 'linesight_retention_deleted_total',
    help: 'Things deleted by retention since the start',
    labelNames: ['kind'] as const,
    registers,
  });
  const removedBytes = new Counter({
    name: 'linesight_retention_freed_bytes_total',
    help: 'Bytes freed by retention since the start',
    labelNames: ['kind'] as const,
    registers,
  });
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `linesight_${name}`, help, labelNames, registers });
  /** A counter kept elsewhere, set at each scrape. */
  const counter = (name: string, help: string) => new Counter({ name: `linesight_${name}`, help, registers });
  const gauges = {
    lag: gauge('ingest_lag_seconds', 'From a complete file to its row', ['source', 'quantile']),
    sweep: gauge('sweep_duration_seconds', 'The last sweep of a watched folder', ['source']),
    online: gauge('source_online', '1 while a watched folder is online', ['source']),
    stations: gauge(
      'station_state',
      '1 for the state that a station is in, as every page prints it; unjudged until its folders were swept',
      ['station', 'state'],
    ),
    lastImages: gauge(
      'station_last_image_timestamp_seconds',
      'When the newest image of a station was taken',
      ['station'],
    ),
    queues: gauge('queue_depth', 'What waits', ['queue']),
    viewers: gauge('stream_viewers', 'Screens on the live stream'),
    topics: gauge('stream_topics', 'Fragments kept live'),
    liveImages: counter('live_images_told_total', 'Newest live images told to viewers since the start'),
    liveTell: gauge('live_tell_seconds', 'From a file that is noticed to telling it viewers, last minute', [
      'quantile',
    ]),
    draw: gauge('image_draw_seconds', 'Drawing an image in a size, of the last 500 of it', [
      'size',
      'quantile',
    ]),
    liveViewers: gauge('live_viewers', 'WebSockets that follow live images'),
    liveSkipped: counter(
      'live_messages_skipped_total',
      'Images a slow viewer was spared because a newer one came',
    ),
    events: new Counter({
      name: 'linesight_events_total',
      help: 'Events of workers since the start, by the way they came and what became of them',
      labelNames: ['way', 'outcome'] as const,
      registers,
    }),
    lastEvents: gauge('event_last_timestamp_seconds', 'When the last event of workers came', ['way']),
    intakes: gauge(
      'event_intake_connected',
      '1 while this process reads events from a broker or a stream; absent where another process does',
      ['way'],
    ),
    database: gauge('database_bytes', 'Size of the database file with its log'),
    thumbnails: gauge('thumbnails_bytes', 'Size of the kept thumbnails'),
    disk: gauge('state_disk_free_bytes', 'Free space where the state is kept'),
    cleanedUp: gauge('retention_last_run_timestamp_seconds', 'When the last clean-up ended'),
    loop: gauge('event_loop_delay_p99_seconds', 'Delay of the event loop, 99th percentile of half a minute'),
    memory: gauge('resident_memory_bytes', 'Memory of the process'),
  };
  gauge('build_info', 'The running version', ['version']).set({ version: options.version }, 1);
  return {
    registry,
    recorded,
    removed,
    removedBytes,
    scrape: async () => {
      fill(gauges, await options.readState(), options.history);
      fillStations(gauges, await options.readStations());
      return registry.metrics();
    },
  };
}

type Gauges = Record<
  | 'lag'
  | 'sweep'
  | 'online'
  | 'stations'
  | 'lastImages'
  | 'queues'
  | 'viewers'
  | 'topics'
  | 'draw'
  | 'liveTell'
  | 'liveViewers'
  | 'database'
  | 'thumbnails'
  | 'disk'
  | 'cleanedUp'
  | 'lastEvents'
  | 'intakes'
  | 'loop'
  | 'memory',
  Gauge
> &
  Record<'liveImages' | 'liveSkipped', Counter> & { events: Counter<'way' | 'outcome'> };

/** A station that was renamed or hidden is named no longer. */
function fillStations({ stations, lastImages }: Gauges, list: readonly StationMetric[]): void {
  stations.reset();
  lastImages.reset();
  for (const { station, state, lastSeenAt } of list) {
    stations.set({ station, state: state ?? 'unjudged' }, 1);
    if (lastSeenAt !== null) lastImages.set({ station }, lastSeenAt / 1000);
  }
}

function fillEvents({ events, lastEvents, intakes }: Gauges, ways: SystemState['events']): void {
  events.reset();
  intakes.reset();
  for (const { way, intake, lastAt, ...counts } of ways) {
    for (const outcome of ['recorded', 'duplicates', 'refused'] as const)
      events.inc({ way, outcome }, counts[outcome]);
    if (lastAt !== null) lastEvents.set({ way }, lastAt / 1000);
    if (intake && intake.state !== 'standby') intakes.set({ way }, intake.state === 'connected' ? 1 : 0);
  }
}

function fill(gauges: Gauges, state: SystemState, history: History<FigureKey>): void {
  for (const { id, state: sourceState, lag, lastSweep } of state.sources) {
    const source = String(id);
    gauges.online.set({ source }, sourceState === 'online' || sourceState === 'empty' ? 1 : 0);
    if (lastSweep) gauges.sweep.set({ source }, lastSweep.durationMs / 1000);
    if (lag) gauges.lag.set({ source, quantile: '0.5' }, lag.p50Ms / 1000);
    if (lag) gauges.lag.set({ source, quantile: '0.99' }, lag.p99Ms / 1000);
  }
  for (const [queue, depth] of Object.entries(state.queues)) gauges.queues.set({ queue }, depth);
  fillEvents(gauges, state.events);
  gauges.viewers.set(state.streams.viewers);
  gauges.topics.set(state.streams.topics);
  gauges.liveViewers.set(state.live.viewers);
  for (const { name, type, p50Ms, p95Ms } of state.drawTimes) {
    const size = `${name}.${type.replace('image/', '')}`;
    gauges.draw.set({ size, quantile: '0.5' }, p50Ms / 1000);
    gauges.draw.set({ size, quantile: '0.95' }, p95Ms / 1000);
  }
  gauges.liveTell.reset();
  if (state.live.deliveryP95Ms !== null)
    gauges.liveTell.set({ quantile: '0.95' }, state.live.deliveryP95Ms / 1000);
  for (const [counter, count] of [
    [gauges.liveImages, state.live.images],
    [gauges.liveSkipped, state.live.skipped],
  ] as const) {
    counter.reset();
    counter.inc(count);
  }
  gauges.memory.set(process.memoryUsage.rss());
  const { database, thumbnails, disk } = state.values;
  for (const [gauge, value] of [
    [gauges.database, database],
    [gauges.thumbnails, thumbnails],
    [gauges.disk, disk],
  ] as const) {
    if (value !== null) gauge.set(value);
  }
  if (state.cleanedUpAt !== null) gauges.cleanedUp.set(state.cleanedUpAt / 1000);
  const delayMs = history.latest?.values.eventLoop ?? null;
  if (delayMs !== null) gauges.loop.set(delayMs / 1000);
}
