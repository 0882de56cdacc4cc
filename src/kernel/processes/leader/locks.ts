/** Locks that one process at a time can hold, and that are released when its connection ends. */
export type Locks = {
  /** Undefined when another process holds the lock or the database is away. */
  tryTake(key: string): Promise<HeldLock | undefined>;
  stop(): Promise<void>;
};

export type HeldLock = {
  /**
   * Whether it is certain that no other process holds it now: the connection is the same one and answered so recently
   * that the server cannot have ended its session.
   */
  isHeld(): boolean;
  release(): Promise<void>;
};

/** Less than half the time after which a server ends a silent session. */
export const certainForMs = 9_000;
