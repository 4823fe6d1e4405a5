import { setFlagsFromString } from 'node:v8'

const compilers = ['sparkplug', 'maglev', 'turbofan']

/**
 * Keeps the part of the heap that new objects go to as small as it begins: V8 doubles it again and again as it is used. And
 * does without the compilers: before a command has begun they have paid for themselves by nothing.
 */
export function beginSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
  for (const compiler of compilers) setFlagsFromString(`--no-${compiler}`)
}

/** For commands with much to do, whose objects and code are worth memory. */
export function letHeapGrow(): void {
  setFlagsFromString('--semi-space-growth-factor=2')
  letCompilersRun()
}

export function letCompilersRun(): void {
  for (const compiler of compilers) setFlagsFromString(`--${compiler}`)
}
