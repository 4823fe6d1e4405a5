import { runProgram } from '../../ssh/run-program.ts'
import type { Shell } from '../../ssh/shell.ts'

/** This machine, for the programs of an engine that is installed here. */
export function openLocalShell(env: Readonly<Record<string, string | undefined>>): Shell {
  return {
    name: 'this machine',
    run: (argv, options) => runProgram(argv, { ...options, name: argv[0] ?? '', env }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}
