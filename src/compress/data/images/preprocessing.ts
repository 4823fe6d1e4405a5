import type { ValueSignature } from '../../../onnx/session.ts'
import { RunwrightError } from '../../../protocol/errors.ts'
import { isRecord, parseForeignJson } from '../../../protocol/json.ts'
import { integer, listOf, number, object, oneOf, refine, refuse, text } from '../../../protocol/parse.ts'

/** How a picture becomes what a model takes. */
export interface Preprocessing {
  readonly width: number
  readonly height: number
  /** Whether it is made to fit by another shape, by cutting its edges off, or by edges of black. */
  readonly fit: 'stretch' | 'crop' | 'pad'
  /** The order of the channels; `gray` is one alone. */
  readonly channels: 'RGB' | 'BGR' | 'gray'
  readonly layout: 'NCHW' | 'NHWC'
  /** What 255 becomes; all others by it. */
  readonly scale: number
  /** Taken off after scaling, and what is left is divided by, for each channel or one for all. */
  readonly mean: readonly number[]
  readonly std: readonly number[]
}

/** The file that says it, in the folder of the pictures. */
export const preprocessingName = 'images.json'

const positive = refine(number, (value, path) => (value > 0 ? value : refuse(value, path, 'expected a number above 0')))

const fields = {
  size: listOf(integer(1, 8192), 2),
  fit: oneOf(['stretch', 'crop', 'pad']),
  channels: oneOf(['RGB', 'BGR', 'gray']),
  layout: oneOf(['NCHW', 'NHWC']),
  scale: positive,
  mean: listOf(number, 3),
  std: listOf(positive, 3),
  classes: listOf(text, 100_000),
}
const parseSettings = object({}, fields)

export interface ImageSettings {
  readonly preprocessing: Preprocessing
  /** Names of the folders of classes, in the order of the model's; undefined when that is theirs. */
  readonly classes: readonly string[] | undefined
}

/**
 * What `images.json` says, and for the rest what the model's input tells.
 *
 * @param source of the file; undefined when there is none
 * @throws BAD_REQUEST when it says what cannot be, or the model has no size and the file neither
 */
export function readPreprocessing(
  source: string | undefined,
  { name, dims }: ValueSignature,
  folder: string,
): ImageSettings {
  const given = source === undefined ? {} : parseFile(source, `${folder}/${preprocessingName}`)
  if (dims.length !== 4)
    throw wrong(`${folder} has images, and the model’s input “${name}” has ${dims.length} dims, not 4.`)
  const layout = given.layout ?? (isChannels(dims[3]) && !isChannels(dims[1]) ? 'NHWC' : 'NCHW')
  const [count, rows, columns] = layout === 'NCHW' ? [dims[1], dims[2], dims[3]] : [dims[3], dims[1], dims[2]]
  const [height, width] = given.size ?? [rows, columns]
  if (typeof height !== 'number' || typeof width !== 'number') {
    const hint = `Say it in ${folder}/${preprocessingName}: { "size": [224, 224] }, height first.`
    throw new RunwrightError('BAD_REQUEST', `The model takes images of any size, and that of ${folder} is not known.`, {
      hint,
    })
  }
  const channels = given.channels ?? (count === 1 ? 'gray' : 'RGB')
  const { fit = 'stretch', scale = 1, mean = [0], std = [1] } = given
  for (const [key, list] of Object.entries({ mean, std })) {
    if (list.length === 1 || (list.length === 3 && channels !== 'gray')) continue
    throw wrong(
      `${folder}/${preprocessingName}: “${key}” has ${list.length} numbers, not one for all or one for each channel.`,
    )
  }
  return { preprocessing: { width, height, fit, channels, layout, scale, mean, std }, classes: given.classes }
}

function parseFile(source: string, file: string) {
  const value = parseForeignJson(source)
  if (!isRecord(value)) throw wrong(`${file} is no JSON object.`)
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(fields, key))
  if (unknown === undefined) return parseSettings(value, file)
  const hint = `There are: ${Object.keys(fields).join(', ')}.`
  throw new RunwrightError('BAD_REQUEST', `${file} has “${unknown}”, which there is not.`, { hint })
}

function isChannels(dim: number | string | undefined): boolean {
  return dim === 1 || dim === 3
}

function wrong(message: string): RunwrightError {
  return new RunwrightError('BAD_REQUEST', message)
}
