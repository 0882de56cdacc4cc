/** Locks of which each is held by one process at a time, and by none whose connection has ended. */
export type Locks = {
  /** Takes a lock if nobody has it; undefined when somebody does, or the database is away. */
  tryTake(key: string): Promise<HeldLock | undefined>;
  stop(): Promise<void>;
};

export type HeldLock = {
  /**
   * Whether it is certain that no other process holds it now: the connection is the same and answered a moment ago, so
   * that the server cannot have given it up for silence.
   */
  isHeld(): boolean;
  release(): Promise<void>;
};

/** Less than half of what a server waits before it ends a silent session. */
export const certainForMs = 9_000;
