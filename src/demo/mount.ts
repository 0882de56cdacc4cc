import { Hono } from 'hono';
import { z } from 'zod';
import { documented } from '../kernel/http/api-doc.ts';
import { redirectBack } from '../kernel/http/back.ts';
import type { AppEnv } from '../kernel/http/env.ts';
import { may, noteChange } from '../kernel/http/guards/may.ts';
import type { Renderer } from '../kernel/http/render.ts';
import type { Fragment } from '../kernel/stream/fragment.ts';
import { fragmentViewer, renderFragment } from '../kernel/stream/page-fragments.ts';
import type { Topics } from '../kernel/stream/topics.ts';
import type { Demo } from './demo.ts';
import { demoView } from './views.ts';

/** A removal of some ten thousand images is over within this time; a longer one goes on behind the page. */
const waitMs = 3_000;

const startDoc = formDoc('start', 'Start the demo plant, or let it go on');
const stopDoc = formDoc('stop', 'Stop the demo plant; its images stay');
const removeDoc = formDoc('remove', 'Remove the demo plant with everything that it made');

function formDoc(name: string, summary: string) {
  return documented({
    tag: 'Forms of the pages',
    summary,
    answer: '',
    status: 303,
    form: z.object({ back: z.string().optional() }),
    refusals: ['unauthorized', 'forbidden', ...(name === 'stop' ? [] : (['conflict'] as const))],
    example: { path: `/demo/${name}`, form: { back: '/system' } },
  });
}

/** The buttons of the demo plant, and its panel on the System page. */
export function mountDemo(options: { demo: Demo; renderer: Renderer; topics: Topics }): Hono<AppEnv> {
  const { demo, renderer, topics } = options;
  topics.define({
    path: '/demo/status',
    events: ['demo.changed'],
    render: (query, { lang }): Fragment =>
      renderFragment(renderer, fragmentViewer(query, lang), {
        containerId: 'demo-status',
        template: 'demo/_status',
        view: demoView(demo),
      }),
  });
  return new Hono<AppEnv>()
    .post('/demo/start', may('administer', 'demo.start'), startDoc, async (c) => {
      await demo.start();
      return redirectBack(c, '/inspections');
    })
    .post('/demo/stop', may('administer', 'demo.stop'), stopDoc, async (c) => {
      await demo.halt();
      return redirectBack(c, '/system');
    })
    .post('/demo/remove', may('administer', 'demo.remove'), removeDoc, async (c) => {
      const { removed } = await demo.remove();
      noteChange(c, { target: demo.dir });
      await Promise.race([removed, new Promise((resolve) => setTimeout(resolve, waitMs).unref())]);
      return redirectBack(c, '/system');
    });
}
