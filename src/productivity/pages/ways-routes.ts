import { Hono } from 'hono';
import type { AppEnv } from '../../kernel/http/env.ts';
import { isLetIn, may } from '../../kernel/http/guards/may.ts';
import { type EventWay, listEventWays } from '../event-ways.ts';
import type { RefusedEvent } from '../recording/refused-events.ts';
import type { ProductivityPageDeps } from './page-deps.ts';

const refusedShown = 200;

/** Data of the template `productivity/ways`. */
export type WaysPage = {
  ways: EventWay[];
  /** Newest first; null for a reader who may not see what is said of single workers. */
  refused: RefusedEvent[] | null;
  refusedCount: number;
};

/** How events come in, whether that works, and which were refused and why. */
export function waysRoutes(deps: ProductivityPageDeps): Hono<AppEnv> {
  const { refusedEvents, people, sites, renderer } = deps;
  return new Hono<AppEnv>().get('/sources/events', may('look'), async (c) => {
    const siteId = sites.own.id;
    const mayRead = people.areShown || (await isLetIn(c, 'administer'));
    const view: WaysPage = {
      ways: listEventWays(deps),
      refused: mayRead ? await refusedEvents.list(siteId, refusedShown) : null,
      refusedCount: await refusedEvents.count(siteId),
    };
    return renderer.render(c, 'productivity/ways', { view });
  });
}
