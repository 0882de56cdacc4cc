import { setting } from './setting.ts';
import { oneOf, wholeNumber, yesOrNo } from './setting-kinds.ts';

/** Settings of productivity: events of workers and workstations, and what is shown of people. */
export const productivity = [
  setting({
    env: 'EVENTS_CREATE_UNKNOWN',
    key: 'eventsCreateUnknown',
    group: 'productivity',
    default: '0',
    ...yesOrNo(),
    doc: 'Events of unknown workers and workstations add them, under the id that the event gives. Otherwise such events are refused.',
  }),
  setting({
    env: 'EVENTS_GAP_MIN',
    key: 'eventsGapMin',
    group: 'productivity',
    unit: 'min',
    default: '60',
    ...wholeNumber(0, 1_440),
    doc: 'Longest time that the state of a worker is believed without a further event; after it the state is unknown. 0: until the shift ends.',
  }),
  setting({
    env: 'EVENTS_MAX_MB',
    key: 'eventsMaxMb',
    group: 'productivity',
    unit: 'MB',
    default: '16',
    ...wholeNumber(1, 256),
    doc: 'Largest batch of events that is taken in one request.',
  }),
  setting({
    env: 'PERSON_DATA',
    key: 'personData',
    group: 'productivity',
    default: 'names',
    ...oneOf(['names', 'codes', 'off']),
    doc: 'What pages, exports and programs get of workers. names: their names. codes: only the ids of their events. off: figures of stations and of the whole site alone.',
  }),
  setting({
    env: 'PERSON_GROUP_MIN',
    key: 'personGroupMin',
    group: 'productivity',
    default: '0',
    ...wholeNumber(0, 100),
    doc: 'Figures of stations where fewer workers than this were active are not shown, because they would be figures of a person. 0: always shown.',
  }),
];
