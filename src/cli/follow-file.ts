import { type FSWatcher, watch } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import path from 'node:path'
import { RunwrightError } from '../protocol/errors.ts'

/**
 * The last lines of a text file, then, when `follow` is set, what is added until the signal, also after the file was
 * replaced by a new one as rotation does.
 *
 * @throws RESOURCE_DOES_NOT_EXIST when there is no such file
 */
export async function* followFile(
  file: string,
  lastLines: number,
  follow: boolean,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  let handle = await openExisting(file)
  try {
    // From before the first read on, so that nothing is missed in between.
    using changes = follow ? watchFolder(path.dirname(file), signal) : undefined
    let rest = (await handle.readFile('utf8')).split('\n')
    const unfinished = rest.pop() ?? ''
    yield* lastLines === 0 ? [] : rest.slice(-lastLines)
    if (changes === undefined) {
      if (unfinished !== '') yield unfinished
      return
    }
    let started = unfinished
    while (await changes.next()) {
      rest = (started + (await handle.readFile('utf8'))).split('\n')
      started = rest.pop() ?? ''
      yield* rest
      if (!(await isSameFile(handle, file))) {
        await handle.close()
        handle = await openExisting(file)
        // What the new file already holds is a change of its own.
        changes.notify()
      }
    }
  } finally {
    await handle.close()
  }
}

async function openExisting(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r')
  } catch (cause) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no log at ${file}.`, {
      hint: 'No engine has run in this workspace yet; most commands start one.',
      cause,
    })
  }
}

async function isSameFile(handle: FileHandle, file: string): Promise<boolean> {
  const [opened, named] = await Promise.all([handle.stat(), stat(file).catch(() => undefined)])
  return named === undefined || (opened.ino === named.ino && opened.dev === named.dev)
}

/** Resolves `next` to true when something changed since the last `next`, to false when the signal came. */
interface Changes extends Disposable {
  next(): Promise<boolean>
  notify(): void
}

function watchFolder(folder: string, signal: AbortSignal): Changes {
  let changed = false
  let wake = () => {}
  const notify = () => {
    changed = true
    wake()
  }
  const watcher: FSWatcher = watch(folder, notify)
  signal.addEventListener('abort', notify)
  return {
    async next() {
      if (!changed && !signal.aborted) await new Promise<void>((resolve) => (wake = resolve))
      changed = false
      return !signal.aborted
    },
    notify,
    [Symbol.dispose]() {
      signal.removeEventListener('abort', notify)
      watcher.close()
    },
  }
}
