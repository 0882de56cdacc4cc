import type { Hono } from 'hono';
import type { AppEnv } from '../kernel/http/env.ts';
import type { Renderer } from '../kernel/http/render.ts';
import type { PlantNames } from '../plant/names.ts';
import type { Sites } from '../plant/sites.ts';
import type { Access } from './access.ts';
import { kioskPagesOf } from './kiosk-pages.ts';
import { accountRoutes } from './pages/account-routes.ts';
import { auditRoutes } from './pages/audit-routes.ts';
import { kioskRoutes } from './pages/kiosk-routes.ts';
import { signInRoutes } from './pages/sign-in-routes.ts';
import { tokenRoutes } from './pages/token-routes.ts';
import { userRoutes } from './pages/user-routes.ts';

/** Pages of accounts, users, tokens, kiosk links and the audit log. */
export function mountAccess(options: {
  access: Access;
  names: PlantNames;
  sites: Sites;
  /** Walls, by name. */
  listWalls: () => Promise<readonly { name: string }[]>;
  renderer: Renderer;
}): Hono<AppEnv>[] {
  const { access, names, sites, listWalls, renderer } = options;
  const listStations = () =>
    names.listStations().map(({ siteId, name }) => ({ name, site: sites.tagOf(siteId) }));
  const stationNames = () => [...new Set(listStations().map(({ name }) => name))];
  return [
    signInRoutes(access, renderer),
    accountRoutes(access, renderer),
    userRoutes(access, renderer),
    tokenRoutes(access, renderer, stationNames),
    kioskRoutes(access, renderer, async () => kioskPagesOf(await listWalls(), listStations())),
    auditRoutes(access, renderer, sites.wallClock),
  ];
}
