import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const rootFolder = fileURLToPath(new URL('../..', import.meta.url))
export const sampleFolder = join(rootFolder, 'sample-workspace')

/** Runs the built `runwright` in the sample workspace, its output passed through, and resolves to its exit code. */
export async function runwright(...args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [join(rootFolder, 'dist/cli.js'), ...args], {
    cwd: sampleFolder,
    stdio: 'inherit',
  })
  const [code]: (number | null)[] = await once(child, 'exit')
  return code ?? 1
}
