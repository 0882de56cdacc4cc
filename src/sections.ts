import type { Section } from './kernel/http/page-renderer.ts';

/** Sections of the product in the order of the navigation bar; the text of each is `nav.<key>`. */
export const sections: readonly Section[] = [
  { key: 'overview', href: '/overview', at: /^\/overview/ },
  { key: 'inspections', href: '/inspections', at: /^\/(?:$|inspections|stations)/ },
  { key: 'live', href: '/live', at: /^\/live/ },
  { key: 'alerts', href: '/alerts', at: /^\/(?:alerts|targets)/ },
  { key: 'sources', href: '/sources', at: /^\/(?:sources|plant)/ },
  { key: 'system', href: '/system', at: /^\/(?:system|docs)/ },
  { key: 'retention', href: '/retention', at: /^\/retention/, forAdmins: true },
  { key: 'settings', href: '/settings', at: /^\/settings/ },
  { key: 'access', href: '/users', at: /^\/(?:users|tokens|kiosk-links|audit)/, forAdmins: true },
];
