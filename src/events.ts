/** Rows of live images, by the number of their channel: new or changed ones, and those that have no file any more. */
export type LiveNews = { siteId: number; channels: { id: number; rows: number[]; gone: number[] }[] };

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
  /** Live images of a site were recorded, read again or found missing: their rows by channel. */
  'live.recorded': LiveNews;
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

/**
 * Events that say something of one process alone. Of watched folders the processes tell each other in other words; what
 * is newest of live images and which cameras are silent each works out itself from what was recorded.
 */
const ownEvents: ReadonlySet<keyof Events> = new Set([
  'system.sampled',
  'sources.changed',
  'live.image',
  'live.removed',
  'live.silent',
  'live.resumed',
  'live.changed',
]);

/** Whether an event concerns the other processes of the installation. */
export function isForAll(event: keyof Events): boolean {
  return !ownEvents.has(event);
}

/** Two payloads of one event as one; undefined means "anything of it may have changed". */
export function mergeEvents(event: string, earlier: unknown, later: unknown): unknown {
  if (JSON.stringify(earlier) === JSON.stringify(later)) return later;
  if (earlier === undefined || later === undefined) return undefined;
  if (event === 'live.recorded') return mergeNews(earlier as LiveNews, later as LiveNews);
  if (event !== 'inspections.recorded') return undefined;
  const [a, b] = [earlier, later] as [Events['inspections.recorded'], Events['inspections.recorded']];
  return {
    ...{ added: a.added + b.added, rejudged: a.rejudged + b.rejudged, reread: a.reread + b.reread },
    stationIds: [...new Set([...a.stationIds, ...b.stationIds])],
    newestAt: Math.max(a.newestAt, b.newestAt),
  };
}

/** More rows than these are not read one by one: whoever hears of it reads what is newest anew. */
const maxRowsTold = 300;

function mergeNews(earlier: LiveNews, later: LiveNews): LiveNews | undefined {
  const channels = new Map(earlier.channels.map((channel) => [channel.id, channel]));
  for (const { id, rows, gone } of later.channels) {
    const before = channels.get(id) ?? { rows: [], gone: [] };
    const union = (a: number[], b: number[]) => [...new Set([...a, ...b])];
    channels.set(id, { id, rows: union(before.rows, rows), gone: union(before.gone, gone) });
  }
  const count = [...channels.values()].reduce((sum, { rows, gone }) => sum + rows.length + gone.length, 0);
  if (earlier.siteId !== later.siteId || count > maxRowsTold) return undefined;
  return { siteId: later.siteId, channels: [...channels.values()] };
}
