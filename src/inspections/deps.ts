import type { Renderer } from '../kernel/http/render.ts';
import type { Topics } from '../kernel/stream/topics.ts';
import type { InspectionRef } from './model.ts';
import type { DemoState } from './pages/cards-views.ts';
import type { InspectionReads } from './reads.ts';
import type { RootLocations } from './watching/root-locations.ts';
import type { Sources } from './watching/sources.ts';

/** What the pages and interfaces of inspections are made of. */
export type InspectionDeps = {
  reads: InspectionReads;
  sources: Sources;
  locations: RootLocations;
  /** Size in pixels of an image as it is shown; null where it cannot be read. */
  readPixels: (inspection: InspectionRef) => Promise<{ width: number; height: number } | null>;
  renderer: Renderer;
  topics: Topics;
  settings: {
    ngPreviewCount: number;
    /** FILENAME_REGEX where it is not the default. */
    pattern: string | null;
    /** Asked anew for every page: the button that starts the demo plant goes once it runs. */
    demo: () => DemoState;
    thumbMaxDim: number;
  };
};
