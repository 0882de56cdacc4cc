import type { Clock } from '../../kernel/time/clock.ts';

/** A way in that this program connects to by itself. */
export type IntakeWay = 'mqtt' | 'redis';

/**
 * Whether a way in works, for pages and monitors. `standby`: another process of the installation reads. `sinceAt`: since
 * when it is in this state, epoch ms UTC. `fault`: why it is away, or what is wrong although it is connected.
 */
export type IntakeState = {
  way: IntakeWay;
  /** Where it leads, without a password. */
  address: string;
  state: 'connected' | 'away' | 'standby';
  sinceAt: number;
  fault: string | null;
};

/** The state of one way in, changed by its reader. */
export type IntakeStatus = {
  read(): IntakeState;
  set(state: IntakeState['state'], fault?: string | null): void;
};

const longestFault = 300;

export function createIntakeStatus(way: IntakeWay, address: string, clock: Clock): IntakeStatus {
  let current: IntakeState = { way, address, state: 'standby', sinceAt: clock.now(), fault: null };
  return {
    read: () => current,
    set: (state, fault = null) => {
      const sinceAt = state === current.state ? current.sinceAt : clock.now();
      current = { way, address, state, sinceAt, fault: fault?.slice(0, longestFault) ?? null };
    },
  };
}
