import { RunwrightError } from '../../protocol/errors.ts'
import { countElements, type Dtype } from '../tensor-value.ts'

/** How an array lies in a `.npy` file. */
export interface NpyHeader {
  readonly dtype: Dtype
  readonly dims: readonly number[]
  /** Of one element in the file. Of strings: the room that each has. */
  readonly itemBytes: number
  readonly isBigEndian: boolean
  /** The first dim runs fastest. */
  readonly isFortran: boolean
  /** Texts of UTF-32, or of bytes. */
  readonly text?: 'utf32' | 'bytes'
}

const magic = '\x93NUMPY'

/** More than any header has that is not made to take memory. */
const maxHeaderBytes = 65_536

/** What has to be read to know how long a header is. */
export const npyPrefixBytes = 12

/**
 * Bytes from the start of the file to the first element.
 *
 * @param prefix the first `npyPrefixBytes`
 * @throws BAD_REQUEST
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function npyHeaderBytes(prefix: Buffer, name: string): number {
  if (prefix.length < npyPrefixBytes || prefix.toString('latin1', 0, 6) !== magic) {
    throw wrong(name, 'it is no array of NumPy')
  }
  const version = prefix.readUInt8(6)
  if (version < 1 || version > 3) throw wrong(name, `it is of version ${version} of the format`)
  const length = version === 1 ? 10 + prefix.readUInt16LE(8) : 12 + prefix.readUInt32LE(8)
  if (length > maxHeaderBytes) throw wrong(name, `its header claims ${length} bytes`)
  if (length < npyPrefixBytes) throw wrong(name, 'its header is cut off')
  return length
}

/**
 * @param header the first `npyHeaderBytes` of the file
 * @throws BAD_REQUEST for types that no model takes, too: complex numbers, dates, records, pickled objects
 */
export function parseNpyHeader(header: Buffer, name: string): NpyHeader {
  const text = header.toString('latin1', header.readUInt8(6) === 1 ? 10 : 12)
  const descr = /'descr':\s*'([^']{1,20})'\s*[,}]/.exec(text)?.[1]
  const order = /'fortran_order':\s*(True|False)\s*[,}]/.exec(text)?.[1]
  const shape = /'shape':\s*\(([\d,\s]*)\)\s*[,}]/.exec(text)?.[1]
  if (descr === undefined) throw wrong(name, 'its elements are records, which no model takes')
  if (order === undefined || shape === undefined) throw wrong(name, 'its header cannot be read')
  const dims = shape
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .map(Number)
  if (!Number.isSafeInteger(countElements(dims.filter((dim) => dim !== 0)) * 8)) {
    throw wrong(name, `it claims the shape (${dims.join(', ')})`)
  }
  return { dims, isFortran: order === 'True', ...parseType(descr, name) }
}

const numericTypes: ReadonlyMap<string, Dtype> = new Map([
  ['f4', 'float32'],
  ['f8', 'float64'],
  ['f2', 'float16'],
  ['i1', 'int8'],
  ['u1', 'uint8'],
  ['i2', 'int16'],
  ['u2', 'uint16'],
  ['i4', 'int32'],
  ['u4', 'uint32'],
  ['i8', 'int64'],
  ['u8', 'uint64'],
  ['b1', 'bool'],
])

function parseType(descr: string, name: string): Omit<NpyHeader, 'dims' | 'isFortran'> {
  const [, order = '', kind = '', size = ''] = /^([<>=|]?)([a-zA-Z])(\d*)$/.exec(descr) ?? []
  const isBigEndian = order === '>'
  const dtype = numericTypes.get(kind + size)
  if (dtype !== undefined) return { dtype, itemBytes: Number(size), isBigEndian }
  const width = Number(size)
  if ((kind === 'U' || kind === 'S') && size !== '' && width <= 2 ** 24) {
    const text = kind === 'U' ? 'utf32' : 'bytes'
    return { dtype: 'string', itemBytes: width * (kind === 'U' ? 4 : 1), isBigEndian, text }
  }
  if (kind === 'O') {
    throw new RunwrightError('BAD_REQUEST', `${name}: its elements are pickled objects, which could run anything.`, {
      hint: 'Save it with a type of numbers or of texts: array.astype(str), for example.',
    })
  }
  throw wrong(name, `its elements are of type ${descr}, which no model takes`)
}

const descrs: Readonly<Record<Exclude<Dtype, 'string'>, string>> = {
  float32: '<f4',
  float64: '<f8',
  float16: '<f2',
  int8: '|i1',
  uint8: '|u1',
  int16: '<i2',
  uint16: '<u2',
  int32: '<i4',
  uint32: '<u4',
  int64: '<i8',
  uint64: '<u8',
  bool: '|b1',
}

/**
 * A header, as NumPy writes it: elements begin at a multiple of 64.
 *
 * @param textLength code points of the longest text, for strings
 */
export function makeNpyHeader(dtype: Dtype, dims: readonly number[], textLength = 0): Buffer {
  const shape = dims.length === 1 ? `(${dims[0]},)` : `(${dims.join(', ')})`
  const descr = dtype === 'string' ? `<U${textLength}` : descrs[dtype]
  const fields = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`
  const length = Math.ceil((10 + fields.length + 1) / 64) * 64
  const header = Buffer.alloc(length, ' ')
  header.write(magic, 'latin1')
  header.writeUInt8(1, 6)
  header.writeUInt8(0, 7)
  header.writeUInt16LE(length - 10, 8)
  header.write(fields, 10, 'latin1')
  header.write('\n', length - 1, 'latin1')
  return header
}

export function wrong(name: string, what: string): RunwrightError {
  return new RunwrightError('BAD_REQUEST', `${name}: ${what}.`)
}
