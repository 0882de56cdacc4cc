import { Hono } from 'hono';
import { type Role, roles } from '../../kernel/auth/principal.ts';
import { AppError } from '../../kernel/errors.ts';
import type { AppContext, AppEnv } from '../../kernel/http/env.ts';
import { may } from '../../kernel/http/guards/may.ts';
import type { Renderer } from '../../kernel/http/render.ts';
import type { Access } from '../access.ts';
import { doerOf } from '../door.ts';
import { normalName, type UserFault } from '../record-users.ts';
import type { User } from '../user-queries.ts';
import { doneOf, readFields } from './fields.ts';

/** Template `access/users`. */
export type UsersPage = {
  here: string;
  users: User[];
  /** The refused input. */
  typed: { name: string; role: Role };
  fault: UserFault | null;
  done: 'add' | null;
};

/** Template `access/user`. */
export type UserPage = {
  here: string;
  user: User;
  isSelf: boolean;
  sessionCount: number;
  fault: UserFault | null;
  done: 'role' | 'password' | 'disable' | 'enable' | null;
};

/** The page of users, for administrators. */
export function userRoutes(access: Access, renderer: Renderer): Hono<AppEnv> {
  const { recordUsers } = access;
  const one = '/users/:id{[0-9]{1,15}}';
  return new Hono<AppEnv>()
    .get('/users', may('entrust'), (c) =>
      showUsers(c, access, renderer, { name: '', role: 'operator' }, null),
    )
    .post('/users', may('entrust'), async (c) => {
      const fields = await readFields(c);
      const typed = { name: fields.text('name'), role: roleOf(fields.text('role')) };
      const fault = await recordUsers.add(doerOf(c), { ...typed, password: fields.text('password') });
      if (fault) return showUsers(c, access, renderer, typed, fault);
      return c.redirect('/users?done=add', 303);
    })
    .get(one, may('entrust'), (c) => showUser(c, access, renderer, null))
    .post(`${one}/role`, may('entrust'), async (c) => {
      const role = roleOf((await readFields(c)).text('role'));
      return settle(c, access, renderer, 'role', await recordUsers.setRole(doerOf(c), idOf(c), role));
    })
    .post(`${one}/password`, may('entrust'), async (c) => {
      const password = (await readFields(c)).text('password');
      const fault = await recordUsers.setPassword(doerOf(c), idOf(c), password);
      return settle(c, access, renderer, 'password', fault);
    })
    .post(`${one}/disable`, may('entrust'), async (c) =>
      settle(c, access, renderer, 'disable', await recordUsers.setDisabled(doerOf(c), idOf(c), true)),
    )
    .post(`${one}/enable`, may('entrust'), async (c) =>
      settle(c, access, renderer, 'enable', await recordUsers.setDisabled(doerOf(c), idOf(c), false)),
    );
}

function idOf(c: AppContext): number {
  return Number(c.req.param('id'));
}

function roleOf(text: string): Role {
  const role = roles.find((one) => one === text);
  if (role === undefined) throw new AppError('invalid', `role must be one of ${roles.join(', ')}.`);
  return role;
}

async function settle(
  c: AppContext,
  access: Access,
  renderer: Renderer,
  done: NonNullable<UserPage['done']>,
  fault: UserFault | undefined,
): Promise<Response> {
  if (fault === 'gone') throw new AppError('not_found', 'There is no such user.');
  return fault ? showUser(c, access, renderer, fault) : c.redirect(`/users/${idOf(c)}?done=${done}`, 303);
}

async function showUsers(
  c: AppContext,
  { users }: Access,
  renderer: Renderer,
  typed: UsersPage['typed'],
  fault: UserFault | null,
): Promise<Response> {
  const view: UsersPage = {
    here: '/users',
    users: await users.list(),
    done: doneOf(c, ['add'] as const),
    fault,
    typed: { ...typed, name: normalName(typed.name).slice(0, 200) },
  };
  return renderer.render(c, 'access/users', { view }, fault ? 400 : 200);
}

async function showUser(
  c: AppContext,
  { users, sessions }: Access,
  renderer: Renderer,
  fault: UserFault | null,
): Promise<Response> {
  const user = await users.find(idOf(c));
  if (!user) throw new AppError('not_found', 'There is no such user.');
  const principal = c.get('principal');
  const view: UserPage = {
    here: `/users/${user.id}`,
    user,
    fault,
    isSelf: principal.kind === 'user' && principal.userId === user.id,
    sessionCount: (await sessions.list(user.id)).length,
    done: doneOf(c, ['role', 'password', 'disable', 'enable'] as const),
  };
  return renderer.render(c, 'access/user', { view }, fault ? 400 : 200);
}
