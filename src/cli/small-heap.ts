import { setFlagsFromString } from 'node:v8'

/** Version of V8 whose compiler Maglev is on by itself: Node 22 has an older one, and keeps it off for its faults. */
const firstWithMaglev = 13

const compilers = [
  'sparkplug',
  ...(Number.parseInt(process.versions.v8) >= firstWithMaglev ? ['maglev'] : []),
  'turbofan',
]

/** Who runs Node with flags of V8 gets what they say, above all none of the compilers that `--jitless` has turned off. */
const isAsUsual = !/--(?:jitless|lite-mode|no-|max-|stress-)/.test(
  [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' '),
)

/**
 * Keeps the part of the heap that new objects go to as small as it begins: V8 doubles it again and again as it is used. And
 * does without the compilers: before a command has begun they have paid for themselves by nothing.
 */
export function beginSmall(): void {
  if (!isAsUsual) return
  setFlagsFromString('--semi-space-growth-factor=1')
  for (const compiler of compilers) setFlagsFromString(`--no-${compiler}`)
}

/** For commands with much to do, whose objects and code are worth memory. */
export function letHeapGrow(): void {
  if (isAsUsual) setFlagsFromString('--semi-space-growth-factor=2')
  letCompilersRun()
}

export function letCompilersRun(): void {
  if (!isAsUsual) return
  for (const compiler of compilers) setFlagsFromString(`--${compiler}`)
}
