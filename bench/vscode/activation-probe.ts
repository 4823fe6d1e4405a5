/**
 * Measures how much processor time an extension host spends on loading and activating our extension. It is loaded by
 * `NODE_OPTIONS=--import=…` into VS Code's server, which clears that variable before it starts an extension host but
 * hands on the flags of its own process.
 *
 * Appends a line to the file that RUNWRIGHT_ACTIVATION_FILE names, `{"loadMs":…,"activateMs":…}`, at each activation.
 */
import { appendFileSync } from 'node:fs'
import Module from 'node:module'
import { sep } from 'node:path'

const file = process.env['RUNWRIGHT_ACTIVATION_FILE']
const main = ['runwright.runwright', 'dist', 'extension.cjs'].join(sep)

interface ExtensionExports {
  activate(context: unknown): unknown
}

/** What Node calls for every `require`; not in its types, but stable enough that VS Code itself replaces it. */
interface Loader {
  _load(request: string, ...rest: readonly unknown[]): unknown
}

if (process.argv.includes('--type=extensionHost')) {
  if (file !== undefined) measureIn(file)
} else {
  process.execArgv.push(`--import=${import.meta.url}`)
}

function measureIn(file: string): void {
  // SAFETY: `_load` is there in every version of Node, though undocumented.
  const loader = Module as unknown as Loader
  const load = loader._load
  loader._load = function (request, ...rest) {
    if (!request.endsWith(main)) return load.call(this, request, ...rest)
    const loadStart = process.threadCpuUsage()
    // SAFETY: the bundle's entry, `src/extension/extension.ts`, exports this.
    const extension = load.call(this, request, ...rest) as ExtensionExports
    const loadMs = spentMs(loadStart)
    return {
      ...extension,
      activate(context: unknown) {
        const activateStart = process.threadCpuUsage()
        const result = extension.activate(context)
        appendFileSync(file, `${JSON.stringify({ loadMs, activateMs: spentMs(activateStart) })}\n`)
        return result
      },
    }
  }
}

/** Processor time of this thread in milliseconds, the kernel's work for it included. */
function spentMs(start: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(start)
  return (user + system) / 1000
}
