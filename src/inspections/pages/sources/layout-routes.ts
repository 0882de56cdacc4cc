import { Hono } from 'hono';
import { z } from 'zod';
import { AppError } from '../../../kernel/errors.ts';
import { createExclude } from '../../../kernel/folder-scan/disk/exclude.ts';
import { documented } from '../../../kernel/http/api-doc.ts';
import type { AppContext, AppEnv } from '../../../kernel/http/env.ts';
import { readForm } from '../../../kernel/http/form.ts';
import { isLetIn, may, noteChange } from '../../../kernel/http/guards/may.ts';
import type { InspectionDeps } from '../../deps.ts';
import {
  closedView,
  formOf,
  type LayoutPage,
  layoutHref,
  type NamingForm,
  namingOfForm,
  presetLines,
  trialView,
} from '../../layouts/layout-views.ts';
import { presets } from '../../layouts/presets.ts';
import { goodShare, proposeNaming, type SampleFile } from '../../layouts/propose-naming.ts';
import { sampleFiles } from '../../layouts/sample-files.ts';
import { classifiedShare, tryNaming } from '../../layouts/try-naming.ts';
import type { NamingSettings } from '../../names/parse-file-name.ts';
import { maxPatternLength } from '../../names/parse-file-name.ts';
import { proveNamePattern } from '../../names/prove-name-pattern.ts';
import type { RootFault } from '../../watching/record-roots.ts';
import type { RootSetup } from '../../watching/sources.ts';

const one = '/sources/:id{[0-9]{1,15}}';
const maxWordsLength = 500;

const docOf = (summary: string, path: string, form: z.ZodObject, example: Record<string, string>) =>
  documented({
    tag: 'Forms of the pages',
    summary,
    answer: '',
    status: 303,
    form,
    refusals: ['unauthorized', 'forbidden', 'invalid', 'not_found'],
    example: { path, form: example },
  });
const docs = {
  add: docOf('Watch one more folder', '/sources', z.object({ path: z.string() }), { path: '/mnt/line2' }),
  remove: docOf('Watch an added folder no more', '/sources/1/remove', z.object({}), {}),
  save: docOf(
    'Give a watched folder a pattern of its own',
    '/sources/1/layout',
    z.object({
      kind: z.enum(['settings', 'name', 'path']),
      pattern: z.string().optional(),
      words: z.string().optional(),
      reread: z.enum(['new', 'all']),
    }),
    { kind: 'settings', reread: 'new' },
  ),
};

/** Which folders are watched and how their images are named, changed by an administrator. */
export function layoutRoutes(deps: InspectionDeps): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .post('/sources', may('administer', 'sources.add'), docs.add, async (c) => {
      const path = textOf((await readForm(c)).path, 4_096).trim();
      const added = await deps.recordRoots.add(path);
      if (!added.ok) throw refusalOf(added.fault);
      noteChange(c, { target: path });
      return c.redirect(`${layoutHref(added.id)}?done=added`, 303);
    })
    .post(`${one}/remove`, may('administer', 'sources.remove'), docs.remove, async (c) => {
      const setup = setupOf(c, deps);
      const fault = await deps.recordRoots.remove(setup.id);
      if (fault) throw refusalOf(fault);
      noteChange(c, { target: setup.path });
      return c.redirect('/sources', 303);
    })
    .get(`${one}/layout`, may('look'), async (c) => showLayout(c, deps, null))
    .post(`${one}/layout`, may('administer', 'sources.layout'), docs.save, async (c) => {
      const setup = setupOf(c, deps);
      const fields = await readForm(c);
      const form = readNamingForm((name) => fields[name]);
      const isReread = fields.reread === 'all';
      const fault = await deps.recordRoots.setNaming(setup.id, namingOfForm(form), isReread);
      if (fault && !c.req.header('accept')?.includes('text/html')) throw refusalOf(fault);
      if (fault) return showLayout(c, deps, { form, fault });
      noteChange(c, {
        target: setup.path,
        before: formOf(setup.naming),
        after: { ...form, reread: isReread },
      });
      return c.redirect(`${layoutHref(setup.id)}?done=${isReread ? 'reread' : 'saved'}`, 303);
    });
}

function textOf(value: unknown, maxLength: number): string {
  const text = typeof value === 'string' ? value : '';
  if (text.length > maxLength)
    throw new AppError('invalid', `A field is longer than ${maxLength} characters.`);
  return text;
}

function readNamingForm(field: (name: string) => unknown): NamingForm {
  const kind = field('kind');
  return {
    kind: kind === 'settings' || kind === 'path' ? kind : 'name',
    pattern: textOf(field('pattern'), maxPatternLength),
    words: textOf(field('words'), maxWordsLength),
  };
}

/** For programs, and for the form that adds a folder. */
function refusalOf(fault: RootFault): AppError {
  if (fault.key === 'gone') return new AppError('not_found', 'This folder is not watched here.');
  const texts = {
    notAbsolute: 'The path must be absolute, such as /mnt/line2.',
    unreadable: 'This folder does not exist or cannot be read by this program.',
    system: 'Folders of the system are not watched.',
    own: 'The folder holds the data of this program, or lies within it.',
    tooMany: `At most ${fault.key === 'tooMany' ? fault.most : ''} folders can be added.`,
    overlaps: `It lies in a watched folder or holds one: ${fault.key === 'overlaps' ? fault.path : ''}.`,
    pattern: fault.key === 'pattern' ? fault.text : '',
  };
  return new AppError('invalid', texts[fault.key]);
}

function setupOf(c: AppContext, deps: InspectionDeps): RootSetup {
  const setup = deps.sources.setups().find(({ id }) => id === Number(c.req.param('id')));
  if (!setup) throw new AppError('not_found', 'This folder is not watched here.');
  return setup;
}

type Asked = { form: NamingForm; fault: RootFault };

async function showLayout(c: AppContext, deps: InspectionDeps, refused: Asked | null): Promise<Response> {
  const setup = setupOf(c, deps);
  // Others may know which pattern holds; reading the disk and trying patterns costs too much for everybody.
  if (!(await isLetIn(c, 'administer'))) {
    return deps.renderer.render(c, 'sources/layout-closed', { view: closedView(setup) });
  }
  const view = await readLayoutPage(deps, setup, {
    refused,
    presetKey: c.req.query('preset'),
    form: c.req.query('pattern') === undefined ? undefined : readNamingForm((name) => c.req.query(name)),
    done: c.req.query('done'),
  });
  return deps.renderer.render(c, 'sources/layout', { view }, view.fault ? 400 : 200);
}

type Query = {
  refused: Asked | null;
  presetKey: string | undefined;
  form: NamingForm | undefined;
  done: string | undefined;
};

async function readLayoutPage(deps: InspectionDeps, setup: RootSetup, query: Query): Promise<LayoutPage> {
  const { wallClock } = deps.reads;
  const sample = await readSample(deps, setup);
  const paths = sample?.map(({ path }) => path) ?? [];
  const inForce = sample && tryNaming(paths, setup.naming, wallClock);
  const preset = presets.find(({ key }) => key === query.presetKey);
  const asksNothing = !query.refused && !preset && !query.form;
  const isBad = inForce !== undefined && paths.length > 0 && classifiedShare(inForce) < goodShare;
  const proposal = asksNothing && isBad && sample ? proposeNaming(sample, wallClock) : undefined;
  const form = query.refused?.form ?? query.form ?? (preset ? formOf(preset.naming) : undefined);
  const naming = form ? namingOfForm(form) : proposal?.naming;
  const fault = query.refused?.fault ?? (await faultOf(naming));
  const isTried = naming !== undefined && fault === null && sample !== undefined;
  const done = (['added', 'saved', 'reread'] as const).find((key) => key === query.done) ?? null;
  return {
    here: layoutHref(setup.id),
    root: { id: setup.id, path: setup.path, isAdded: setup.isAdded, rereadFrom: setup.rereadFrom },
    isUnreadable: sample === undefined,
    sampleCount: paths.length,
    inForce: inForce && paths.length > 0 ? trialView('inForce', inForce) : null,
    tried: isTried ? trialView(proposal ? 'proposed' : 'tried', tryNaming(paths, naming, wallClock)) : null,
    form: form ?? formOf(naming ?? setup.naming),
    preset: preset?.key ?? (proposal?.naming ? proposal.preset : null),
    untold: proposal?.untold ?? [],
    isProposal: proposal !== undefined,
    presets: presetLines(setup.id, preset?.key ?? null),
    preview: isTried ? await deps.previewNaming(setup.id, naming) : null,
    fault,
    done,
  };
}

/** A hostile pattern never runs here: it is proved in a thread of its own first. */
async function faultOf(naming: NamingSettings | undefined): Promise<RootFault | null> {
  const text = naming && (await proveNamePattern(naming));
  return text === undefined ? null : { key: 'pattern', text };
}

async function readSample(deps: InspectionDeps, { path }: RootSetup): Promise<SampleFile[] | undefined> {
  try {
    return await sampleFiles(path, createExclude(deps.settings.exclude));
  } catch {
    return undefined;
  }
}
