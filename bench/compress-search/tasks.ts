import { modelFiles } from '../compress/models.ts'

/** A model, and what it is for. */
export interface Task {
  /** Of the script in `tasks`, with `-` for `_`. */
  readonly name: string
  readonly title: string
  /** Of what it is made for the most part. */
  readonly kind: 'convolutions' | 'matrices' | 'trees'
  /** What a score of it is the mean of. */
  readonly score: string
  /** Where it lies in the packages; undefined where it is trained or converted. */
  readonly source?: string
}

/** In the order of the table. */
export const tasks: readonly Task[] = [
  {
    name: 'minilm',
    title: 'MiniLM',
    kind: 'matrices',
    score: 'sentences whose continuation is found among 400',
    source: modelFiles.minilm,
  },
  { name: 'mnist-cnn', title: 'MNIST CNN', kind: 'convolutions', score: 'digits that are recognized' },
  {
    name: 'ocr-detection',
    title: 'OCR detection',
    kind: 'convolutions',
    score: 'lines that are found, and boxes that are lines (F1 of a page)',
    source: modelFiles['ocr-detection'],
  },
  {
    name: 'ocr-recognition',
    title: 'OCR recognition',
    kind: 'convolutions',
    score: 'lines of which every letter is read',
    source: modelFiles['ocr-recognition'],
  },
  {
    name: 'ocr-direction',
    title: 'OCR direction',
    kind: 'convolutions',
    score: 'lines of which the direction is told',
    source: modelFiles['ocr-direction'],
  },
  {
    name: 'silero-vad',
    title: 'silero-vad',
    kind: 'convolutions',
    score: 'frames that are told from silence',
    source: modelFiles['silero-vad'],
  },
  { name: 'magika', title: 'magika', kind: 'matrices', score: 'files whose kind is told', source: modelFiles.magika },
  { name: 'forest', title: 'Forest of scikit-learn', kind: 'trees', score: 'digits that are recognized' },
  { name: 'xgboost', title: 'XGBoost', kind: 'trees', score: 'digits that are recognized' },
]

/** @throws {Error} when there is none of that name */
export function chooseTasks(only: string | undefined): readonly Task[] {
  if (only === undefined) return tasks
  const found = tasks.filter(({ name }) => name === only)
  if (found.length === 0) throw new Error(`There are: ${tasks.map(({ name }) => name).join(', ')}.`)
  return found
}
