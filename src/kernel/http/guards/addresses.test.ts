import { expect, test } from 'vitest';
import { networkOf } from './addresses.ts';

test.each([
  ['10.0.0.7', '10.0.0.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::'],
  ['2001:0db8:0001:0002::6', '2001:db8:1:2::'],
  ['2001:db8::1', '2001:db8:0:0::'],
  ['::1', '0:0:0:0::'],
  ['fe80::1%eth0', 'fe80:0:0:0::'],
  ['', ''],
])('a guesser at %s cannot leave %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
