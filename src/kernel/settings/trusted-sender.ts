import { type SenderKind, senderKinds } from '../auth/principal.ts';
import { isNetwork } from '../http/guards/addresses.ts';

/** An address or network whose programs may send one kind of thing without a key. */
export type TrustedSender = { network: string; kind: SenderKind };

/** `10.1.2.0/24:ingest:images` or `[fd00::1]:scan`; undefined for anything else. */
export function parseTrustedSender(text: string): TrustedSender | undefined {
  const kind = senderKinds.find((known) => text.endsWith(`:${known}`));
  if (kind === undefined) return undefined;
  const network = text.slice(0, -kind.length - 1).replace(/^\[(.*)\]$/, '$1');
  return isNetwork(network) ? { network, kind } : undefined;
}
