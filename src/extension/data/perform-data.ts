import type { CommandContext } from '../context.ts'
import type { DataProgress } from '../../protocol/data-progress.ts'
import type { ImportProgress } from '../../protocol/import-progress.ts'
import { formatCount, formatSize } from '../tree/format.ts'
import { localize } from '../localize.ts'
import { askCommandLine } from './command-line.ts'

export interface DataWork {
  /** What the user sees is going on. */
  readonly title: string
  /** Absolute path of the repository, or of the folder that the command stands in. */
  readonly root: string
  /** The command and its options. */
  readonly words: readonly string[]
  readonly operands?: readonly string[]
}

/**
 * Runs a data command as `performCommand` does, and reads the status of the repository afterwards, however it ended.
 *
 * @returns what the command prints as JSON
 * @throws as `askCommandLine`
 */
export async function performData(context: CommandContext, work: DataWork): Promise<unknown> {
  return performCommand(context, work, () => context.data.refresh(work.root))
}

/**
 * Runs a command with a notification that shows how far it has come and can cancel it.
 *
 * @param ended called before the notification goes, however the command ended
 * @returns what the command prints as JSON
 * @throws as `askCommandLine`
 */
export async function performCommand(
  { vscode, cli, log }: Pick<CommandContext, 'vscode' | 'cli' | 'log'>,
  { title, root, words, operands }: DataWork,
  ended: () => Promise<void> = () => Promise.resolve(),
): Promise<unknown> {
  const location = vscode.ProgressLocation.Notification
  return vscode.window.withProgress({ location, title, cancellable: true }, async (notification, token) => {
    const cancel = new AbortController()
    token.onCancellationRequested(() => cancel.abort())
    let doneShare = 0
    const tell = (message: string, share: number) => {
      notification.report({ message, increment: Math.max(0, share - doneShare) * 100 })
      doneShare = Math.max(doneShare, share)
    }
    log.info(`runwright ${words.join(' ')}, in ${root}`)
    try {
      return await askCommandLine(cli, {
        folder: root,
        words,
        signal: cancel.signal,
        progress: (progress) => tell(describeProgress(progress), shareOf(progress)),
        importProgress: (progress) =>
          tell(describeImport(progress), progress.doneRuns / (progress.totalRuns ?? Number.POSITIVE_INFINITY)),
        step: (name) => notification.report({ message: name }),
        ...(operands === undefined ? {} : { operands }),
      })
    } finally {
      await ended()
    }
  })
}

/** From 0 to 1; by files or bytes, whichever are further behind. */
function shareOf({ doneFiles, totalFiles = 0, doneBytes, totalBytes = 0 }: DataProgress): number {
  const shares = [
    ...(totalFiles > 1 ? [doneFiles / totalFiles] : []),
    ...(totalBytes > 0 ? [doneBytes / totalBytes] : []),
  ]
  return shares.length === 0 ? 0 : Math.min(1, ...shares)
}

export function describeProgress({ phase, doneFiles, totalFiles, doneBytes, totalBytes }: DataProgress): string {
  if (phase === 'wait') return namePhase(phase)
  const of = (done: string, total: string | undefined) =>
    total === undefined ? done : localize('{used} of {total}', { used: done, total })
  return [
    namePhase(phase),
    of(formatCount(doneFiles), totalFiles === undefined ? undefined : formatCount(totalFiles)),
    ...(doneBytes === 0
      ? []
      : [of(formatSize(doneBytes), totalBytes === undefined ? undefined : formatSize(totalBytes))]),
  ].join(' · ')
}

function describeImport({ doneRuns, totalRuns, points, artifactBytes, traces }: ImportProgress): string {
  return [
    totalRuns === undefined
      ? localize('{count, plural, one {# run} other {# runs}}', { count: doneRuns })
      : localize('{count, plural, one {{used} of # run} other {{used} of # runs}}', {
          used: formatCount(doneRuns),
          count: totalRuns,
        }),
    localize('{count, plural, one {# point} other {# points}}', { count: points }),
    ...(artifactBytes === 0 ? [] : [formatSize(artifactBytes)]),
    ...(traces === 0 ? [] : [localize('{count, plural, one {# trace} other {# traces}}', { count: traces })]),
  ].join(' · ')
}

function namePhase(phase: DataProgress['phase']): string {
  switch (phase) {
    case 'wait':
      return localize('waiting for another command on this repository')
    case 'scan':
      return localize('looking at files')
    case 'hash':
      return localize('hashing')
    case 'store':
      return localize('storing')
    case 'checkout':
      return localize('checking out')
    case 'query':
      return localize('asking')
    case 'upload':
      return localize('uploading')
    case 'download':
      return localize('downloading')
    case 'verify':
      return localize('verifying')
    case 'remove':
      return localize('removing')
  }
}

/** A short word of success where nobody has to answer it. */
export function tellDone({ vscode }: Pick<CommandContext, 'vscode'>, text: string): void {
  vscode.window.setStatusBarMessage(`$(check) ${text}`, 5000)
}
