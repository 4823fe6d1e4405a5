import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { StoreCheck, StoreFinding } from '../../care/check-store.ts'
import { formatCount, formatInteger, formatSize } from '../../protocol/quantities.ts'
import { defineCliCommand, exitCodes } from '../command.ts'
import { storeOption, toDataFolder } from '../data-option.ts'
import { drawProgress } from '../data-progress.ts'
import { printable, toJson } from '../text.ts'

/** Findings that are shown to people; JSON has more. */
const shownFindings = 50

export default defineCliCommand({
  name: 'store check',
  summary: 'Reads all of a store and names what is damaged or missing in it.',
  details: `Looks at the pages, indexes and references of the database, at the points of every metric and what sums them up, and at
files that models, tables and jobs say are there. Changes nothing, and an engine may be using the store meanwhile. FOLDER is the
data folder of a server, or a backup, whose files are all held to their hashes; default: the data folder of the workspace.
With --store, the pages of the database are left to its server.
Exits with 1 when something is wrong.`,
  example: 'runwright store check',
  options: { store: storeOption },
  operands: { usage: '[FOLDER]', min: 0, max: 1 },
  ownsSignals: true,
  async run(context, { options, operands: [named], json, workspace }) {
    const { checkStore } = await import('../../care/check-store.ts')
    const { backupFiles } = await import('../../care/backup-files.ts')
    const { verifyBackup } = await import('../../care/verify-backup.ts')
    const { openArtifactStore } = await import('../../engine/open-artifact-store.ts')
    const { migrations } = await import('../../engine/migrations.ts')
    const dataFolder = toDataFolder(context, workspace, named)
    const { signal } = context
    const isBackup = (await stat(join(dataFolder, backupFiles.note)).catch(() => undefined)) !== undefined
    using drawn = drawProgress(context.stderr, context.now, context.writesProgress)
    const changed = isBackup ? await verifyBackup(dataFolder, { signal, onProgress: drawn.progress }) : []
    drawn[Symbol.dispose]()
    const artifactStore = await openArtifactStore({ dataFolder, env: context.env })
    const parts = { dataFolder, storeUrl: options.store, artifactStore, migrations, signal }
    const check = withFindings(await checkStore(parts), changed)
    context.stdout.write(json ? toJson(check) : formatCheck(check))
    return check.findingCount === 0 ? exitCodes.ok : exitCodes.failed
  },
})

function withFindings(check: StoreCheck, more: readonly StoreFinding[]): StoreCheck {
  const findings = [...more, ...check.findings]
  return { ...check, findings, findingCount: check.findingCount + more.length }
}

function formatCheck(check: StoreCheck): string {
  const { findings, findingCount, seriesCount, pointCount, artifactCount, sizeBytes } = check
  const lines = findings
    .slice(0, shownFindings)
    .map(({ kind, subject, problem }) => `${kind} ${printable(subject)}: ${printable(problem)}\n`)
  const more = findingCount > lines.length ? `… and ${findingCount - lines.length} more\n` : ''
  const what = [
    formatSize(sizeBytes),
    `${formatCount(pointCount, 'point')} of ${formatInteger(seriesCount)} metrics`,
    `${formatCount(artifactCount, 'artifact')} named`,
  ].join(', ')
  const end = findingCount === 0 ? 'all is well' : `${findingCount} wrong`
  return `${lines.join('')}${more}Checked ${what}: ${end}.\n`
}
