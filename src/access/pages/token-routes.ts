import { Hono } from 'hono';
import { type TokenScope, tokenScopes } from '../../kernel/auth/principal.ts';
import type { AppContext, AppEnv } from '../../kernel/http/env.ts';
import { may } from '../../kernel/http/guards/may.ts';
import type { Renderer } from '../../kernel/http/render.ts';
import { type Sites, siteChoices } from '../../plant/sites.ts';
import type { Access } from '../access.ts';
import { doerOf } from '../door.ts';
import type { ApiToken } from '../keys.ts';
import type { SenderUse } from '../trusted-senders.ts';
import { doneOf, readFields } from './fields.ts';

/** Template `access/tokens`. */
export type TokensPage = {
  here: string;
  /** Each with the label of its site, if there are several. */
  tokens: (ApiToken & { siteLabel: string | null })[];
  /** Sites to choose from; null if there is only one. */
  sites: { name: string; label: string; isChosen: boolean }[] | null;
  stations: string[];
  scopes: readonly TokenScope[];
  typed: { name: string; scopes: TokenScope[]; site: string; station: string; device: string };
  fault: 'keyName' | 'scopes' | 'site' | null;
  /** The new token, shown only once. */
  made: { name: string; secret: string; origin: string } | null;
  /** Who may send without a token, and who did since the start. */
  senders: { listed: string[]; uses: SenderUse[] };
  done: 'revoke' | null;
};

const longestName = 100;
/** Addresses shown that sent without a token. */
const maxUses = 50;
const longestDevice = 255;
const nothing: TokensPage['typed'] = { name: '', scopes: [], site: '', station: '', device: '' };

/** The page of API tokens, for administrators. */
export function tokenRoutes(access: Access, renderer: Renderer, listStations: () => string[]): Hono<AppEnv> {
  const show = async (
    c: AppContext,
    rest: Pick<TokensPage, 'typed' | 'fault' | 'made'>,
    status: 200 | 201 | 400,
  ) => {
    const view: TokensPage = {
      here: '/tokens',
      tokens: await listTokens(access),
      stations: listStations(),
      sites:
        siteChoices(access.sites, null)?.map((site) => ({
          ...site,
          isChosen: site.name === rest.typed.site,
        })) ?? null,
      scopes: tokenScopes,
      done: doneOf(c, ['revoke'] as const),
      senders: {
        listed: access.senders.listed.map(({ network, kind }) => `${network}:${kind}`),
        uses: access.senders.uses().slice(0, maxUses),
      },
      ...rest,
    };
    return renderer.render(c, 'access/tokens', { view }, status);
  };
  return new Hono<AppEnv>()
    .get('/tokens', may('entrust'), (c) => show(c, { typed: nothing, fault: null, made: null }, 200))
    .post('/tokens', may('entrust'), async (c) => {
      const typed = await readTyped(c);
      const fault = faultOf(typed, access.sites);
      if (fault) return show(c, { typed, fault, made: null }, 400);
      const { name, scopes, station, device } = typed;
      const tied = {
        siteId: siteIdOf(typed, access.sites),
        station: station || null,
        device: device || null,
      };
      const secret = await access.keys.addToken(doerOf(c), { name, scopes, ...tied });
      const { origin } = new URL(c.req.url);
      return show(c, { typed: nothing, fault: null, made: { name, secret, origin } }, 201);
    })
    .post('/tokens/:id{[0-9]{1,15}}/revoke', may('entrust'), async (c) => {
      await access.keys.revokeToken(doerOf(c), Number(c.req.param('id')));
      return c.redirect('/tokens?done=revoke', 303);
    });
}

async function listTokens({ keys, sites }: Access): Promise<TokensPage['tokens']> {
  const tokens = await keys.listTokens();
  return tokens.map((token) => ({
    ...token,
    siteLabel: token.siteId === null ? null : (sites.tagOf(token.siteId)?.label ?? null),
  }));
}

/** An unknown site is refused, never taken for "any site". */
function faultOf({ name, scopes, site }: TokensPage['typed'], sites: Sites): TokensPage['fault'] {
  if (name === '') return 'keyName';
  if (scopes.length === 0) return 'scopes';
  return site === '' || sites.find(site) ? null : 'site';
}

/** A station needs a site: the own one if none is chosen. */
function siteIdOf({ site, station }: TokensPage['typed'], sites: Sites): number | null {
  const chosen = sites.find(site)?.id ?? null;
  return station === '' ? chosen : (chosen ?? sites.own.id);
}

async function readTyped(c: AppContext): Promise<TokensPage['typed']> {
  const fields = await readFields(c);
  return {
    name: fields.text('name').trim().slice(0, longestName),
    scopes: fields.ticked('scope', tokenScopes),
    site: fields.text('site').trim().slice(0, longestName),
    station: fields.text('station').trim().slice(0, longestDevice),
    device: fields.text('device').trim().slice(0, longestDevice),
  };
}
