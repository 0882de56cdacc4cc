/** Every event of the product and what it carries. Features are told of each other only through these. */
export type Events = {
  /** Images were counted, judged anew, read again or found missing. */
  'inspections.recorded': {
    added: number;
    rejudged: number;
    reread: number;
    stationIds: number[];
    newestAt: number;
  };
  /** A watched folder went online or offline, or its sweep moved on. */
  'sources.changed': undefined;
  /** An image turned out unreadable, or readable again. */
  'images.changed': undefined;
  /** A newest image of a live channel (`isNewest`), or of a coil in it alone; a station's is `station/<name>`. */
  'live.image': {
    channel: string;
    camera: string;
    imageId: number;
    revision: number;
    capturedAt: number;
    coil: string | null;
    isNewest: boolean;
  };
  /** A channel has no image any more, or none of these coils. */
  'live.removed': { channel: string; camera: string; coils: string[] };
  /** No image came for longer than the camera's habit allows; and one came again. */
  'live.silent': { camera: string; sinceAt: number; usualIntervalMs: number };
  'live.resumed': { camera: string; sinceAt: number; usualIntervalMs: number };
  /** Channels were added, or their folders went online or offline. */
  'live.changed': undefined;
  /** The figures of the System page were taken anew. */
  'system.sampled': undefined;
  /** A clean-up began, moved on or ended, or a disk passed a mark. */
  'retention.changed': undefined;
  /** COUNT gaps of some hours were worked out anew. */
  'sequences.checked': undefined;
  /** A station, part or folder was met for the first time. */
  'plant.grown': undefined;
  /** Somebody lost a right or signed out: whoever looks on without it is to be shown out. */
  'access.changed': undefined;
};

export type Publish = <E extends keyof Events>(event: E, payload: Events[E]) => void;

/** Events that say something of one process alone; of watched folders the processes tell each other in other words. */
const ownEvents: ReadonlySet<keyof Events> = new Set(['system.sampled', 'sources.changed']);

/** Whether an event concerns the other processes of the installation. */
export function isForAll(event: keyof Events): boolean {
  return !ownEvents.has(event);
}

/** Two payloads of one event as one; undefined means "anything of it may have changed". */
export function mergeEvents(event: string, earlier: unknown, later: unknown): unknown {
  if (JSON.stringify(earlier) === JSON.stringify(later)) return later;
  if (event !== 'inspections.recorded' || earlier === undefined || later === undefined) return undefined;
  const [a, b] = [earlier, later] as [Events['inspections.recorded'], Events['inspections.recorded']];
  return {
    ...{ added: a.added + b.added, rejudged: a.rejudged + b.rejudged, reread: a.reread + b.reread },
    stationIds: [...new Set([...a.stationIds, ...b.stationIds])],
    newestAt: Math.max(a.newestAt, b.newestAt),
  };
}
