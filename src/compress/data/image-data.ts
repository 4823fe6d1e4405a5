import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { makeNumbers } from '../../onnx/convert-tensor.ts'
import type { ValueSignature } from '../../onnx/session.ts'
import type { TensorValue } from '../../onnx/tensor-value.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { type Batch, fixedRunSize, type SampleData } from '../sample-data.ts'
import { decodeJpeg, isJpeg } from './images/decode-jpeg.ts'
import { decodePng, isPng } from './images/decode-png.ts'
import { damaged } from './images/pixels.ts'
import { preprocess } from './images/preprocess.ts'
import { type Preprocessing, preprocessingName, readPreprocessing } from './images/preprocessing.ts'

interface Image {
  readonly path: string
  /** The number of its class; undefined where the folder has no classes. */
  readonly label: string | undefined
}

const extensions = /\.(?:png|jpe?g)$/i

/** Of a file, before it is read. */
const maxBytes = 64 * 2 ** 20

/**
 * Images as samples: those of a folder, or those of its folders, which are classes. How they become what the model takes
 * is told by the file `images.json` in it, and for the rest by the model's input. They are in the order of their names.
 *
 * @throws BAD_REQUEST when there is none, the model takes something else, or a picture is damaged or too large
 */
export async function openImages(folder: string, inputs: readonly ValueSignature[]): Promise<SampleData> {
  const name = basename(folder)
  const [input, ...others] = inputs
  if (input === undefined || others.length > 0) {
    throw new RunwrightError('BAD_REQUEST', `${name} has images, and the model takes ${inputs.length} inputs.`)
  }
  const source = await readFile(join(folder, preprocessingName), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  const { preprocessing, classes } = readPreprocessing(source, input, name)
  const images = await findImages(folder, classes)
  if (images.length === 0) throw new RunwrightError('BAD_REQUEST', `${name} has no images: it takes .png and .jpg.`)
  const hasLabels = images[0]?.label !== undefined
  const read = createReader(preprocessing, images.length)
  return {
    name,
    count: images.length,
    hasLabels,
    runSize: fixedRunSize(inputs),
    async *batches(size) {
      for (let start = 0; start < images.length; start += size) {
        yield await readBatch(images.slice(start, start + size), { preprocessing, input, hasLabels, read })
      }
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

async function findImages(folder: string, classes: readonly string[] | undefined): Promise<readonly Image[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.flatMap((entry) => (entry.isDirectory() && !entry.name.startsWith('.') ? [entry.name] : []))
  const flat = await listImages(folder)
  if (names.length === 0) return flat.map((path) => ({ path, label: undefined }))
  const name = basename(folder)
  if (flat.length > 0) throw new RunwrightError('BAD_REQUEST', `${name} has images beside folders of images.`)
  const numbers = numberClasses(names, classes, name)
  const found: Image[] = []
  for (const each of names.toSorted(compareNames)) {
    for (const path of await listImages(join(folder, each))) found.push({ path, label: String(numbers.get(each)) })
  }
  return found
}

/** Names that are numbers are those of their classes; others are numbered in their order, as given or by name. */
function numberClasses(
  names: readonly string[],
  classes: readonly string[] | undefined,
  folder: string,
): ReadonlyMap<string, number> {
  const areNumbers = classes === undefined && names.every((name) => /^\d+$/.test(name))
  const ordered = classes ?? names.toSorted(compareNames)
  const unknown = names.find((name) => !ordered.includes(name))
  if (unknown !== undefined) {
    throw new RunwrightError('BAD_REQUEST', `${folder}/${preprocessingName} names no class “${unknown}”.`)
  }
  return new Map(ordered.map((name, place) => [name, areNumbers ? Number(name) : place]))
}

async function listImages(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.flatMap((entry) => (entry.isFile() && extensions.test(entry.name) ? [entry.name] : []))
  return names.toSorted(compareNames).map((name) => join(folder, name))
}

function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

interface Reading {
  readonly preprocessing: Preprocessing
  readonly input: ValueSignature
  readonly hasLabels: boolean
  read(this: void, path: string): Promise<Float32Array>
}

/** What is kept of all images, since a search goes through them for each candidate. */
const mostKeptBytes = 256 * 2 ** 20

/** Reads images as the model takes them, each once where there is room for all. */
function createReader(preprocessing: Preprocessing, count: number): Reading['read'] {
  const length = preprocessing.width * preprocessing.height * depthOf(preprocessing)
  const isKept = count * length * 4 <= mostKeptBytes
  const kept = new Map<string, Float32Array>()
  return async (path) => {
    const known = kept.get(path)
    if (known !== undefined) return known
    const data = new Float32Array(length)
    preprocess(await decode(path), preprocessing, data)
    if (isKept) kept.set(path, data)
    return data
  }
}

function depthOf({ channels }: Preprocessing): number {
  return channels === 'gray' ? 1 : 3
}

async function readBatch(images: readonly Image[], { preprocessing, input, hasLabels, read }: Reading): Promise<Batch> {
  const { name, dtype } = input
  const { width, height, layout } = preprocessing
  const depth = depthOf(preprocessing)
  const data = new Float32Array(images.length * width * height * depth)
  for (const [place, { path }] of images.entries()) data.set(await read(path), place * width * height * depth)
  const dims = layout === 'NCHW' ? [images.length, depth, height, width] : [images.length, height, width, depth]
  const value: TensorValue =
    dtype === undefined || dtype === 'float32' || dtype === 'string'
      ? { dtype: 'float32', dims, data }
      : makeNumbers(dtype, dims, rounded(data, dtype), name)
  const labels: TensorValue | undefined = hasLabels
    ? { dtype: 'string', dims: [images.length], data: images.map(({ label = '' }) => label) }
    : undefined
  return { feeds: new Map([[name, value]]), labels, count: images.length }
}

/** Integers for a model that takes pixels as such, with a scale of 255. */
function rounded(data: Float32Array, dtype: string): readonly number[] {
  return dtype.startsWith('float') ? Array.from(data) : Array.from(data, Math.round)
}

async function decode(path: string) {
  const name = basename(path)
  if ((await stat(path)).size > maxBytes) throw damaged(name, `it has more than ${maxBytes / 2 ** 20} MiB`)
  const bytes = await readFile(path)
  if (isPng(bytes)) return decodePng(bytes, name)
  if (isJpeg(bytes)) return decodeJpeg(bytes, name)
  throw damaged(name, 'it is neither PNG nor JPEG')
}
