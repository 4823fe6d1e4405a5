import { RunwrightError } from '../../protocol/errors.ts'
import { readPlainPointer } from './plain-pointer.ts'
import { findOutPlace } from '../out-place.ts'
import { parsePointer, pointerEnding, type PointerOut } from '../pointer.ts'

/** A file or folder that a `.dvc` file stands for. */
export interface TrackedOut extends Omit<PointerOut, 'path'> {
  /** From the root of the data repository. */
  readonly path: string
  /** Of its `.dvc` file, from there. */
  readonly pointer: string
}

/** Larger files are no `.dvc` files. */
export const maxPointerBytes = 1 << 20

/** Whether a path is one of a `.dvc` file; `.dvc` alone is DVC's folder. */
export function isPointerPath(path: string): boolean {
  return path.endsWith(pointerEnding) && !/(^|\/)\.dvc(\/|$)/.test(path)
}

/** Whether a file names data by its hashes: a `.dvc` file, or what DVC's stages wrote. */
export function namesData(path: string): boolean {
  return isPointerPath(path) || /(^|\/)dvc\.lock$/.test(path)
}

/**
 * @param pointer path of the `.dvc` file from the root of the data repository
 * @throws INVALID_PARAMETER_VALUE for what is no `.dvc` file
 */
export function parseOuts(text: string, pointer: string): readonly TrackedOut[] {
  const plain = readPlainPointer(text)
  const outs = plain === undefined ? parsePointer(text, pointer).outs : [plain]
  return outs.map((out) => ({ ...out, path: findOutPlace(pointer, out), pointer }))
}

/** As `parseOuts`; nothing where it cannot be read, as in a commit that someone made by mistake. */
export function findOuts(text: string, pointer: string): readonly TrackedOut[] {
  try {
    return parseOuts(text, pointer)
  } catch (error) {
    if (error instanceof RunwrightError) return []
    throw error
  }
}
