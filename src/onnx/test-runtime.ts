import { fileURLToPath } from 'node:url'
import type { NodeCommand } from '../base/node-command.ts'

/** How tests start the process that runs models: from source. */
export const testRuntime: NodeCommand = {
  file: process.execPath,
  args: [fileURLToPath(new URL('runtime/worker.ts', import.meta.url))],
  env: {},
}
