import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import { RunwrightError } from '../protocol/errors.ts'
import { createFile } from './files/new-file.ts'
import { type ByteSource, openEntry, openWhole } from './npz/entry-bytes.ts'
import { decodeNpy, encodeNpy } from './npz/npy-elements.ts'
import { npyHeaderBytes, type NpyHeader, npyPrefixBytes, parseNpyHeader } from './npz/npy-header.ts'
import { writeZip } from './npz/write-zip.ts'
import { readZipDirectory } from './npz/zip-directory.ts'
import { countElements, type Dtype, type TensorValue } from './tensor-value.ts'

/** An array of a file, whose elements are read when they are asked for. */
export interface StoredArray {
  readonly name: string
  readonly dtype: Dtype
  readonly dims: readonly number[]
  /** Its elements in the file. */
  readonly sizeBytes: number
  /** All of it. */
  read(): Promise<TensorValue>
  /**
   * Its rows (places of the first dim), some at a time and in order: the memory that is taken is that of one part. Of an
   * array in Fortran's order, whose rows lie apart, all is read first.
   *
   * @param count rows of each part; the last may have fewer
   */
  rows(count: number): AsyncGenerator<TensorValue>
}

/** The arrays of an `.npz` file, or the one of an `.npy` file, whose name is the file's without its ending. */
export interface ArrayFile extends AsyncDisposable {
  readonly arrays: readonly StoredArray[]
}

/** More would not be an input of a model, but what fills the memory. */
const maxReadBytes = 4 * 2 ** 30

const maxArrays = 10_000

/**
 * Opens a file of NumPy arrays. Nothing in it is run: pickled objects are refused. An array that unpacks into more than
 * its header says is refused when that is seen.
 *
 * @throws RESOURCE_DOES_NOT_EXIST; BAD_REQUEST, here and while it is read, when it is damaged or no such file
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export async function openArrayFile(path: string): Promise<ArrayFile> {
  const name = basename(path)
  const file = await open(path).catch((cause: unknown) => {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${path} cannot be read.`, { cause })
  })
  await using cleanup = new AsyncDisposableStack()
  cleanup.defer(() => file.close())
  const arrays = path.endsWith('.npy') ? [await wholeArray(file, name)] : await listArrays(file, name)
  const owned = cleanup.move()
  return { arrays, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/**
 * All arrays of a file.
 *
 * @throws as `openArrayFile`; BAD_REQUEST when they take more than 4 GiB
 */
export async function readArrayFile(path: string): Promise<Map<string, TensorValue>> {
  await using file = await openArrayFile(path)
  const sizeBytes = file.arrays.reduce((sum, array) => sum + array.sizeBytes, 0)
  if (sizeBytes > maxReadBytes) {
    throw new RunwrightError(
      'BAD_REQUEST',
      `${basename(path)} has ${sizeBytes} bytes of arrays, which is too much at once.`,
    )
  }
  const read = new Map<string, TensorValue>()
  for (const array of file.arrays) read.set(array.name, await array.read())
  return read
}

/**
 * Writes arrays as `numpy.savez` does, not packed, complete or not at all. The same arrays give the same bytes.
 *
 * @throws STORAGE_FULL, STORAGE_READ_ONLY; INVALID_PARAMETER_VALUE for more than 4 GiB
 */
export async function writeArrayFile(path: string, arrays: ReadonlyMap<string, TensorValue>): Promise<void> {
  const entries = [...arrays].map(([name, value]) => ({ name: `${name}.npy`, parts: encodeNpy(value) }))
  await using file = await createFile(path)
  await writeZip(file, entries)
  await file.finish()
}

async function wholeArray(file: FileHandle, name: string): Promise<StoredArray> {
  const { size } = await file.stat()
  return describeArray(name.replace(/\.npy$/, ''), name, async () => openWhole(file, size, name))
}

async function listArrays(file: FileHandle, archive: string): Promise<readonly StoredArray[]> {
  const entries = await readZipDirectory(file, archive)
  if (entries.length > maxArrays)
    throw new RunwrightError('BAD_REQUEST', `${archive} has more than ${maxArrays} arrays.`)
  const arrays: StoredArray[] = []
  for (const entry of entries) {
    const name = entry.name.replace(/\.npy$/, '')
    if (arrays.some((other) => other.name === name)) {
      throw new RunwrightError('BAD_REQUEST', `${archive} has two arrays of the name ${name}.`)
    }
    arrays.push(await describeArray(name, `${archive}, ${name}`, () => openEntry(file, entry, archive)))
  }
  return arrays
}

async function describeArray(name: string, what: string, openBytes: () => Promise<ByteSource>): Promise<StoredArray> {
  const openElements = async () => {
    const source = await openBytes()
    try {
      return { source, header: await readHeader(source, what) }
    } catch (error) {
      await source[Symbol.asyncDispose]()
      throw error
    }
  }
  const { source: first, header } = await openElements()
  await first[Symbol.asyncDispose]()
  const { dtype, dims, itemBytes } = header
  const sizeBytes = countElements(dims) * itemBytes
  const read = async () => {
    if (sizeBytes > maxReadBytes)
      throw new RunwrightError('BAD_REQUEST', `${what} has ${sizeBytes} bytes, which is too much.`)
    const { source } = await openElements()
    await using _closes = source
    const elements = await source.read(sizeBytes)
    await source.end()
    return decodeNpy(header, dims, elements, what)
  }
  return { name, dtype, dims, sizeBytes, read, rows: (count) => readRows({ header, what, count, read, openElements }) }
}

async function* readRows({
  header,
  what,
  count,
  read,
  openElements,
}: {
  readonly header: NpyHeader
  readonly what: string
  readonly count: number
  read(): Promise<TensorValue>
  openElements(): Promise<{ readonly source: ByteSource }>
}): AsyncGenerator<TensorValue> {
  const [rows, ...rest] = header.dims
  if (rows === undefined) throw new RunwrightError('BAD_REQUEST', `${what} is a single number, and has no rows.`)
  const whole = header.isFortran ? await read() : undefined
  const rowElements = countElements(rest)
  if (count * rowElements * header.itemBytes > maxReadBytes) {
    throw new RunwrightError('BAD_REQUEST', `${what}: ${count} of its rows are too much at once.`)
  }
  const { source } = await openElements()
  await using _closes = source
  for (let start = 0; start < rows; start += count) {
    const dims = [Math.min(count, rows - start), ...rest]
    if (whole === undefined)
      yield decodeNpy(header, dims, await source.read(countElements(dims) * header.itemBytes), what)
    else yield sliceRows(whole, dims, start * rowElements)
  }
  if (whole === undefined) await source.end()
}

function sliceRows(whole: TensorValue, dims: readonly number[], start: number): TensorValue {
  const end = start + countElements(dims)
  if (whole.dtype === 'string') return { dtype: whole.dtype, dims, data: whole.data.slice(start, end) }
  return { dtype: whole.dtype, dims, data: whole.data.slice(start, end) }
}

async function readHeader(source: ByteSource, what: string): Promise<NpyHeader> {
  const prefix = await source.read(npyPrefixBytes)
  const rest = await source.read(npyHeaderBytes(prefix, what) - npyPrefixBytes)
  return parseNpyHeader(Buffer.concat([prefix, rest]), what)
}
