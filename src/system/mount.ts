import type { Hono } from 'hono';
import type { AppEnv } from '../kernel/http/env.ts';
import type { Renderer } from '../kernel/http/render.ts';
import type { Listeners } from '../kernel/http/server/listeners.ts';
import type { Tls } from '../kernel/http/server/tls.ts';
import type { Topics } from '../kernel/stream/topics.ts';
import type { Clock } from '../kernel/time/clock.ts';
import { systemRoutes } from './routes.ts';
import type { System } from './system.ts';
import type { FullDisk } from './views.ts';

/** The System page and `/metrics`. */
export function mountSystem(options: {
  system: System;
  listeners: Listeners;
  tls: Tls | undefined;
  /** Disks as retention judges them. */
  retention: { readonly disks: readonly (FullDisk & { state: string })[] };
  renderer: Renderer;
  topics: Topics;
  clock: Clock;
}): Hono<AppEnv> {
  const { system, listeners, tls, retention, renderer, topics, clock } = options;
  return systemRoutes({
    renderer,
    topics,
    system,
    clock,
    fullDisks: () => retention.disks.filter(({ state }) => state === 'stuck'),
    ways: () => ({ listeners: listeners.list(), certificate: tls?.status() ?? null }),
  });
}
