import { constants } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { create } from '@bufbuild/protobuf'
import { StringStringEntryProtoSchema, TensorProto_DataLocation as DataLocation, type TensorProto } from 'onnx-buf'
import { RunwrightError } from '../protocol/errors.ts'
import { copyMessage } from './edit-graph.ts'
import { createFile, readBytes } from './files/new-file.ts'
import { countBytes, isExternal, nameTensor, tensorBytes } from './tensor.ts'

/** Where a tensor's bytes lie, as the model says. */
export interface ExternalPlace {
  /** A path below the folder of the model. */
  readonly location: string
  /** First byte in that file. */
  readonly offset: number
  /** Bytes. */
  readonly length: number
}

/**
 * @throws BAD_REQUEST when the model names no file, or a length that is not what type and dimensions make
 * @see https://onnx.ai/onnx/repo-docs/ExternalData.html
 */
export function externalPlace(tensor: TensorProto): ExternalPlace {
  const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]))
  const location = entries.get('location') ?? ''
  if (location === '') throw new RunwrightError('BAD_REQUEST', `${nameTensor(tensor)} names no file for its values.`)
  const count = (key: string, fallback: number) => {
    const text = entries.get(key)
    if (text === undefined) return fallback
    const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
    if (Number.isSafeInteger(number)) return number
    throw new RunwrightError('BAD_REQUEST', `${nameTensor(tensor)} has no number as the ${key} of its values.`)
  }
  const bytes = countBytes(tensor)
  const place = { location, offset: count('offset', 0), length: count('length', bytes) }
  if (place.length === bytes) return place
  throw new RunwrightError(
    'BAD_REQUEST',
    `${nameTensor(tensor)} should have ${bytes} bytes, and the model says that ${place.length} lie in its file.`,
  )
}

/** The files beside a model that have its weights. */
export interface ExternalData extends AsyncDisposable {
  /**
   * Raw data of a tensor, wherever it lies.
   *
   * @throws BAD_REQUEST when its file is not below the folder of the model, or has not so many bytes
   * @throws RESOURCE_DOES_NOT_EXIST when there is no such file
   */
  read(tensor: TensorProto): Promise<Uint8Array>
  /**
   * The path of the file of a tensor that lies in one.
   *
   * @throws as `read`
   */
  locate(tensor: TensorProto): Promise<string>
}

/**
 * Reads weights one tensor at a time; nothing of them is kept.
 *
 * @param folder of the model's file
 */
export function openExternalData(folder: string): ExternalData {
  const files = new Map<string, Promise<FileHandle>>()
  async function read(tensor: TensorProto): Promise<Uint8Array> {
    if (!isExternal(tensor)) return tensorBytes(tensor)
    const { location, offset, length } = externalPlace(tensor)
    const opened = files.get(location) ?? openBelow(folder, location, tensor)
    files.set(location, opened)
    const file = await opened
    const { size } = await file.stat()
    if (offset + length <= size) return readBytes(file, offset, length)
    throw new RunwrightError(
      'BAD_REQUEST',
      `${nameTensor(tensor)} should lie in ${location} from byte ${offset} to ${offset + length}, and that file has ${size} bytes.`,
      { hint: 'Is the file complete, and the one that belongs to this model?' },
    )
  }
  return {
    read,
    locate: (tensor) => resolveBelow(folder, externalPlace(tensor).location, tensor),
    async [Symbol.asyncDispose]() {
      for (const file of await Promise.allSettled(files.values())) {
        if (file.status === 'fulfilled') await file.value.close()
      }
    },
  }
}

function refuseLocation(tensor: TensorProto, location: string, why: string): RunwrightError {
  return new RunwrightError('BAD_REQUEST', `${nameTensor(tensor)} lies in ${JSON.stringify(location)}, which ${why}.`, {
    hint: 'Weights are read from the folder of the model alone. Put the file there.',
  })
}

/** Where a path that a model names leads to in the end: it must lie below the folder of the model. */
async function resolveBelow(folder: string, location: string, tensor: TensorProto): Promise<string> {
  const refuse = (why: string) => refuseLocation(tensor, location, why)
  if (location.includes('\0') || isAbsolute(location) || /^[A-Za-z]:/.test(location))
    throw refuse('is no relative path')
  const root = await realpath(folder)
  if (!isBelow(root, resolve(root, location))) throw refuse('leads out of the folder of the model')
  const real = await realpath(join(root, location)).catch(() => undefined)
  if (real === undefined) {
    throw new RunwrightError(
      'RESOURCE_DOES_NOT_EXIST',
      `${nameTensor(tensor)} lies in ${location}, which is not there.`,
      {
        hint: `Put the file into ${folder}, beside the model.`,
      },
    )
  }
  if (!isBelow(root, real)) throw refuse('is a link that leads out of the folder of the model')
  return real
}

async function openBelow(folder: string, location: string, tensor: TensorProto): Promise<FileHandle> {
  const real = await resolveBelow(folder, location, tensor)
  // A pipe would wait for its other end.
  const file = await open(real, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  if ((await file.stat()).isFile()) return file
  await file.close()
  throw refuseLocation(tensor, location, 'is no file')
}

function isBelow(root: string, path: string): boolean {
  const [first = ''] = relative(root, path).split(sep)
  return first !== '' && first !== '..' && !isAbsolute(relative(root, path))
}

/** A file beside a model that takes its weights, one tensor after the other. */
export interface NewExternalData extends AsyncDisposable {
  /** As the model names it. */
  readonly location: string
  /** Where the file is until it is finished. */
  readonly path: string
  /** Writes raw data, and gives the tensor as the model has to have it. */
  write(tensor: TensorProto, bytes: Uint8Array): Promise<TensorProto>
  /** Raw data of a tensor that was written before. */
  read(tensor: TensorProto): Promise<Uint8Array>
  /** Puts the file in its place. Without it, disposing leaves nothing behind. */
  finish(): Promise<void>
}

/** A tensor of a page or more begins at one, so that a runtime can map it instead of reading it. */
const pageBytes = 4096
const otherAlignment = 64

/**
 * @param path the file; the model that names it has to lie in the same folder
 * @throws STORAGE_FULL, STORAGE_READ_ONLY
 */
export async function createExternalData(path: string): Promise<NewExternalData> {
  const file = await createFile(path)
  const location = basename(path)
  return {
    location,
    path: file.path,
    async write(tensor, bytes) {
      const alignment = bytes.length >= pageBytes ? pageBytes : otherAlignment
      const gap = (alignment - (file.length % alignment)) % alignment
      if (gap > 0) await file.write(new Uint8Array(gap))
      const offset = file.length
      await file.write(bytes)
      return externalTensor(tensor, { location, offset, length: bytes.length })
    },
    read(tensor) {
      const { offset, length } = externalPlace(tensor)
      return file.read(offset, length)
    },
    finish: () => file.finish(),
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  }
}

/** The same tensor with its values in a file. */
export function externalTensor(tensor: TensorProto, { location, offset, length }: ExternalPlace): TensorProto {
  const made = copyMessage(tensor)
  for (const list of ['floatData', 'int32Data', 'int64Data', 'doubleData', 'uint64Data'] as const) made[list] = []
  Reflect.deleteProperty(made, 'rawData')
  made.dataLocation = DataLocation.EXTERNAL
  made.externalData = Object.entries({ location, offset, length }).map(([key, value]) =>
    create(StringStringEntryProtoSchema, { key, value: String(value) }),
  )
  return made
}
