import { Hono } from 'hono';
import type { Principal } from '../../kernel/auth/principal.ts';
import { AppError } from '../../kernel/errors.ts';
import type { AppContext, AppEnv } from '../../kernel/http/env.ts';
import { networkOf } from '../../kernel/http/guards/addresses.ts';
import { may } from '../../kernel/http/guards/may.ts';
import { addressOf } from '../../kernel/http/guards/origin.ts';
import type { Renderer } from '../../kernel/http/render.ts';
import type { Access } from '../access.ts';
import { doerOf } from '../door.ts';
import type { UserFault } from '../record-users.ts';
import type { Session } from '../sessions.ts';
import { beginSession } from '../sign-in.ts';
import type { User } from '../user-queries.ts';
import { browserName } from './browser-name.ts';
import { doneOf, readFields } from './fields.ts';

/** Template `access/account`. */
export type AccountPage = {
  here: string;
  user: User;
  sessions: (Session & { isThis: boolean; browser: string | undefined })[];
  fault: UserFault | 'differ' | 'wrong' | 'wait' | null;
  done: 'password' | 'session' | null;
};

/** The page of the signed-in user: password and signed-in browsers. */
export function accountRoutes(access: Access, renderer: Renderer): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .get('/account', may('self'), (c) => show(c, access, renderer, null))
    .post('/account/password', may('self'), async (c) => {
      const me = userOf(c);
      const fields = await readFields(c);
      const [current, password] = [fields.text('current'), fields.text('password')];
      const attempt = access.throttle.begin(me.name, networkOf(addressOf(c)));
      if (!attempt.ok) return show(c, access, renderer, 'wait');
      const hash = await access.users.findPasswordHash(me.userId);
      if (!(await access.passwords.verify(current, hash))) return show(c, access, renderer, 'wrong');
      attempt.succeeded();
      if (password !== fields.text('repeat')) return show(c, access, renderer, 'differ');
      const fault = await access.recordUsers.setPassword(doerOf(c), me.userId, password, me.sessionId);
      if (fault) return show(c, access, renderer, fault);
      await beginSession(c, access, { id: me.userId, name: me.name }, 'renew');
      return c.redirect('/account?done=password', 303);
    })
    .post('/account/sessions/:id{[0-9]{1,15}}/end', may('self'), async (c) => {
      const { userId: id, name } = userOf(c);
      await access.sessions.end(doerOf(c), { id, name }, Number(c.req.param('id')));
      return c.redirect('/account?done=session', 303);
    });
}

/** The signed-in user. Throws `unauthorized` if there is none. */
function userOf(c: AppContext): Principal & { kind: 'user' } {
  const principal = c.get('principal');
  if (principal.kind === 'user') return principal;
  throw new AppError('unauthorized', 'Nobody is signed in with this browser.', {
    details: { signIn: '/login' },
  });
}

async function show(
  c: AppContext,
  access: Access,
  renderer: Renderer,
  fault: AccountPage['fault'],
): Promise<Response> {
  const { userId, sessionId } = userOf(c);
  const user = await access.users.find(userId);
  if (!user) throw new AppError('not_found', 'This account is gone.');
  const sessions = await access.sessions.list(userId);
  const view: AccountPage = {
    here: '/account',
    user,
    sessions: sessions.map((session) => ({
      ...session,
      isThis: session.id === sessionId,
      browser: browserName(session.agent),
    })),
    fault,
    done: doneOf(c, ['password', 'session'] as const),
  };
  return renderer.render(c, 'access/account', { view }, fault ? 400 : 200);
}
