import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'

const filesPerFolder = 500
const smallBytes = 8192
const megabyte = 1 << 20

/** Files in folders of five hundred, as a data set of pictures or sentences has them. */
export function writeManyFiles(folder: string, count: number, sizeBytes = smallBytes): void {
  for (let index = 0; index < count; index++) {
    const part = join(folder, `part-${String(Math.floor(index / filesPerFolder)).padStart(4, '0')}`)
    if (index % filesPerFolder === 0) mkdirSync(part, { recursive: true })
    writeFileSync(join(part, nameOf(index)), randomBytes(sizeBytes))
  }
}

/** Other bytes in every hundredth file. */
export function changeOnePercent(folder: string, count: number, sizeBytes = smallBytes): void {
  for (let index = 0; index < count; index += 100) {
    const part = `part-${String(Math.floor(index / filesPerFolder)).padStart(4, '0')}`
    writeFileSync(join(folder, part, nameOf(index)), randomBytes(sizeBytes))
  }
}

function nameOf(index: number): string {
  return `sample-${String(index).padStart(7, '0')}.bin`
}

/** Bytes that neither repeat nor can be compressed. */
export function writeBigFile(path: string, megabytes: number): void {
  const file = openSync(path, 'w')
  const block = randomBytes(16 * megabyte)
  for (let index = 0; index < megabytes / 16; index++) {
    createHash('sha512')
      .update(`${index}`)
      .digest()
      .copy(block, (index * 64) % block.length)
    writeSync(file, block)
  }
  closeSync(file)
}

let discarded = 0

/**
 * Takes a file or folder out of the way and frees its space. Its files are not removed: ext4 does not use an inode again for some
 * minutes, so that whoever made files next would pay for looking past those of the one before.
 */
export function discard(path: string, trash: string): void {
  const place = join(trash, String(discarded++))
  mkdirSync(trash, { recursive: true })
  renameSync(path, place)
  if (statSync(place).isFile()) return truncateSync(place)
  for (const entry of readdirSync(place, { recursive: true, withFileTypes: true })) {
    // A clone shares its objects with the repository that it is of.
    if (!entry.isFile() || entry.parentPath.includes('/.git/')) continue
    const file = join(entry.parentPath, entry.name)
    chmodSync(file, 0o600)
    truncateSync(file)
  }
}

/** A copy that shares nothing with what it is of. */
export function copyData(from: string, to: string): void {
  execFileSync('rm', ['-rf', to])
  execFileSync('cp', ['-r', '--reflink=never', from, to])
}
