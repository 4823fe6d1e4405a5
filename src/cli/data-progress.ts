import { type DataProgress, formatDataProgress } from '../protocol/data-progress.ts'
import { formatInteger, formatSize } from '../protocol/quantities.ts'
import type { Output } from './context.ts'
import { formatDuration, truncate } from './text.ts'

/** Draws how far something has come in one line of a terminal, and takes it away in the end. */
export interface DrawnProgress extends Disposable {
  readonly progress: (progress: DataProgress) => void
}

const everyMs = 100

const words: Readonly<Record<DataProgress['phase'], string>> = {
  wait: 'Waiting for another command on this repository',
  scan: 'Looking at files',
  hash: 'Hashing',
  store: 'Storing',
  checkout: 'Checking out',
  query: 'Asking the remote',
  upload: 'Uploading',
  download: 'Downloading',
  verify: 'Verifying',
  remove: 'Removing',
}

/**
 * On a terminal, a line with files, bytes, rate and the time that is left; elsewhere nothing, but for a word when it
 * waits.
 *
 * @param now milliseconds
 * @param isForProgram one JSON object a line instead, wherever it goes
 */
export function drawProgress(output: Output, now: () => number, isForProgram = false): DrawnProgress {
  if (isForProgram) return writeProgress(output, now)
  const isTerminal = output.isTTY === true
  let drawnMs = -Infinity
  let phase: DataProgress['phase'] | undefined
  let startMs = now()
  return {
    progress(progress) {
      const at = now()
      if (progress.phase !== phase) {
        if (!isTerminal && progress.phase === 'wait') output.write(`${words.wait}\n`)
        phase = progress.phase
        startMs = at
        drawnMs = -Infinity
      }
      if (!isTerminal || at - drawnMs < everyMs) return
      drawnMs = at
      output.write(`\r\x1b[K${truncate(describeProgress(progress, at - startMs), (output.columns ?? 80) - 1)}`)
    },
    [Symbol.dispose]() {
      if (drawnMs > -Infinity) output.write('\r\x1b[K')
    },
  }
}

function writeProgress(output: Output, now: () => number): DrawnProgress {
  let writtenMs = -Infinity
  let phase: DataProgress['phase'] | undefined
  return {
    progress(progress) {
      const at = now()
      if (progress.phase === phase && at - writtenMs < everyMs) return
      phase = progress.phase
      writtenMs = at
      output.write(`${formatDataProgress(progress)}\n`)
    },
    [Symbol.dispose]: () => undefined,
  }
}

/** For example `Hashing 1,200 of 50,000 files, 2.1 GiB of 4 GiB, 450 MiB/s, 4.2 s left`. */
export function describeProgress(progress: DataProgress, elapsedMs: number): string {
  const { phase, unit = 'files', doneFiles, totalFiles, doneBytes, totalBytes } = progress
  if (phase === 'wait') return words.wait
  const ofFiles = totalFiles === undefined ? '' : ` of ${formatInteger(totalFiles)}`
  const files = `${formatInteger(doneFiles)}${ofFiles} ${unit}`
  const ofBytes = `${formatSize(doneBytes)}${totalBytes === undefined ? '' : ` of ${formatSize(totalBytes)}`}`
  const hasRate = elapsedMs > 500 && unit === 'files'
  const rate = hasRate ? [`${formatSize((doneBytes / elapsedMs) * 1000)}/s`] : []
  const left = findTimeLeft(progress, elapsedMs)
  return [
    `${words[phase]} ${files}`,
    ...(unit === 'files' ? [ofBytes] : []),
    ...rate,
    ...(left === undefined ? [] : [`${formatDuration(left)} left`]),
  ].join(', ')
}

/** By files or by bytes, whichever are further behind. Milliseconds; undefined while there is nothing to go by. */
function findTimeLeft(
  { doneFiles, totalFiles = 0, doneBytes, totalBytes = 0 }: DataProgress,
  elapsedMs: number,
): number | undefined {
  const shares = [
    ...(totalFiles > 1 ? [doneFiles / totalFiles] : []),
    ...(totalBytes > 0 ? [doneBytes / totalBytes] : []),
  ]
  const share = Math.min(...shares)
  return elapsedMs > 500 && share > 0 && share <= 1 ? (elapsedMs / share) * (1 - share) : undefined
}
