import { createFormat } from '../../kernel/i18n/format.ts';
import { fragmentViewer, renderFragment } from '../../kernel/stream/page-fragments.ts';
import type { StationPanelKind } from '../../plant/contributions/station-panel.ts';
import type { Workstation } from '../../plant/resources/workstations.ts';
import { type AskedBoard, boardHref, readAskedBoard } from '../asked-board.ts';
import type { ProductivityPageDeps } from './page-deps.ts';
import { type LanesView, lanesView } from './timeline-views.ts';

const topic = '/productivity/station-work';

/** Template: productivity/_station-work. */
export type StationWorkView = LanesView & {
  /** Too few workers were active for states that are nobody's own. */
  isTooFew: boolean;
  href: string;
};

/** What was done at a station, on its page between its yields and its images: one lane for it, one for each worker. */
export function stationWork(deps: ProductivityPageDeps): StationPanelKind {
  const { topics, renderer, names, workstations } = deps;
  const workstationOf = (stationId: number): Workstation | undefined =>
    names
      .groupOf(stationId)
      .map(workstations.ofStation)
      .find((one) => one !== undefined);
  topics.define({
    path: topic,
    events: ['activity.recorded', 'plant.changed'],
    everyMs: 60_000,
    render: async (query, { lang }) => {
      const asked = readAskedBoard(deps, { search: query, kiosk: query.get('kiosk') === '1' });
      const workstation = workstations.find(asked.siteId, query.get('workstation') ?? '');
      const viewer = { ...fragmentViewer(query, lang), timeZone: asked.wallClock.timeZone };
      const format = createFormat({ lang, timeZone: asked.wallClock.timeZone });
      return renderFragment(renderer, viewer, {
        containerId: 'station-work',
        template: 'productivity/_station-work',
        view: workstation ? await readStates(deps, asked, workstation, format) : nothing,
      });
    },
  });
  return {
    key: 'work',
    styles: ['productivity'],
    topicOf: (stationId, query) => {
      const workstation = workstationOf(stationId);
      if (workstation === undefined || workstation.siteId !== deps.reads.siteId()) return undefined;
      return boardHref(topic, query, { workstation: workstation.code });
    },
  };
}

/** Of a workstation that was removed meanwhile. */
const nothing: StationWorkView = {
  lanes: [],
  moreLanes: 0,
  axisSvg: '',
  isTooFew: false,
  href: '/productivity',
};

async function readStates(
  { queries, people, workers, clock }: ProductivityPageDeps,
  asked: AskedBoard,
  { stationId, code, name }: Workstation,
  names: ReturnType<typeof createFormat>,
): Promise<StationWorkView> {
  const { window, query } = asked;
  const now = clock.now();
  const href = boardHref(`/productivity/stations/${encodeURIComponent(code)}`, query);
  if (people.groupMin > 0) {
    const active = await queries.countWorkers([stationId], window, now);
    if ((active.get(stationId) ?? 0) < people.groupMin) return { ...nothing, isTooFew: true, href };
  }
  const own = await queries.listSegments({ stationIds: [stationId] }, window, now);
  // With a smallest group no worker is shown by himself, either.
  const areShown = people.areShown && people.groupMin === 0;
  const others = areShown ? await queries.listSegments({ atStationId: stationId }, window, now) : [];
  const lanes = lanesView({
    asked,
    now,
    names,
    segments: [...own, ...others],
    laneOf: ({ workerId }) => {
      const who = workers.get(workerId);
      if (who === undefined) return { key: 0, label: name, href: null };
      const worker = boardHref(`/productivity/workers/${encodeURIComponent(who.code)}`, query);
      return { key: who.id, label: people.labelOf(who), href: worker };
    },
  });
  return { ...lanes, isTooFew: false, href };
}
