import { Hono } from 'hono';
import { AppError } from '../../kernel/errors.ts';
import type { AppContext, AppEnv } from '../../kernel/http/env.ts';
import { may } from '../../kernel/http/guards/may.ts';
import type { Renderer } from '../../kernel/http/render.ts';
import type { Access } from '../access.ts';
import { keepKiosk } from '../cookies.ts';
import { doerOf } from '../door.ts';
import type { KioskLink } from '../keys.ts';
import { pagesFromHere, underPresentName, wallHref } from '../kiosk-pages.ts';
import { doneOf, readFields } from './fields.ts';

/** Template `access/kiosk-links`. */
export type KioskLinksPage = {
  here: string;
  links: KioskLink[];
  /** Pages a link can open. */
  pages: string[];
  typed: { name: string; pages: string[] };
  fault: 'keyName' | 'pages' | null;
  /** The new link, shown only once: one address for each of its pages. */
  made: { name: string; addresses: { page: string; url: string }[] } | null;
  done: 'revoke' | null;
};

/** Template `access/kiosk`: the choice on a screen whose link opens several pages. */
export type KioskChoice = { here: string; name: string; choices: { page: string; href: string }[] };

const longestName = 100;
const nothing = { name: '', pages: [] };

/** The page of kiosk links, for administrators, and the route that opens one. `listPages` is what a link can open. */
export function kioskRoutes(
  access: Access,
  renderer: Renderer,
  listPages: () => Promise<string[]>,
): Hono<AppEnv> {
  const show = async (
    c: AppContext,
    rest: Pick<KioskLinksPage, 'typed' | 'fault' | 'made'>,
    status: 200 | 201 | 400,
  ) => {
    const view: KioskLinksPage = {
      here: '/kiosk-links',
      links: await access.keys.listLinks(),
      pages: await listPages(),
      done: doneOf(c, ['revoke'] as const),
      ...rest,
    };
    return renderer.render(c, 'access/kiosk-links', { view }, status);
  };
  return new Hono<AppEnv>()
    .get('/kiosk-links', may('entrust'), async (c) => {
      // A page that leads here may name what its screen is to show.
      const asked = c.req.query('page') ?? '';
      const pages = (await listPages()).filter((page) => page === asked);
      return show(c, { typed: { name: '', pages }, fault: null, made: null }, 200);
    })
    .post('/kiosk-links', may('entrust'), async (c) => {
      const fields = await readFields(c);
      const pages = fields.ticked('page', await listPages());
      const typed = { name: fields.text('name').trim().slice(0, longestName), pages };
      const fault = typed.name === '' ? 'keyName' : pages.length === 0 ? 'pages' : null;
      if (fault) return show(c, { typed, fault, made: null }, 400);
      const url = `${new URL(c.req.url).origin}/kiosk/${await access.keys.addLink(doerOf(c), { ...typed, siteId: access.sites.own.id })}`;
      const addresses = pages.map((page) => ({
        page,
        url: pages.length === 1 ? url : `${url}?page=${encodeURIComponent(page).replaceAll('%2F', '/')}`,
      }));
      return show(c, { typed: nothing, fault: null, made: { name: typed.name, addresses } }, 201);
    })
    .post('/kiosk-links/:id{[0-9]{1,15}}/revoke', may('entrust'), async (c) => {
      await access.keys.revokeLink(doerOf(c), Number(c.req.param('id')));
      return c.redirect('/kiosk-links?done=revoke', 303);
    })
    .get('/kiosk/:secret{[\\w-]{43}}', may('public'), (c) => openLink(c, access, renderer));
}

/** Makes the browser a kiosk and shows its page. The address can stay the start page of the screen for ever. */
async function openLink(c: AppContext, access: Access, renderer: Renderer): Promise<Response> {
  const secret = c.req.param('secret') ?? '';
  const link = await access.keys.findLink(secret);
  if (!link)
    throw new AppError(
      'not_found',
      'This kiosk link was revoked or mistyped. An administrator makes new ones.',
    );
  await access.keys.touchLink(link.id);
  keepKiosk(c, secret);
  c.header('cache-control', 'no-store');
  // The link's own pages, which may name stations of the site where it was made.
  const asked = link.pages.length === 1 ? 0 : link.pages.indexOf(c.req.query('page') ?? '');
  const pages = pagesFromHere(link, access.sites).map((page) => underPresentName(page, access));
  const page = pages[asked];
  if (page !== undefined) return c.redirect(wallHref(page), 303);
  const view: KioskChoice = {
    here: '/',
    name: link.name,
    choices: pages.map((one) => ({ page: one, href: wallHref(one) })),
  };
  return renderer.render(c, 'access/kiosk', { view, kiosk: true });
}
