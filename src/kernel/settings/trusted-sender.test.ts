import { expect, test } from 'vitest';
import { parseTrustedSender } from './trusted-sender.ts';

test.each([
  ['10.1.2.3:scan', '10.1.2.3', 'scan'],
  ['10.1.0.0/16:ingest:images', '10.1.0.0/16', 'ingest:images'],
  ['fd00::1:metrics', 'fd00::1', 'metrics'],
  ['[fd00::]/64:scan', undefined, undefined],
  ['[fd00::1]:scan', 'fd00::1', 'scan'],
  ['fd00::/64:ingest:events', 'fd00::/64', 'ingest:events'],
  ['10.1.2.3', undefined, undefined],
  ['10.1.2.3:', undefined, undefined],
  ['10.1.2.3:images', undefined, undefined],
  ['10.1.2.3:admin', undefined, undefined],
  ['nas.lan:scan', undefined, undefined],
  ['10.1.2.3/33:scan', undefined, undefined],
  [':scan', undefined, undefined],
])('%s', (text, network, kind) => {
  expect(parseTrustedSender(text)).toEqual(network === undefined ? undefined : { network, kind });
});
