import { fileURLToPath } from 'node:url'
import type { NodeCommand } from '../../base/node-command.ts'

/**
 * The end of what runs leaves Node's stack of callbacks as it was; Node is not to end for that. And what it calls
 * experimental is our choice, of which cells should not speak.
 */
const alwaysFlags = ['--no-force-async-hooks-checks', '--disable-warning=ExperimentalWarning']

/** Which cell it is that runs is told by a frame of V8’s, not by hooks that the end of what runs would leave broken. */
const contextFrame = '--experimental-async-context-frame'
const hasContextFrame = Number.parseInt(process.versions.node, 10) >= 24

/** Whether this Node can run cells: 22.7 or newer. */
export function canRunJavaScript(): boolean {
  return hasContextFrame || process.allowedNodeEnvironmentFlags.has(contextFrame)
}

/**
 * What starts the process of a JavaScript kernel, with the Node that this is; Electron is Node only while told so.
 *
 * @param from the URL of the relay's program: bundles lie side by side, the sources do not
 */
export function javaScriptCommand(from: string): NodeCommand {
  const file = from.endsWith('.ts') ? '../javascript/main.ts' : 'javascript-kernel.js'
  return {
    file: process.execPath,
    args: [...alwaysFlags, ...(hasContextFrame ? [] : [contextFrame]), fileURLToPath(new URL(file, from))],
    env: process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' },
  }
}
