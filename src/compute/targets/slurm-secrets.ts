import type { AttemptKey } from '../target.ts'
import { quoteWord } from '../../ssh/quote.ts'
import { secretsText } from '../wrapper/settings-text.ts'
import type { Login } from './login.ts'
import { slurmFiles } from './slurm-files.ts'

/**
 * Values that attempts wait for on their nodes. Slurm writes down a job's environment and script, so they go another way:
 * the script opens a pipe, and a step of the job brings them over Slurm's own authenticated connection.
 */
export interface SlurmSecrets extends Disposable {
  /** Brings them whenever the attempt waits for them: it may start several times. They are held in memory alone. */
  hold(key: AttemptKey, values: Readonly<Record<string, string>>): void
  holds(key: AttemptKey): boolean
  drop(key: AttemptKey): void
}

const lookMs = 1000

export function createSlurmSecrets({ shell, folders }: Login): SlurmSecrets {
  const held = new Map<AttemptKey, Readonly<Record<string, string>>>()
  let timer: NodeJS.Timeout | undefined
  let isDisposed = false

  const look = async () => {
    try {
      const pipes = await folders.readFiles([...held.keys()], slurmFiles.secretsPipe)
      if (pipes.size === 0) return
      const ids = await folders.readFiles([...pipes.keys()], slurmFiles.ids)
      await Promise.all([...pipes].map(([key, pipe]) => bring(key, pipe.trim(), ids.get(key))))
    } catch {
      // Whatever keeps us from the cluster is told by the next question for a status.
    } finally {
      timer = undefined
      wait()
    }
  }
  const wait = () => {
    if (held.size > 0 && !isDisposed) timer ??= setTimeout(() => void look(), lookMs).unref()
  }
  const bring = async (key: AttemptKey, pipe: string, ids: string | undefined): Promise<void> => {
    const values = held.get(key)
    const jobId = ids?.match(/^\d+/gm)?.at(-1)
    if (values === undefined || jobId === undefined) return
    const step = [
      'srun',
      '--quiet',
      `--jobid=${jobId}`,
      '--overlap',
      '--relative=0',
      '--nodes=1',
      '--ntasks=1',
      '--mem=0',
    ]
    const program = `cat >"$0" && rm -f ${quoteWord(slurmFiles.secretsPipe)}`
    await shell.run([...step, 'sh', '-c', program, pipe], { stdin: secretsText(values) })
  }

  return {
    hold(key, values) {
      held.set(key, values)
      wait()
    },
    holds: (key) => held.has(key),
    drop: (key) => void held.delete(key),
    [Symbol.dispose]() {
      isDisposed = true
      clearTimeout(timer)
      held.clear()
    },
  }
}
