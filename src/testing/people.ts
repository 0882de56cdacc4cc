import { type Role, roles, type TokenScope, tokenScopes } from '../kernel/auth/principal.ts';
import type { TestApp } from './test-app.ts';

const doer = { actor: '(test)', address: '' };

/** The password of every user in a test plant. */
export const password = 'a password of a test';

/** Makes a user whose password is `password`. */
export async function addUser(plant: TestApp, name: string, role: Role): Promise<void> {
  const fault = await plant.services.access.recordUsers.add(doer, { name, role, password });
  if (fault) throw new Error(`The user ${name} was not made: ${fault}`);
}

/** Signs in as a browser does; answers the Cookie header that browser sends from then on. */
export async function signIn(plant: TestApp, name: string, peer = '10.0.0.1'): Promise<string> {
  const body = new URLSearchParams({ name, password });
  const answer = await plant.post('/login', { body, headers: ownPage }, peer);
  const cookie = answer.headers.get('set-cookie')?.split(';')[0];
  if (answer.status !== 303 || !cookie) throw new Error(`${name} was not signed in: ${answer.status}`);
  return cookie;
}

/** Headers of a form that was sent from a page of this server. */
export const ownPage = { 'sec-fetch-site': 'same-origin' };

/** Makes a token; answers its secret. */
export function addToken(
  plant: TestApp,
  scopes: TokenScope[],
  tied: { siteId?: number; station?: string; device?: string } = {},
): Promise<string> {
  const token = {
    name: scopes.join(' '),
    scopes,
    siteId: tied.siteId ?? null,
    station: tied.station ?? null,
    device: tied.device ?? null,
  };
  return plant.services.access.keys.addToken(doer, token);
}

/** Every kind of caller of a plant with users, by name, with the headers each sends. The kiosk shows `/overview`. */
export async function addEverybody(plant: TestApp): Promise<Record<string, Record<string, string>>> {
  const people: Record<string, Record<string, string>> = { nobody: {}, 'nobody, own page': ownPage };
  for (const role of roles) {
    await addUser(plant, role, role);
    people[role] = { ...ownPage, cookie: await signIn(plant, role) };
  }
  for (const scope of tokenScopes) {
    people[`token ${scope}`] = { authorization: `Bearer ${await addToken(plant, [scope])}` };
  }
  const link = { name: 'tv', siteId: null, pages: ['/overview'] };
  const secret = await plant.services.access.keys.addLink(doer, link);
  people.kiosk = { ...ownPage, cookie: `linesight_kiosk=${secret}` };
  people['bad token'] = { authorization: 'Bearer ls_guessed' };
  return people;
}
