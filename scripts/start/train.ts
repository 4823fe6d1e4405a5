// Builds Runwright, trains the sample's classifier with three settings as anybody would, and compares the runs.
import { bundle } from '../bundle.ts'
import { runwright } from './cli.ts'

const settings = [
  { hidden: '16', rate: '0.003' },
  { hidden: '64', rate: '0.003' },
  { hidden: '64', rate: '0.01' },
]

/** Ends the script by the exit code of the step that failed. */
function requireSuccess(exitCode: number, step: string): void {
  if (exitCode === 0) return
  console.error(`\nstart: ${step} ended with exit code ${exitCode}; what it printed is above.`)
  process.exit(exitCode)
}

// The terminal sends Ctrl+C to the command as well: it ends, its run is marked, and then this script ends with it.
process.on('SIGINT', () => {})

console.log('start: building')
await bundle({ production: false }).catch(() => requireSuccess(1, 'the build'))

for (const [index, { hidden, rate }] of settings.entries()) {
  const name = `hidden ${hidden}, rate ${rate}`
  console.log(`\nstart: training ${index + 1} of ${settings.length} (${name})`)
  const command = ['node', 'train.ts', '--hidden', hidden, '--learning-rate', rate]
  const exitCode = await runwright(
    'run',
    '--workspace',
    '.',
    '--experiment',
    'digits',
    '--name',
    name,
    '--',
    ...command,
  )
  requireSuccess(exitCode, `training "${name}"`)
}

console.log('\nstart: comparison\n')
requireSuccess(await runwright('runs', 'list', '--workspace', '.', '--experiment', 'digits'), 'listing the runs')
