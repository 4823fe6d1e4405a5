import { watch } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** A command that writes down when it began, by this machine's clock. */
export interface ClockedCommand {
  /** Its file in the workspace, for `sh`. */
  readonly script: string
  /** Milliseconds from the call until the command has begun. The launch is waited for as well. */
  time(launch: () => Promise<unknown>): Promise<number>
}

const patienceMs = 60_000

/** @param folder absolute; what the command writes, it writes there */
export async function createClockedCommand(workspace: string, folder: string): Promise<ClockedCommand> {
  const mark = join(folder, 'began')
  const script = 'start.sh'
  await writeFile(join(workspace, script), `#!/bin/sh\ndate +%s%N >"${mark}.new" && mv "${mark}.new" "${mark}"\n`)
  return {
    script,
    async time(launch) {
      await rm(mark, { force: true })
      const began = fileThere(mark)
      const startedAt = performance.timeOrigin + performance.now()
      await Promise.all([began, launch()])
      return Number(await readFile(mark, 'utf8')) / 1e6 - startedAt
    },
  }
}

function fileThere(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const watcher = watch(dirname(path), (_, name) => {
      if (name === basename(path)) settle(resolve)
    })
    const timer = setTimeout(() => settle(() => reject(new Error('The command did not begin.'))), patienceMs)
    const settle = (then: () => void) => {
      clearTimeout(timer)
      watcher.close()
      then()
    }
  })
}
