import { manualHref } from './model.ts';

/** Where the "?" of a page leads; the first that matches its path. */
const places: readonly (readonly [RegExp, page: string, anchor: string])[] = [
  [/^\/search$/, 'inspections', 'search'],
  [/^\/overview$/, 'overview', 'states'],
  [/^\/(?:inspections)?$/, 'inspections', 'cards'],
  [/^\/models$/, 'inspections', 'models'],
  [/^\/inspections\/compare$/, 'images', 'compare'],
  [/^\/inspections\/\d+/, 'images', 'page'],
  [/^\/stations\//, 'station', 'summary'],
  [/^\/wall(?:$|\/)/, 'walls', 'make'],
  [/^\/live$/, 'live', 'wall'],
  [/^\/live\/performance$/, 'live', 'performance'],
  [/^\/live\//, 'live', 'camera'],
  [/^\/productivity\/workers\//, 'productivity', 'worker'],
  [/^\/productivity\/oee/, 'productivity', 'oee'],
  [/^\/productivity\/stops/, 'productivity', 'stops'],
  [/^\/productivity\/hours/, 'productivity', 'hours'],
  [/^\/productivity\/handover/, 'productivity', 'handover'],
  [/^\/productivity/, 'productivity', 'board'],
  [/^\/predictions/, 'predictions', 'pages'],
  [/^\/alerts$/, 'alarms', 'list'],
  [/^\/targets$/, 'alarms', 'targets'],
  [/^\/sources$/, 'names', 'sources'],
  [/^\/sources\/events$/, 'events', 'refused'],
  [/^\/sources\/\d+\/layout$/, 'names', 'other-names'],
  [/^\/plant\/stations/, 'names', 'stations'],
  [/^\/plant\/lines/, 'plant', 'lines'],
  [/^\/plant\/models/, 'plant', 'models'],
  [/^\/plant\/workers/, 'plant', 'workers'],
  [/^\/plant\/file/, 'plant', 'file'],
  [/^\/plant\/shifts/, 'shifts', 'plan'],
  [/^\/system$/, 'operations', 'system'],
  [/^\/system\/backups$/, 'storage', 'backup'],
  [/^\/docs$/, 'api', 'docs'],
  [/^\/settings$/, 'settings', 'where'],
  [/^\/retention$/, 'storage', 'retention'],
  [/^\/users/, 'access', 'roles'],
  [/^\/tokens$/, 'access', 'tokens'],
  [/^\/kiosk-links$/, 'access', 'kiosk'],
  [/^\/audit$/, 'access', 'audit'],
  [/^\/(?:account|login)$/, 'access', 'account'],
  [/^\/setup$/, 'install', 'first-account'],
];

/** The place in the manual that explains the page of this path; the contents where no place does. */
export function helpHref(path: string): string {
  const [, page, anchor] = places.find(([pattern]) => pattern.test(path)) ?? [];
  return page === undefined ? '/manual' : manualHref(page, anchor ?? '');
}
