import type { Config } from '../kernel/settings/config.ts';
import type { Worker } from '../plant/resources/workers.ts';

/** What is shown of people (PERSON_DATA), by pages, exports and programs' interfaces alike. */
export type People = {
  /** Whether single workers are shown at all. */
  readonly areShown: boolean;
  /** How a worker is called: the name, or only the id of the events. */
  labelOf(worker: Worker): string;
  /** Figures of a station where fewer workers were active would be those of a person (PERSON_GROUP_MIN). */
  readonly groupMin: number;
};

export function createPeople({
  personData,
  personGroupMin,
}: Pick<Config, 'personData' | 'personGroupMin'>): People {
  return {
    areShown: personData !== 'off',
    labelOf: ({ name, code }) => (personData === 'names' && name !== '' ? name : code),
    groupMin: personGroupMin,
  };
}
