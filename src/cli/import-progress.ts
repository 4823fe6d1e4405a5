import { formatImportProgress, type ImportProgress } from '../protocol/import-progress.ts'
import { formatCount, formatSize } from '../protocol/quantities.ts'
import type { CliContext } from './context.ts'
import { truncate } from './text.ts'

/** Tells how far an import has come, and takes the line of it away in the end. */
export interface DrawnImport extends Disposable {
  progress(progress: ImportProgress): void
}

const everyMs = 100

/** A line on a terminal, an object a line for a program that asks for it; else nothing. */
export function drawImport({ stderr, now, writesProgress }: CliContext): DrawnImport {
  let drawnMs = -Infinity
  let runs = -1
  return {
    progress(progress) {
      const at = now()
      const isDue = at - drawnMs >= everyMs || (writesProgress && progress.doneRuns !== runs)
      if (!isDue || (!writesProgress && stderr.isTTY !== true)) return
      drawnMs = at
      runs = progress.doneRuns
      if (writesProgress) stderr.write(`${formatImportProgress(progress)}\n`)
      else stderr.write(`\r\x1b[K${truncate(describe(progress), (stderr.columns ?? 80) - 1)}`)
    },
    [Symbol.dispose]() {
      if (drawnMs > -Infinity && !writesProgress) stderr.write('\r\x1b[K')
      drawnMs = -Infinity
    },
  }
}

function describe({ doneRuns, totalRuns, points, artifacts, artifactBytes, traces }: ImportProgress): string {
  const runs = `${doneRuns}${totalRuns === undefined ? '' : ` of ${totalRuns}`} runs`
  return [
    `Importing ${runs}`,
    formatCount(points, 'point'),
    `${formatCount(artifacts, 'artifact')} (${formatSize(artifactBytes)})`,
    ...(traces === 0 ? [] : [formatCount(traces, 'trace')]),
  ].join(', ')
}
