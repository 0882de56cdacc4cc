import type { AccessPolicy } from '../../auth/principal.ts';
import type { AppContext } from '../env.ts';

/** Something that was changed: `target` says what, `before` and `after` how, as far as it can be said. */
export type Change = { action: string; target: string; before?: unknown; after?: unknown };

/** What the doors of every route need to know; one for the whole process, put on every request. */
export type Door = {
  policy: AccessPolicy;
  /** The site of this process: a token tied to another one changes nothing here. */
  siteId: number;
  /** Whether a path with its query belongs to one of a kiosk's pages: the page, its fragments or its images. A socket and a page of one path are not the same. */
  isOnPages(pages: readonly string[], url: URL, isSocket?: boolean): Promise<boolean>;
  /** Milliseconds until this one may write again; 0 is now. */
  writeWaitMs(c: AppContext, kind: 'person' | 'program'): number;
  /** Keeps who changed what, and from where. */
  record(c: AppContext, change: Change): Promise<void>;
};
