import { Hono } from 'hono';
import { z } from 'zod';
import { documented } from '../kernel/http/api-doc.ts';
import { redirectBack } from '../kernel/http/back.ts';
import type { AppEnv } from '../kernel/http/env.ts';
import { may, noteChange } from '../kernel/http/guards/may.ts';
import type { Renderer } from '../kernel/http/render.ts';
import type { Fragment } from '../kernel/stream/fragment.ts';
import { fragmentViewer, renderFragment, renderFragments, topicOf } from '../kernel/stream/page-fragments.ts';
import type { Topics } from '../kernel/stream/topics.ts';
import type { Retention } from './retention.ts';
import { type RetentionPage, readRetention } from './views.ts';

export type RetentionDeps = { renderer: Renderer; topics: Topics; retention: Retention };

const runDoc = documented({
  tag: 'Forms of the pages',
  summary: 'Clean up now',
  answer: '',
  status: 303,
  form: z.object({ back: z.string().optional() }),
  refusals: ['unauthorized', 'forbidden'],
  example: { path: '/retention/run', form: { back: '/retention' } },
});

/** The Retention page: limits, what would be deleted now, the button that does it, and past runs. */
export function retentionRoutes({ renderer, topics, retention }: RetentionDeps): Hono<AppEnv> {
  topics.define({
    path: '/retention/status',
    events: ['retention.changed'],
    render: async (query, { lang }): Promise<Fragment> => {
      const viewer = fragmentViewer(query, lang);
      const view = await readRetention(retention);
      return renderFragment(renderer, viewer, {
        containerId: 'retention-status',
        template: 'retention/_status',
        view,
      });
    },
  });
  return new Hono<AppEnv>()
    .get('/retention', may('look'), async (c) => {
      const here = topicOf('/retention', c.get('kiosk'));
      const wanted = { status: topicOf('/retention/status', c.get('kiosk')) };
      const view: RetentionPage = { here, live: await renderFragments(topics, wanted, c.get('lang')) };
      return renderer.render(c, 'retention/page', { view });
    })
    .post('/retention/run', may('administer', 'retention.run'), runDoc, async (c) => {
      const started = retention.run();
      noteChange(c, { target: '', after: { started } });
      return redirectBack(c, '/retention');
    });
}
