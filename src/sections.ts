import type { Section } from './kernel/http/page-renderer.ts';

/** Sections of the product in the order of the navigation bar, each with its tabs; the text of each is `nav.<key>`. */
export const sections: readonly Section[] = [
  { key: 'overview', tabs: [{ key: 'overview', href: '/overview', at: /^\/overview/ }] },
  {
    key: 'inspections',
    tabs: [
      { key: 'inspections', href: '/', at: /^\/(?:$|inspections|stations|live\/station\/)/ },
      { key: 'models', href: '/models', at: /^\/models/ },
    ],
  },
  {
    key: 'live',
    tabs: [
      { key: 'live', href: '/live', at: /^\/live(?!\/station\/)/ },
      { key: 'walls', href: '/wall', at: /^\/wall(?:$|\/)/ },
    ],
  },
  {
    key: 'productivity',
    tabs: [
      { key: 'productivity', href: '/productivity', at: /^\/productivity(?:$|\/(?:workers|stations)\/)/ },
      { key: 'hours', href: '/productivity/hours', at: /^\/productivity\/hours/ },
      { key: 'stops', href: '/productivity/stops', at: /^\/productivity\/stops/ },
      { key: 'oee', href: '/productivity/oee', at: /^\/productivity\/oee/ },
      { key: 'handover', href: '/productivity/handover', at: /^\/productivity\/handover/ },
    ],
  },
  {
    key: 'predictions',
    tabs: [
      { key: 'predictions', href: '/predictions', at: /^\/predictions(?!\/models)/ },
      { key: 'modelVersions', href: '/predictions/models', at: /^\/predictions\/models/ },
    ],
  },
  {
    key: 'alerts',
    tabs: [
      { key: 'alerts', href: '/alerts', at: /^\/alerts/ },
      { key: 'targets', href: '/targets', at: /^\/targets/ },
    ],
  },
  {
    key: 'system',
    tabs: [
      { key: 'health', href: '/system', at: /^\/system(?!\/backups)/ },
      { key: 'sources', href: '/sources', at: /^\/sources/ },
      { key: 'plant', href: '/plant/stations', at: /^\/plant\// },
      { key: 'retention', href: '/retention', at: /^\/retention/ },
      { key: 'backups', href: '/system/backups', at: /^\/system\/backups/ },
      { key: 'settings', href: '/settings', at: /^\/settings/ },
      { key: 'access', href: '/users', at: /^\/(?:users|tokens|kiosk-links|audit)/, forAdmins: true },
      { key: 'api', href: '/docs', at: /^\/docs/ },
    ],
  },
];
