import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import vm from 'node:vm'
import type { MimeBundle } from '../../protocol/cell-outputs.ts'
import { loadTensorFlow } from './load-tensorflow.ts'
import { displayHook, renderValue } from './render-value.ts'
import { bridgeName } from './rewrite-imports.ts'

export interface CellGlobalsParts {
  /** Absolute: where the notebook lies, from where modules are looked for. */
  readonly folder: string
  publish(type: string, content: Readonly<Record<string, unknown>>): void
  input(prompt: string, isPassword: boolean): Promise<string>
  /** What a magic is in code. */
  magic(name: string, words: string): Promise<unknown>
  /** Gives what tells whether the cell that runs now was interrupted later. */
  watchCell(): () => boolean
}

export interface CellGlobals {
  /** What `display` gives back is no value that the cell is about. */
  isHandle(value: unknown): boolean
}

interface ShownValue {
  readonly id: string
  /** Shows another value in its place. */
  update(value: unknown): void
}

/** What the code of cells finds beside JavaScript's own and Node's: `display`, `input`, `require`, `tensorflow`. */
export function defineCellGlobals(target: object, parts: CellGlobalsParts): CellGlobals {
  const { folder, publish, input, magic, watchCell } = parts
  // Nothing has to be there by this name: it says from where modules are looked for.
  const place = join(folder, 'notebook.js')
  const require = createRequire(place)
  const load = createImport(place)
  const url = pathToFileURL(place).href
  const meta = { url, dirname: folder, filename: place, resolve: (name: string) => resolveFrom(require, url, name) }
  const bridge = { import: load, imports: createImports(load), meta, magic }
  Object.defineProperty(target, bridgeName, { value: bridge })
  const handles = new WeakSet<object>()
  const say = (line: string) => publish('stream', { name: 'stdout', text: `${line}\n` })
  const tensorFlowParts = { import: load, resolve: require.resolve, say, watchCell }
  const globals = {
    require,
    __dirname: folder,
    __filename: place,
    display: createDisplay(publish, handles),
    tensorflow: ({ backend }: { backend?: string } = {}) => loadTensorFlow(tensorFlowParts, backend),
    input: (prompt: unknown = '', { password = false } = {}) => input(String(prompt), password),
  }
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false })
  }
  return { isHandle: (value) => typeof value === 'object' && value !== null && handles.has(value) }
}

type Import = (specifier: string, options?: ImportCallOptions) => Promise<Record<string, unknown>>

/** `import()` as a file of the folder has it. */
function createImport(place: string): Import {
  const load = vm.compileFunction('return import(specifier, options)', ['specifier', 'options'], {
    filename: place,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  })
  return async (specifier, options) => load(specifier, options)
}

/** `import { NAMES } from`: says which of them a module does not have. */
function createImports(load: Import) {
  return async (names: readonly string[], specifier: string, options?: ImportCallOptions) => {
    const found = await load(specifier, options)
    const whole: unknown = found['default']
    const pairs = names.map((name) => {
      if (name in found) return [name, found[name]]
      // Not all that a CommonJS module exports is found by reading it.
      if (typeof whole === 'object' && whole !== null && name in whole) return [name, Reflect.get(whole, name)]
      throw new SyntaxError(`The module ${specifier} has no export named ${name}.`)
    })
    return Object.fromEntries(pairs)
  }
}

function resolveFrom(require: NodeJS.Require, url: string, name: string): string {
  if (/^\.{0,2}\//.test(name)) return new URL(name, url).href
  const path = require.resolve(name)
  return path.startsWith('/') || /^[a-z]:\\/i.test(path) ? pathToFileURL(path).href : path
}

function createDisplay(publish: CellGlobalsParts['publish'], handles: WeakSet<object>): object {
  let count = 0
  function display(value: unknown, { id = `display-${process.pid}-${++count}` } = {}): ShownValue {
    const show = (type: string, shown: unknown) =>
      publish(type, { data: renderValue(shown), metadata: {}, transient: { display_id: id } })
    show('display_data', value)
    const handle: ShownValue = { id, update: (other) => show('update_display_data', other) }
    handles.add(handle)
    return handle
  }
  return Object.assign(display, {
    html: (text: string) => rich({ 'text/html': text, 'text/plain': '[HTML]' }),
    markdown: (text: string) => rich({ 'text/markdown': text, 'text/plain': text }),
    latex: (text: string) => rich({ 'text/latex': text, 'text/plain': text }),
    svg: (text: string) => rich({ 'image/svg+xml': text, 'text/plain': '[SVG]' }),
    json: (value: unknown) => rich({ ...renderValue(value), 'application/json': value }),
    image: (bytes: Uint8Array | string, type = 'image/png') => rich(imageOf(bytes, type)),
    clear: ({ wait = false } = {}) => publish('clear_output', { wait }),
  })
}

function rich(bundle: MimeBundle): object {
  return { [displayHook]: () => bundle }
}

/** @param bytes of the file, or its path */
function imageOf(bytes: Uint8Array | string, type: string): MimeBundle {
  const whole = typeof bytes === 'string' ? readFileSync(bytes) : Buffer.from(bytes)
  return { [type]: whole.toString('base64'), 'text/plain': `[${type}, ${whole.length} bytes]` }
}
