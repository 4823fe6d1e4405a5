import assert from 'node:assert/strict'
import type { ExportReport } from '../../src/export/export-model.ts'
import type { CliWorkspace } from './cli-workspace.ts'

/** What `model export` prints as JSON; a failed comparison ends with 1 and has one, too. */
export async function exportReport(workspace: CliWorkspace, ...words: string[]): Promise<ExportReport> {
  const { stdout, stderr } = await workspace.run('model', 'export', ...words, '--json')
  assert.notEqual(stdout, '', stderr)
  return JSON.parse(stdout)
}
