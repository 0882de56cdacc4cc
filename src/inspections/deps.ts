import type { Renderer } from '../kernel/http/render.ts';
import type { Topics } from '../kernel/stream/topics.ts';
import type { StationPanelKind } from '../plant/contributions/station-panel.ts';
import type { Verdict } from '../plant/yield.ts';
import type { RereadPreview } from './layouts/preview-reread.ts';
import type { InspectionRef } from './model.ts';
import type { NamingSettings } from './names/parse-file-name.ts';
import type { InspectionReads } from './reads.ts';
import type { RootLeftOut } from './watching/left-out.ts';
import type { RecordRoots } from './watching/record-roots.ts';
import type { RootLocations } from './watching/root-locations.ts';
import type { Sources } from './watching/sources.ts';

/** The demo plant on an empty page: its button is offered, it was started and is not seen yet, or neither. */
export type DemoState = 'offered' | 'drawing' | 'none';

/** What the pages and APIs of inspections are built from. */
export type InspectionDeps = {
  reads: InspectionReads;
  sources: Sources;
  recordRoots: RecordRoots;
  /** What the pattern of each watched folder leaves without a verdict, by root id. */
  readLeftOut: () => Promise<ReadonlyMap<number, RootLeftOut>>;
  /** What the known images of a watched folder would become under other patterns. */
  previewNaming: (rootId: number, naming: NamingSettings) => Promise<RereadPreview>;
  locations: RootLocations;
  /** Size of an image in pixels, as it is displayed; null where the file cannot be read. */
  readPixels: (inspection: InspectionRef) => Promise<{ width: number; height: number } | null>;
  /** Gives an undecided image a person's verdict. */
  judge: (id: number, verdict: Verdict) => Promise<void>;
  /** What other features contribute to the page of a station. */
  stationPanels: readonly StationPanelKind[];
  renderer: Renderer;
  topics: Topics;
  settings: {
    ngPreviewCount: number;
    /** FILENAME_REGEX; null for the default pattern. */
    pattern: string | null;
    /** Read for every page: the button that starts the demo plant disappears once it runs. */
    demo: () => DemoState;
    /** Pictures drawn so far for a demo plant that is being prepared; null otherwise. */
    drawing: () => { done: number; total: number } | null;
    thumbMaxDim: number;
    /** WATCH_EXCLUDE. */
    exclude: readonly string[];
  };
};
