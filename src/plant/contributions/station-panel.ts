import type { PageQuery } from '../links.ts';

/**
 * A panel that a feature contributes to the page of a station. Its fragments are topics and keep fresh with the page's
 * stream; it stands below the chart of yields, in the element `station-<key>`.
 */
export type StationPanelKind = {
  /** One word. */
  key: string;
  styles: readonly string[];
  /** Its topic for a station and a period; undefined where it has nothing to say of that station. */
  topicOf(stationId: number, query: PageQuery): string | undefined;
};
