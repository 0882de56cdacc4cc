import { Hono } from 'hono';
import { AppError } from '../../kernel/errors.ts';
import { redirectBack } from '../../kernel/http/back.ts';
import type { AppContext, AppEnv } from '../../kernel/http/env.ts';
import { readForm } from '../../kernel/http/form.ts';
import { may, noteChange } from '../../kernel/http/guards/may.ts';
import { apiDocs } from '../api/api-docs.ts';
import type { InspectionDeps } from '../deps.ts';
import { comparePath } from './compare-links.ts';
import { readComparePage } from './compare-page.ts';
import { readImagePage } from './image-page.ts';

/** The viewer: one image among those of a list, and images side by side. */
export function viewerRoutes(deps: InspectionDeps): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .get(comparePath, may('look'), async (c) =>
      deps.renderer.render(c, 'inspections/compare', await readComparePage(deps, searchOf(c))),
    )
    .post(
      '/inspections/:id{[0-9]{1,15}}/verdict',
      may('operate', 'inspections.judge'),
      apiDocs.judgeForm,
      async (c) => {
        const id = Number(c.req.param('id'));
        const { verdict } = await readForm(c);
        if (verdict !== 'OK' && verdict !== 'NG') throw new AppError('invalid', 'The verdict is OK or NG.');
        await deps.judge(id, verdict);
        noteChange(c, { target: `image ${id}`, after: verdict });
        return redirectBack(c, `/inspections/${id}`);
      },
    )
    .get('/inspections/:id{[0-9]+}', may('look'), async (c) => {
      const page = await readImagePage(deps, Number(c.req.param('id')), searchOf(c));
      return deps.renderer.render(c, 'inspections/image', page);
    });
}

function searchOf(c: AppContext): URLSearchParams {
  return new URL(c.req.url).searchParams;
}
