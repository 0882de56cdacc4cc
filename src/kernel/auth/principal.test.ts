import { expect, test } from 'vitest';
import {
  type Access,
  judge,
  type Principal,
  roles,
  speaksFor,
  type TokenScope,
  tokenScopes,
} from './principal.ts';

const token = (...scopes: TokenScope[]): Principal => ({
  kind: 'token',
  tokenId: 1,
  name: 't',
  scopes,
  siteId: null,
  station: null,
  device: null,
});
const people: Record<string, Principal> = {
  nobody: { kind: 'nobody' },
  'bad token': { kind: 'nobody', badToken: true },
  machine: { kind: 'machine' },
  kiosk: { kind: 'kiosk', linkId: 1, name: 'k', pages: ['/overview'] },
  ...Object.fromEntries(tokenScopes.map((scope) => [`token ${scope}`, token(scope)])),
  ...Object.fromEntries(
    roles.map((role) => [role, { kind: 'user', userId: 1, name: 'u', role, sessionId: 1 }]),
  ),
};

/** One letter a policy (open-view, closed, open): + granted, ? say who you are, - refused, o on the kiosk's pages. */
const table: Record<string, Partial<Record<Access, string>>> = {
  nobody: { look: '+?+', operate: '??+', administer: '??+', 'ingest:events': '??+', entrust: '???' },
  'bad token': { look: '???', operate: '???', administer: '???', 'ingest:events': '???', entrust: '???' },
  machine: { look: '+++', operate: '+++', administer: '+++', 'ingest:events': '+++', entrust: '???' },
  kiosk: { look: '+o+', operate: '--+', administer: '--+', 'ingest:events': '--+', entrust: '---' },
  viewer: { look: '+++', operate: '--+', administer: '--+', 'ingest:events': '--+', entrust: '---' },
  operator: { look: '+++', operate: '+++', administer: '--+', 'ingest:events': '--+', entrust: '---' },
  admin: { look: '+++', operate: '+++', administer: '+++', 'ingest:events': '+++', entrust: '+++' },
  'token ingest:events': {
    look: '+-+',
    operate: '--+',
    administer: '--+',
    'ingest:events': '+++',
    entrust: '---',
  },
  'token ingest:images': {
    look: '+-+',
    operate: '--+',
    administer: '--+',
    'ingest:events': '--+',
    entrust: '---',
  },
  'token read': { look: '+++', operate: '--+', administer: '--+', 'ingest:events': '--+', entrust: '---' },
  'token admin': { look: '+++', operate: '+++', administer: '+++', 'ingest:events': '+++', entrust: '---' },
};
const marks = { granted: '+', unknown: '?', refused: '-', confined: 'o' };

test.each(Object.entries(table))('what %s may do, by policy', (who, expected) => {
  const policies = ['open-view', 'closed', 'open'] as const;
  const person = people[who]!;
  const found = Object.keys(expected).map((access) => [
    access,
    policies.map((policy) => marks[judge(access as Access, person, policy)]).join(''),
  ]);
  expect(Object.fromEntries(found)).toEqual(expected);
  for (const policy of policies) expect(judge('public', person, policy)).toBe('granted');
});

test('a token tied to a station, device or site speaks for no other', () => {
  const tied = { ...token('ingest:events'), siteId: 1, station: 'S9', device: 'cam-1' } as Principal;
  expect(speaksFor(tied, { siteId: 2, station: 'S9', device: 'cam-1' })).toBe(false);
  expect(speaksFor(tied, { siteId: 1, station: 'S9', device: 'cam-1' })).toBe(true);
  expect(speaksFor(tied, { siteId: 1, station: 'S4', device: 'cam-1' })).toBe(false);
  expect(speaksFor(tied, { siteId: 1, station: 'S9' })).toBe(false);
  expect(speaksFor(token('ingest:events'), { siteId: 2, station: 'S4' })).toBe(true);
});
