import { crc32 } from 'node:zlib'
import { RunwrightError } from '../../protocol/errors.ts'
import type { NewFile } from '../files/new-file.ts'

/** A file for an archive; its bytes are its parts one after another. */
export interface NewEntry {
  readonly name: string
  readonly parts: readonly Uint8Array[]
}

/** The first day that the format can name: the same files make the same archive. */
const date = 0x0021

const maxBytes = 2 ** 32 - 2

/**
 * Writes an archive whose files are not packed.
 *
 * @throws INVALID_PARAMETER_VALUE for what needs the format for more than 4 GiB, or 65,535 files
 * @see APPNOTE.TXT, PKWARE, 6.3.10
 */
export async function writeZip(file: Pick<NewFile, 'write' | 'length'>, entries: readonly NewEntry[]): Promise<void> {
  const total = entries.reduce((sum, entry) => sum + sizeOf(entry) + 2 * (entry.name.length * 4) + 76, 22)
  if (total > maxBytes || entries.length >= 0xffff) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', 'More than 4 GiB, or 65,535 arrays, do not go into one file.')
  }
  const directory: Buffer[] = []
  for (const entry of entries) {
    const offset = file.length
    const [local, central] = makeHeaders(entry, offset)
    await file.write(local)
    for (const part of entry.parts) await file.write(part)
    directory.push(central)
  }
  const offset = file.length
  const listed = Buffer.concat(directory)
  await file.write(listed)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(listed.length, 12)
  end.writeUInt32LE(offset, 16)
  await file.write(end)
}

function sizeOf({ parts }: NewEntry): number {
  return parts.reduce((sum, part) => sum + part.byteLength, 0)
}

/** The header before a file's bytes and the one in the directory have most of their fields in common. */
function makeHeaders(entry: NewEntry, offset: number): readonly [local: Buffer, central: Buffer] {
  const name = Buffer.from(entry.name)
  const size = sizeOf(entry)
  const common = Buffer.alloc(26)
  common.writeUInt16LE(20, 0)
  // Names are in UTF-8.
  common.writeUInt16LE(0x0800, 2)
  common.writeUInt16LE(date, 8)
  common.writeUInt32LE(
    entry.parts.reduce((crc, part) => crc32(part, crc), 0),
    10,
  )
  common.writeUInt32LE(size, 14)
  common.writeUInt32LE(size, 18)
  common.writeUInt16LE(name.length, 22)
  const central = Buffer.alloc(14)
  central.writeUInt32LE(offset, 10)
  return [
    Buffer.concat([signature(0x04034b50), common, name]),
    Buffer.concat([signature(0x02014b50), Buffer.from([20, 0]), common, central, name]),
  ]
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
