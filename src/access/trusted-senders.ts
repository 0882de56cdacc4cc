import { LRUCache } from 'lru-cache';
import type { SenderKind } from '../kernel/auth/principal.ts';
import { createNetworkCheck } from '../kernel/http/guards/addresses.ts';
import type { TrustedSender } from '../kernel/settings/trusted-sender.ts';
import type { Clock } from '../kernel/time/clock.ts';

/** Addresses kept with what they last sent. */
const maxUses = 500;

/** What an address sent without a key since the start of this process. */
export type SenderUse = { address: string; kind: SenderKind; lastAt: number; count: number };

/** Programs that may send without a key, by their addresses (TRUSTED_SENDERS). */
export type TrustedSenders = {
  listed: readonly TrustedSender[];
  /** What an address may send; empty for any that is not listed. */
  kindsOf(address: string): SenderKind[];
  note(address: string, kind: SenderKind): void;
  /** The last uses, newest first. */
  uses(): SenderUse[];
};

export function createTrustedSenders(listed: readonly TrustedSender[], clock: Clock): TrustedSenders {
  const rules = listed.map(({ network, kind }) => ({ kind, isIn: createNetworkCheck([network]) }));
  const uses = new LRUCache<string, SenderUse>({ max: maxUses });
  return {
    listed,
    kindsOf: (address) => [...new Set(rules.filter(({ isIn }) => isIn(address)).map(({ kind }) => kind))],
    note: (address, kind) => {
      const key = `${kind} ${address}`;
      const count = (uses.get(key)?.count ?? 0) + 1;
      uses.set(key, { address, kind, lastAt: clock.now(), count });
    },
    uses: () => [...uses.values()].sort((a, b) => b.lastAt - a.lastAt),
  };
}
