import { Hono } from 'hono';
import { documented } from '../kernel/http/api-doc.ts';
import type { AppEnv } from '../kernel/http/env.ts';
import { may } from '../kernel/http/guards/may.ts';
import type { Renderer } from '../kernel/http/render.ts';
import type { Fragment } from '../kernel/stream/fragment.ts';
import { fragmentViewer, renderFragment, renderFragments, topicOf } from '../kernel/stream/page-fragments.ts';
import type { Topics } from '../kernel/stream/topics.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { System } from './system.ts';
import {
  type DiskView,
  type FullDisk,
  type LastBackup,
  type SystemPage,
  systemView,
  type WaysView,
} from './views.ts';

export type SystemDeps = {
  renderer: Renderer;
  topics: Topics;
  system: System;
  clock: Clock;
  /** Current ports and certificate. */
  ways: () => WaysView;
  fullDisks: () => readonly FullDisk[];
  disks: () => Promise<DiskView[]>;
  lastBackup: () => LastBackup;
};

const metricsDoc = documented({
  tag: 'Health',
  summary: 'How the process is doing, for Prometheus',
  answer: 'text/plain',
  example: { path: '/metrics' },
});

/** The live System page, and the metrics for Prometheus. */
export function systemRoutes(deps: SystemDeps): Hono<AppEnv> {
  const { renderer, topics, system, clock } = deps;
  topics.define({
    path: '/system/figures',
    events: ['system.sampled'],
    render: (query, { lang }): Fragment => {
      const viewer = fragmentViewer(query, lang);
      return renderFragment(renderer, viewer, {
        containerId: 'system-figures',
        template: 'system/_figures',
        view: systemView(system.figures, system.history, clock.now()),
      });
    },
  });
  return new Hono<AppEnv>()
    .get('/system', may('look'), async (c) => {
      const kiosk = c.get('kiosk');
      const wanted = {
        figures: topicOf('/system/figures', kiosk),
        demo: topicOf('/demo/status', kiosk),
      };
      const live = await renderFragments(topics, wanted, c.get('lang'));
      const view: SystemPage = {
        live,
        ways: deps.ways(),
        fullDisks: deps.fullDisks(),
        disks: await deps.disks(),
        backup: deps.lastBackup(),
      };
      return renderer.render(c, 'system/page', { view });
    })
    .get('/metrics', may('look', undefined, 'metrics'), metricsDoc, async (c) =>
      c.text(await system.scrape(), 200, {
        'content-type': 'text/plain; version=0.0.4; charset=utf-8',
        'cache-control': 'no-store',
      }),
    );
}
