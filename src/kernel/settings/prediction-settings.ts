import { setting } from './setting.ts';
import { path, wholeNumber, yesOrNo } from './setting-kinds.ts';

/** Settings of predictions: where their images lie and how they are named. */
export const predictions = [
  setting({
    env: 'PREDICTION_IMAGE_DIR',
    key: 'predictionImageDir',
    group: 'predictions',
    default: '',
    ...path(),
    doc: 'Folder of the images that are logged with predictions. Empty: prediction_images beside the database.',
  }),
  setting({
    env: 'PREDICTION_IMAGES_BY_DATE',
    key: 'predictionImagesByDate',
    group: 'predictions',
    default: '1',
    ...yesOrNo(),
    doc: 'Whether images lie in folders by year, month and day.',
  }),
  setting({
    env: 'PREDICTION_IMAGES_BY_RESULT',
    key: 'predictionImagesByResult',
    group: 'predictions',
    default: '1',
    ...yesOrNo(),
    doc: 'Whether images with a defect and those without lie in folders of their own.',
  }),
  setting({
    env: 'PREDICTION_IMAGE_QUALITY',
    key: 'predictionImageQuality',
    group: 'predictions',
    default: '95',
    ...wholeNumber(1, 100),
    doc: 'JPEG quality of images that come as PNG or BMP. A JPEG is stored as it came.',
  }),
  setting({
    env: 'PREDICTION_MAX_MB',
    key: 'predictionMaxMb',
    group: 'predictions',
    unit: 'MB',
    default: '50',
    ...wholeNumber(1, 60),
    doc: 'Largest image that is taken with a prediction.',
  }),
] as const;
