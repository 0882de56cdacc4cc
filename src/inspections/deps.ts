import type { Renderer } from '../kernel/http/render.ts';
import type { Topics } from '../kernel/stream/topics.ts';
import type { Verdict } from '../plant/yield.ts';
import type { InspectionRef } from './model.ts';
import type { InspectionReads } from './reads.ts';
import type { RootLocations } from './watching/root-locations.ts';
import type { Sources } from './watching/sources.ts';

/** The demo plant on an empty page: its button is offered, it was started and is not seen yet, or neither. */
export type DemoState = 'offered' | 'drawing' | 'none';

/** What the pages and APIs of inspections are built from. */
export type InspectionDeps = {
  reads: InspectionReads;
  sources: Sources;
  locations: RootLocations;
  /** Size of an image in pixels, as it is displayed; null where the file cannot be read. */
  readPixels: (inspection: InspectionRef) => Promise<{ width: number; height: number } | null>;
  /** Gives an undecided image a person's verdict. */
  judge: (id: number, verdict: Verdict) => Promise<void>;
  renderer: Renderer;
  topics: Topics;
  settings: {
    ngPreviewCount: number;
    /** FILENAME_REGEX; null for the default pattern. */
    pattern: string | null;
    /** Read for every page: the button that starts the demo plant disappears once it runs. */
    demo: () => DemoState;
    thumbMaxDim: number;
  };
};
