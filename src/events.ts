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
  /** The figures of the System page were taken anew. */
  'system.sampled': undefined;
  /** A clean-up began, moved on or ended, or a disk passed a mark. */
  'retention.changed': undefined;
  /** COUNT gaps of some hours were worked out anew. */
  'sequences.checked': undefined;
};

export type Publish = <E extends keyof Events>(event: E, payload: Events[E]) => void;
