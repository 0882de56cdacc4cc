import { Hono } from 'hono';
import { getCookie } from 'hono/cookie';
import { backPath } from '../../kernel/http/back.ts';
import type { AppContext, AppEnv } from '../../kernel/http/env.ts';
import { may } from '../../kernel/http/guards/may.ts';
import type { Renderer } from '../../kernel/http/render.ts';
import type { Access } from '../access.ts';
import { keepSession, sessionCookie } from '../cookies.ts';
import { doerOf } from '../door.ts';
import { normalName, type UserFault } from '../record-users.ts';
import { beginSession, type SignInFault, signIn } from '../sign-in.ts';
import { readFields } from './fields.ts';

/** Template `access/sign-in`. */
export type SignInPage = {
  here: string;
  back: string;
  name: string;
  fault: SignInFault | null;
  /** There is no account yet. */
  needsSetUp: boolean;
};

/** Template `access/set-up`: `keyFile` holds the key, `key` is what was typed. */
export type SetUpPage = {
  here: string;
  keyFile: string;
  key: string;
  name: string;
  fault: UserFault | 'differ' | 'wrongKey' | null;
};

/** Signing in and out, and the one-time page that creates the first administrator. */
export function signInRoutes(access: Access, renderer: Renderer): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .get('/login', may('public'), (c) =>
      showSignIn(c, access, renderer, { back: pageAfter(c.req.query('back')), name: '', fault: null }),
    )
    .post('/login', may('public'), async (c) => {
      const fields = await readFields(c);
      const [name, back] = [fields.text('name'), pageAfter(fields.text('back'))];
      const fault = await signIn(c, access, { name, password: fields.text('password') });
      return fault ? showSignIn(c, access, renderer, { back, name, fault }) : c.redirect(back, 303);
    })
    .post('/logout', may('public'), async (c) => {
      const session = await access.sessions.find(getCookie(c, sessionCookie) ?? '');
      if (session) {
        const user = { id: session.userId, name: session.name };
        await access.sessions.end(doerOf(c), user, session.sessionId);
      }
      keepSession(c, '', 0);
      return c.redirect('/login', 303);
    })
    .get('/setup', may('public'), async (c) => {
      if (!(await access.setUp.isOpen())) return c.redirect('/login', 303);
      return showSetUp(c, access, renderer, { key: '', name: 'admin', fault: null });
    })
    .post('/setup', may('public'), async (c) => {
      const fields = await readFields(c);
      const [key, name, password] = [fields.text('key'), fields.text('name'), fields.text('password')];
      if (!(await access.setUp.isOpen())) return c.redirect('/login', 303);
      if (!(await access.setUp.isKey(key)))
        return showSetUp(c, access, renderer, { key: '', name, fault: 'wrongKey' });
      const fault =
        password === fields.text('repeat')
          ? await access.setUp.finish(doerOf(c), { name, password })
          : ('differ' as const);
      if (fault) return showSetUp(c, access, renderer, { key, name, fault });
      const user = await access.users.findByName(normalName(name));
      if (user) await beginSession(c, access, user);
      return c.redirect('/users', 303);
    });
}

async function showSignIn(
  c: AppContext,
  access: Access,
  renderer: Renderer,
  rest: Pick<SignInPage, 'back' | 'name' | 'fault'>,
): Promise<Response> {
  const view: SignInPage = { here: '/login', needsSetUp: await access.setUp.isOpen(), ...rest };
  const { fault } = rest;
  if (fault?.key === 'wait') c.header('retry-after', String(Math.ceil(fault.waitMs / 1000)));
  return renderer.render(
    c,
    'access/sign-in',
    { view },
    { none: 200, wrong: 401, wait: 429 }[fault?.key ?? 'none'] as 200,
  );
}

function showSetUp(
  c: AppContext,
  { setUp }: Access,
  renderer: Renderer,
  rest: Omit<SetUpPage, 'here' | 'keyFile'>,
): Response {
  const view: SetUpPage = { here: '/setup', keyFile: setUp.keyFile, ...rest };
  const status = rest.fault === 'wrongKey' ? 403 : rest.fault ? 400 : 200;
  return renderer.render(c, 'access/set-up', { view }, status);
}

/** Where to go after signing in: back to the page with the link, unless that is itself a sign-in page. */
function pageAfter(back: unknown): string {
  const path = backPath(back, '/');
  return /^\/(login|setup)(?![^?#])/.test(path) ? '/' : path;
}
