import { Hono } from 'hono';
import { z } from 'zod';
import { documented } from '../kernel/http/api-doc.ts';
import { redirectBack } from '../kernel/http/back.ts';
import type { AppEnv } from '../kernel/http/env.ts';
import { may } from '../kernel/http/guards/may.ts';
import type { Demo } from './demo.ts';

const startDoc = documented({
  tag: 'Forms of the pages',
  summary: 'Start the demo plant',
  answer: '',
  status: 303,
  form: z.object({ back: z.string().optional() }),
  refusals: ['unauthorized', 'forbidden'],
  example: { path: '/demo/start', form: { back: '/inspections' } },
});

/** The button that starts the demo plant; its images appear on the Inspections page by themselves. */
export function mountDemo(demo: Demo): Hono<AppEnv> {
  return new Hono<AppEnv>().post('/demo/start', may('administer', 'demo.start'), startDoc, async (c) => {
    await demo.start();
    return redirectBack(c, '/inspections');
  });
}
