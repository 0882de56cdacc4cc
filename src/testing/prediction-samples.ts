import type { Prediction } from '../predictions/model.ts';
import type { PredictionsView } from '../predictions/pages/prediction-pages.ts';

const odd = `<b onclick="x">S&4'`;
const prediction: Prediction = {
  id: 7,
  imageId: odd,
  at: Date.parse('2025-09-06T10:10:00+09:00'),
  modelName: odd,
  modelVersion: odd,
  confidence: 0.93,
  isDefect: true,
  defectType: odd,
  boxes: [],
  inferenceMs: 41.5,
  notes: odd,
  station: odd,
  part: odd,
  deviceId: odd,
  imagePath: '2025/09/06/defects/a.jpg',
  imageBytes: 7,
  imageGoneAt: null,
  receivedAt: 0,
};
const rows: Prediction[] = [
  prediction,
  { ...prediction, id: 8, isDefect: false, defectType: null, station: null, imagePath: null },
  { ...prediction, id: 9, defectType: null, imageGoneAt: 1 },
];
const view: PredictionsView = {
  fault: null,
  sums: { predictions: 3, defects: 2, averageConfidence: 0.93, defectTypes: { [odd]: 2 } },
  rows,
  olderHref: '/predictions?before=1.2',
  isFirst: false,
  firstHref: '/predictions',
  isEmpty: false,
  hrefOf: { 7: '/predictions/7', 8: '/predictions/8', 9: '/predictions/9' },
};
const nothing = { predictions: 0, defects: 0, averageConfidence: null, defectTypes: {} };

/** The data that the partials of predictions are printed with in the states they know. */
export const predictionSamples: Readonly<Record<string, readonly object[]>> = {
  'predictions/_list': [
    { view },
    { view: { ...view, fault: odd } },
    { view: { ...view, sums: nothing, rows: [], olderHref: null, isFirst: true } },
    { view: { ...view, sums: nothing, rows: [], isEmpty: true } },
  ],
};
