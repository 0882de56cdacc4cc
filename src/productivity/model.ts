import type { TimeWindow } from '../plant/time-window.ts';

/** What a worker does, as events say it. */
export const activityStates = ['working', 'idle', 'absent'] as const;
export type ActivityState = (typeof activityStates)[number];

/** Kinds of events; a `product_count` says how many units were made and ends no state. */
export const eventKinds = [...activityStates, 'product_count'] as const;
export type EventKind = (typeof eventKinds)[number];

/** The worker 0 of segments and roll-ups: the station itself. */
export const stationItself = 0;

/** The worker 0 of events: retention has forgotten whose they were. */
export const nobody = 0;

/** An event whose worker and workstation are known. Instants in epoch ms UTC. */
export type ActivityEvent = {
  stationId: number;
  workerId: number;
  kind: EventKind;
  at: number;
  /** 0..1. */
  confidence: number;
  /** Units made; 0 unless `kind` is `product_count`. */
  count: number;
  /** The sender's own id. */
  eventId: string | null;
  modelId: string | null;
  modelVersion: string | null;
};

/** Half-open stretch of one state of a worker at a station. */
export type Stretch = TimeWindow & { stationId: number; state: ActivityState };

/** A stretch that crosses neither a local midnight nor a border of planned time. */
export type Segment = Stretch & { workerId: number; isPlanned: boolean };

export function isState(kind: EventKind): kind is ActivityState {
  return kind !== 'product_count';
}
