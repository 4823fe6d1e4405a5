import { parseEngineFile } from '../protocol/hello.ts'
import type { EngineFile } from '../protocol/methods.ts'
import { loadPrivateText, writePrivateText } from '../store/private-file.ts'

/**
 * The file that the last engine here left, if it is one of ours. Its port and token are used again, so that commands
 * that are still running find the engine where it was.
 */
export async function loadOwnEngineFile(path: string): Promise<EngineFile | undefined> {
  const text = await loadPrivateText(path)
  return text === undefined || text.length >= 4096 ? undefined : parseEngineFile(text)
}

/** Replaces the file as a whole; only its owner may read it. @throws STORAGE_FULL or STORAGE_READ_ONLY */
export function writeEngineFile(path: string, content: EngineFile): Promise<void> {
  return writePrivateText(path, `${JSON.stringify(content, undefined, 2)}\n`)
}
