import { chmodSync, closeSync, copyFileSync, fstatSync, openSync, readFileSync, readSync, renameSync } from 'node:fs'
import type { GitSide } from './git-side.ts'

/** Larger files nobody merges line by line. */
export const maxTextBytes = 16 << 20

/** Git looks so far for a byte of zero to know what is no text. */
const sniffedBytes = 8000

/** @param path absolute */
export function isTextFile(path: string): boolean {
  const fd = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(sniffedBytes)
    return fstatSync(fd).size <= maxTextBytes && !bytes.subarray(0, readSync(fd, bytes)).includes(0)
  } finally {
    closeSync(fd)
  }
}

/** Whether both marks that stand around a conflict are there, each at the beginning of a line. */
export function hasMarks(bytes: Buffer): boolean {
  const has = (mark: string) => bytes.subarray(0, mark.length).equals(Buffer.from(mark)) || bytes.includes(`\n${mark}`)
  return has('<<<<<<< ours') && has('>>>>>>> theirs')
}

/**
 * Merges lines, by git: with marks where both sides have changed the same ones.
 *
 * @param target absolute path of the merged file, which appears whole
 * @param sides absolute paths of texts
 * @returns whether there are marks
 */
export async function mergeText(
  { git }: Pick<GitSide, 'git'>,
  target: string,
  { base, ours, theirs }: Readonly<Record<'base' | 'ours' | 'theirs', string>>,
): Promise<boolean> {
  const beside = `${target}.${process.pid}`
  copyFileSync(ours, beside)
  chmodSync(beside, 0o644)
  const labels = ['ours', 'base', 'theirs'].flatMap((label) => ['-L', label])
  // Its exit code is the number of conflicts, which `git` takes for a failure; the file is written all the same.
  await git(['merge-file', '--quiet', '--diff3', ...labels, '--', beside, base, theirs])
  const isMarked = hasMarks(readFileSync(beside))
  renameSync(beside, target)
  return isMarked
}
