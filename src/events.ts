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
};

export type Publish = <E extends keyof Events>(event: E, payload: Events[E]) => void;
