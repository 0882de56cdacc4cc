/** A batch of live images, as row ids by channel id: `rows` are new or changed, `gone` have lost their file. */
export type LiveBatch = { siteId: number; channels: { id: number; rows: number[]; gone: number[] }[] };

/** Every event of the product with its payload. Features learn of each other's changes only through these. */
export type Events = {
  /** A batch of images was counted, judged again, read again or found missing. */
  'inspections.recorded': {
    added: number;
    rejudged: number;
    reread: number;
    stationIds: number[];
    oldestAt: number;
    newestAt: number;
  };
  /** A watched folder went online or offline, or its sweep moved on. */
  'sources.changed': undefined;
  /** Events of workers and workstations were recorded; nothing before `oldestAt` has changed by them but the stretch they end. */
  'activity.recorded': { siteId: number; stationIds: number[]; oldestAt: number };
  /** An image turned out unreadable, or readable again. */
  'images.changed': undefined;
  /** A batch of live images of one site was recorded, read again or found missing. */
  'live.recorded': LiveBatch;
  /** The newest image of a live channel (`isNewest`), or only of a coil in it. A station's channel is `station/<name>`. */
  'live.image': {
    channel: string;
    camera: string;
    imageId: number;
    revision: number;
    capturedAt: number;
    coil: string | null;
    isNewest: boolean;
  };
  /** A channel has no images left, or none of these coils. */
  'live.removed': { channel: string; camera: string; coils: string[] };
  /** A camera has sent no image for longer than its usual interval allows, or sends again. */
  'live.silent': { camera: string; sinceAt: number; usualIntervalMs: number };
  'live.resumed': { camera: string; sinceAt: number; usualIntervalMs: number };
  /** Channels were added, or their folders went online or offline. */
  'live.changed': undefined;
  /** The demo plant was started, stopped or removed, or moved on with what it does. */
  'demo.changed': undefined;
  /** Predictions were logged. */
  'predictions.recorded': { oldestAt: number; count: number };
  /** The System page has a new sample. */
  'system.sampled': undefined;
  /** A clean-up began, moved on or ended, or a disk passed a mark. */
  'retention.changed': undefined;
  /** A step of a clean-up deleted something that `policy` covers. */
  'retention.removed': { policy: string; count: number; bytes: number };
  /** Alarms of stations were raised, ended, acknowledged or accepted, or a target was set. */
  'alarms.changed': undefined;
  /** A wall was made, changed or removed. */
  'walls.changed': undefined;
  /** COUNT gaps of some hours were derived again. */
  'sequences.checked': undefined;
  /** A station, part or folder was added. */
  'plant.grown': undefined;
  /** A station was renamed, hidden, shown, merged or separated by a person. */
  'plant.changed': undefined;
  /** A user signed out or lost a right: streams and sockets that no longer have access must close. */
  'access.changed': undefined;
};

export type Publish = <E extends keyof Events>(event: E, payload: Events[E]) => void;

/**
 * Events that stay in their process. The state of watched folders crosses in messages of its own, and each process works
 * out from `live.recorded` which live image is newest and which camera is silent.
 */
const ownEvents: ReadonlySet<keyof Events> = new Set([
  'demo.changed',
  'system.sampled',
  'retention.removed',
  'sources.changed',
  'live.image',
  'live.removed',
  'live.silent',
  'live.resumed',
  'live.changed',
]);

/** Whether the other processes of the installation get this event. */
export function isForAll(event: keyof Events): boolean {
  return !ownEvents.has(event);
}

/** Merges two payloads of one event; undefined means "anything may have changed". */
export function mergeEvents(event: string, earlier: unknown, later: unknown): unknown {
  if (JSON.stringify(earlier) === JSON.stringify(later)) return later;
  if (earlier === undefined || later === undefined) return undefined;
  if (event === 'live.recorded') return mergeLiveBatches(earlier as LiveBatch, later as LiveBatch);
  if (event === 'activity.recorded')
    return mergeActivity(earlier as Events['activity.recorded'], later as Events['activity.recorded']);
  if (event !== 'inspections.recorded') return undefined;
  const [a, b] = [earlier, later] as [Events['inspections.recorded'], Events['inspections.recorded']];
  return {
    added: a.added + b.added,
    rejudged: a.rejudged + b.rejudged,
    reread: a.reread + b.reread,
    stationIds: [...new Set([...a.stationIds, ...b.stationIds])],
    oldestAt: Math.min(a.oldestAt, b.oldestAt),
    newestAt: Math.max(a.newestAt, b.newestAt),
  };
}

function mergeActivity(
  earlier: Events['activity.recorded'],
  later: Events['activity.recorded'],
): Events['activity.recorded'] | undefined {
  if (earlier.siteId !== later.siteId) return undefined;
  return {
    siteId: later.siteId,
    stationIds: union(earlier.stationIds, later.stationIds),
    oldestAt: Math.min(earlier.oldestAt, later.oldestAt),
  };
}

/** With more rows than this the receiver reads all channels again rather than row by row. */
const maxBatchRows = 300;

function mergeLiveBatches(earlier: LiveBatch, later: LiveBatch): LiveBatch | undefined {
  const channels = new Map(earlier.channels.map((channel) => [channel.id, channel]));
  for (const { id, rows, gone } of later.channels) {
    const before = channels.get(id) ?? { rows: [], gone: [] };
    channels.set(id, { id, rows: union(before.rows, rows), gone: union(before.gone, gone) });
  }
  const count = [...channels.values()].reduce((sum, { rows, gone }) => sum + rows.length + gone.length, 0);
  if (earlier.siteId !== later.siteId || count > maxBatchRows) return undefined;
  return { siteId: later.siteId, channels: [...channels.values()] };
}

function union(a: readonly number[], b: readonly number[]): number[] {
  return [...new Set([...a, ...b])];
}
