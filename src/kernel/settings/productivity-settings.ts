import { setting } from './setting.ts';
import { commaList, type Kind, oneOf, path, text, wholeNumber, yesOrNo } from './setting-kinds.ts';

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
    doc: 'Largest batch of events that is taken in one request or MQTT message.',
  }),
  setting({
    env: 'MQTT_URL',
    key: 'mqttUrl',
    group: 'productivity',
    default: '',
    ...brokerUrl(),
    doc: 'MQTT broker from which events are read, such as mqtt://broker:1883, or mqtts://broker:8883 for TLS. Empty: none.',
  }),
  setting({
    env: 'MQTT_TOPICS',
    key: 'mqttTopics',
    group: 'productivity',
    default: 'linesight/events/#',
    ...topicList(),
    doc: 'Topics of the events. + stands for any one level, # for all levels from there on, the one before included.',
  }),
  setting({
    env: 'MQTT_USER',
    key: 'mqttUser',
    group: 'productivity',
    default: '',
    ...text(255),
    doc: 'User at the broker, if it needs one and MQTT_URL names none.',
  }),
  setting({
    env: 'MQTT_PASSWORD',
    key: 'mqttPassword',
    isSecret: true,
    group: 'productivity',
    default: '',
    ...text(255),
    doc: 'Password of that user.',
  }),
  setting({
    env: 'MQTT_CA_FILE',
    key: 'mqttCaFile',
    group: 'productivity',
    default: '',
    ...path(),
    doc: 'File with the certificate (PEM) that vouches for the broker of an mqtts:// address. Empty: the authorities that the system knows.',
  }),
  setting({
    env: 'MQTT_CLIENT_ID',
    key: 'mqttClientId',
    group: 'productivity',
    default: '',
    ...clientId(),
    doc: 'Name under which the broker keeps messages while this program is away. Empty: linesight- and the name of SITE. Two installations on one broker need different ones.',
  }),
  setting({
    env: 'EVENTS_REDIS_STREAM',
    key: 'eventsRedisStream',
    group: 'productivity',
    default: '',
    ...text(255),
    doc: 'Redis stream from which events are read, usually events; REDIS_HOST says where. It is read as a group of its own and never shortened. Empty: none.',
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

/** The address of an MQTT broker, which need not be reachable. */
function brokerUrl(): Kind<string> {
  const schema = text(2_000).schema.refine((value) => value === '' || isBroker(value));
  return {
    allowed: 'mqtt://host:1883 or mqtts://host:8883, with user:password@ before the host if needed',
    schema,
  };
}

function isBroker(value: string): boolean {
  const url = URL.parse(value);
  return url !== null && /^mqtts?:$/.test(url.protocol) && url.hostname !== '' && /^\/?$/.test(url.pathname);
}

/** Topic filters separated by commas. */
function topicList(): Kind<string[]> {
  const filter = /^(?:[^#+]+|[+])(?:\/(?:[^#+]+|[+]))*(?:\/#)?$|^#$/;
  return {
    allowed: 'at most 100 topics such as plant/+/events or plant/# with commas between them',
    schema: commaList().schema.refine(
      (topics) => topics.length > 0 && topics.every((topic) => filter.test(topic)),
    ),
  };
}

function clientId(): Kind<string> {
  return {
    allowed: 'at most 64 letters, digits and . _ -',
    schema: text(64).schema.refine((value) => /^[\w.-]*$/.test(value)),
  };
}
