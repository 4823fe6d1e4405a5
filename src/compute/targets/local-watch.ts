import { type FSWatcher, mkdirSync, readdirSync, watch } from 'node:fs'
import { join } from 'node:path'
import type { JobHandle } from '../target.ts'
import { isAttemptKey } from './attempt-key.ts'

/** The system tells of files; that a wrapper was killed, or that an event was lost, is seen this much later at most. */
const lookMs = 5000

/** Follows the folders of attempts, those that are there and those that come, until it is disposed. */
export function watchLocalFolders(root: string, changed: (handle: JobHandle | undefined) => void): Disposable {
  const watchers = new Map<string, FSWatcher>()

  function follow(key: string): void {
    if (!isAttemptKey(key)) return
    const known = watchers.get(key)
    const watcher = open(join(root, key), () => changed(key))
    if (watcher === undefined) {
      // It has been forgotten.
      known?.close()
      watchers.delete(key)
      return
    }
    // A folder of that name may be another one by now.
    known?.close()
    watchers.set(key, watcher)
    changed(key)
  }

  mkdirSync(root, { recursive: true, mode: 0o700 })
  const all = open(root, (key) => (key === undefined ? changed(undefined) : follow(key)))
  for (const key of readdirSync(root)) follow(key)
  const timer = setInterval(() => {
    for (const key of watchers.keys()) changed(key)
  }, lookMs).unref()
  return {
    [Symbol.dispose]() {
      clearInterval(timer)
      for (const watcher of [all, ...watchers.values()]) watcher?.close()
    },
  }
}

/** Undefined when there is no such folder, or the system watches no more. */
function open(folder: string, told: (name: string | undefined) => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, (_, name) => told(name ?? undefined))
    watcher.on('error', () => undefined)
    return watcher
  } catch {
    return undefined
  }
}
