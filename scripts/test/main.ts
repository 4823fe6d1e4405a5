import process from 'node:process'
import { groupTestFiles, listTestFiles, selectTestFiles } from './groups.ts'
import { runCheck } from './check.ts'
import { runGroup } from './run-group.ts'

const rootFolder = process.cwd()
const selection = process.argv.slice(2)

let passed = 0
let failed = 0
let skipped = 0
const failures: string[] = []

if (selection.length === 0 || selection.includes('check')) {
  const isClean = runCheck()
  if (isClean) passed += 1
  else {
    failed += 1
    failures.push('check')
  }
}

for (const { group, files } of groupTestFiles(selectTestFiles(listTestFiles(rootFolder), selection))) {
  console.log(`\n${group.name} (${files.length} files)`)
  const totals = await runGroup(files, { cwd: rootFolder, concurrency: group.concurrency })
  passed += totals.passed
  failed += totals.failed
  skipped += totals.skipped
  failures.push(...totals.failures)
}

if (passed + failed === 0) console.error(`No test is named by: ${selection.join(' ')}`)
if (failures.length > 0) console.log(`\nFailed:\n${failures.map((name) => `  ${name}`).join('\n')}`)
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
