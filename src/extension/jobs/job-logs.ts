import * as vscode from 'vscode'
import type { Client } from '../../protocol/client.ts'
import { hasJobEnded, type Job, type JobId } from '../../protocol/jobs.ts'
import { followJob } from '../../client/follow-job.ts'
import type { JobLogs } from '../context.ts'
import { localize } from '../localize.ts'
import { describeError } from '../tree/error-notice.ts'
import { formatLogHead, formatLogTurn, toTerminal } from './log-text.ts'

/** A terminal keeps a few thousand lines; of longer output it is given the end. */
const mostBytes = 1 << 20

interface OpenLog {
  readonly terminal: vscode.Terminal
  /** How many attempts the job had when all of its output was there. */
  endedWith: number | undefined
}

/**
 * Opens logs as read-only terminals in the editor area: they have colours, search, links to files in tracebacks and a
 * buffer for screen readers, and take a stream as it comes.
 */
export function openJobLogs(findClient: (connectionId: string) => Promise<Client>): JobLogs & vscode.Disposable {
  const terminals = new Map<JobId, OpenLog>()
  const closed = vscode.window.onDidCloseTerminal((terminal) => {
    for (const [jobId, open] of terminals) if (open.terminal === terminal) terminals.delete(jobId)
  })
  return {
    open(connectionId, job) {
      const known = terminals.get(job.jobId)
      // One that was tried again has more to say than its log, which has ended, says.
      const isOver = known?.endedWith !== undefined && known.endedWith < job.attempts.length
      if (known !== undefined && !isOver) return known.terminal.show()
      known?.terminal.dispose()
      const terminal = vscode.window.createTerminal({
        name: job.name,
        iconPath: new vscode.ThemeIcon('output'),
        location: vscode.TerminalLocation.Editor,
        isTransient: true,
        pty: createLogTerminal(
          () => findClient(connectionId),
          job,
          (ended) => (open.endedWith = ended.attempts.length),
        ),
      })
      const open: OpenLog = { terminal, endedWith: undefined }
      terminals.set(job.jobId, open)
      terminal.show()
    },
    isOpen: ({ jobId }) => terminals.has(jobId),
    dispose() {
      closed.dispose()
      for (const { terminal } of terminals.values()) terminal.dispose()
    },
  }
}

function createLogTerminal(
  findClient: () => Promise<Client>,
  job: Job,
  hasEnded: (job: Job) => void,
): vscode.Pseudoterminal {
  const written = new vscode.EventEmitter<string>()
  const renamed = new vscode.EventEmitter<string>()
  const closing = new AbortController()

  async function follow(): Promise<void> {
    const client = await findClient()
    const { jobId } = job
    const decoder = new TextDecoder()
    const { sizeBytes } = await client.call('jobs/log', { jobId, maxBytes: 1 })
    const start = Math.max(0, sizeBytes - mostBytes)
    let told = ''
    const changed = (now: Job) => {
      const turn = formatLogTurn(now, Date.now()).trimEnd()
      if (told === '') written.fire(formatLogHead(now, Date.now()))
      if (told === '' && start > 0) {
        const left = localize('The beginning is left out; the log among the artifacts of the run has all of it.')
        written.fire(`── ${left}\r\n`)
      }
      // The end is told when all output is there.
      if (told !== '' && turn !== told && !hasJobEnded(now.status)) written.fire(`${turn}\r\n`)
      told = turn
    }
    const print = (bytes: Uint8Array) => written.fire(toTerminal(decoder.decode(bytes, { stream: true })))
    const ended = await followJob(client, job, { print, changed }, closing.signal, start)
    written.fire(`\r\n${formatLogTurn(ended, Date.now())}`)
    hasEnded(ended)
    renamed.fire(`${ended.status === 'finished' ? '✓' : '✗'} ${ended.name}`)
  }

  return {
    onDidWrite: written.event,
    onDidChangeName: renamed.event,
    open() {
      follow().catch((error: unknown) => {
        if (!closing.signal.aborted) written.fire(toTerminal(`\n${describeError(error).text}\n`))
      })
    },
    close: () => closing.abort(),
  }
}
