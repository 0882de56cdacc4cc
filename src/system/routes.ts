import { Hono } from 'hono';
import { documented } from '../kernel/http/api-doc.ts';
import type { AppEnv } from '../kernel/http/env.ts';
import { may } from '../kernel/http/guards/may.ts';
import type { Renderer } from '../kernel/http/render.ts';
import type { Fragment } from '../kernel/stream/fragment.ts';
import { fragmentViewer, renderFragments, topicOf } from '../kernel/stream/page-fragments.ts';
import type { Topics } from '../kernel/stream/topics.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { System } from './system.ts';
import { type FullDisk, type SystemPage, systemView, type WaysView } from './views.ts';

export type SystemDeps = {
  renderer: Renderer;
  topics: Topics;
  system: System;
  clock: Clock;
  /** Ports and certificate as they are now. */
  ways: () => WaysView;
  fullDisks: () => readonly FullDisk[];
};

const metricsDoc = documented({
  tag: 'Health',
  summary: 'How the process is doing, for Prometheus',
  answer: 'text/plain',
  example: { path: '/metrics' },
});

/** The System page, live, and the same for Prometheus. */
export function systemRoutes(deps: SystemDeps): Hono<AppEnv> {
  const { renderer, topics, system, clock } = deps;
  const read = () => systemView(system.figures, system.history, clock.now());
  topics.define({
    path: '/system/figures',
    events: ['system.sampled'],
    render: (query, { lang }): Fragment => {
      const viewer = fragmentViewer(query, lang);
      const view = read();
      const part = (id: string, template: string, data: object) => ({
        id,
        html: renderer.html(template, viewer, { view: data }).trim(),
      });
      const parts = [
        part('system-window', 'system/_window', view),
        ...view.figures.map((figure) => part(`figure-${figure.key}`, 'system/_figure', figure)),
      ];
      return {
        containerId: 'system-figures',
        parts,
        html: renderer.html('system/_figures', viewer, { view }),
      };
    },
  });
  return new Hono<AppEnv>()
    .get('/system', may('look'), async (c) => {
      const wanted = { figures: topicOf('/system/figures', c.get('kiosk')) };
      const live = await renderFragments(topics, wanted, c.get('lang'));
      const view: SystemPage = { live, ways: deps.ways(), fullDisks: deps.fullDisks() };
      return renderer.render(c, 'system/page', { view });
    })
    .get('/metrics', may('look'), metricsDoc, async (c) =>
      c.text(await system.scrape(), 200, {
        'content-type': 'text/plain; version=0.0.4; charset=utf-8',
        'cache-control': 'no-store',
      }),
    );
}
