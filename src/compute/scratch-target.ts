import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { RunwrightError } from '../protocol/errors.ts'
import { isRecord } from '../protocol/json.ts'
import type { Attempt, ComputeTarget, JobHandle, TargetStatus } from './target.ts'

/**
 * For tests: a target that runs real processes, each in a folder with a claim, its output and the record of its end.
 * What `faults` names goes wrong.
 */
export interface ScratchTarget extends ComputeTarget {
  readonly faults: {
    /** It does not answer. */
    isUnreachable: boolean
    /** So many submissions are taken, and their answers lost. */
    lostAnswers: number
    /** So many submissions are lost before they come to it. */
    lostSubmissions: number
  }
  /** What was asked of it: `check`, `submit KEY`, `find KEY`, `status 3`, `cancel`, `forget`. */
  readonly asked: string[]
}

/** Writes its end beside and renames it, as whatever stands by a command has to. */
const script = `
trap '' TERM
mkdir claim 2>/dev/null || exit 75
(trap - TERM; cd "$WORKSPACE" && exec "$@") >>output.log 2>&1 </dev/null &
child=$!
trap 'touch cancelled; kill -TERM $child' USR2
echo $$ > pid.new && mv pid.new pid
code=; while :; do wait $child; code=$?; kill -0 $child 2>/dev/null || break; done
cause=exited; [ -e cancelled ] && cause=cancelled
echo "{\\"exitCode\\":$code,\\"cause\\":\\"$cause\\"}" > exit.new && mv exit.new exit.json
`

export function createScratchTarget(folder: string): ScratchTarget {
  const faults = { isUnreachable: false, lostAnswers: 0, lostSubmissions: 0 }
  const asked: string[] = []

  function reach(question: string): void {
    if (faults.isUnreachable) throw unreachable()
    asked.push(question)
  }

  async function submit({ key, spec, workspace, env, secrets }: Attempt): Promise<JobHandle> {
    reach(`submit ${key}`)
    if (faults.lostSubmissions-- > 0) throw unreachable()
    const job = join(folder, key)
    await mkdir(job, { recursive: true })
    const variables = { ...process.env, ...env, ...secrets, WORKSPACE: workspace }
    const child = spawn('sh', ['-c', script, 'sh', ...spec.command], {
      cwd: job,
      env: variables,
      detached: true,
      stdio: 'ignore',
    })
    child.unref()
    // As a target that answers once the command is sure to be there.
    while (!existsSync(join(job, 'pid')) && child.exitCode === null) await new Promise((then) => setTimeout(then, 5))
    if (faults.lostAnswers-- > 0) throw unreachable()
    return key
  }

  return {
    kind: 'scratch',
    pollMs: 25,
    faults,
    asked,
    async capacity() {
      if (faults.isUnreachable) throw unreachable()
      return { cpus: 2, gpus: 2 }
    },
    async check({ resources: { gpus = 0 } }) {
      reach('check')
      if (gpus <= 2) return
      throw new RunwrightError('INVALID_PARAMETER_VALUE', `The job asks for ${gpus} GPUs; "scratch" has 2.`)
    },
    submit,
    async find(key) {
      reach(`find ${key}`)
      return existsSync(join(folder, key, 'claim')) ? key : undefined
    },
    async status(handles) {
      reach(`status ${handles.length}`)
      return Promise.all(handles.map((handle) => readStatus(join(folder, handle))))
    },
    async readLog(handle, offset, maxBytes) {
      if (faults.isUnreachable) throw unreachable()
      return readPart(join(folder, handle, 'output.log'), offset, maxBytes)
    },
    async requestCheckpoint() {},
    async cancel(handle) {
      reach('cancel')
      const pid = Number(await readFile(join(folder, handle, 'pid'), 'utf8'))
      process.kill(pid, 'SIGUSR2')
    },
    async forget(handle) {
      reach('forget')
      await rm(join(folder, handle), { recursive: true, force: true })
    },
    watch: () => ({ [Symbol.dispose]() {} }),
    async [Symbol.asyncDispose]() {},
  }
}

async function readStatus(job: string): Promise<TargetStatus> {
  const pid = Number(await readFile(join(job, 'pid'), 'utf8').catch(() => '0'))
  // Before the look for its end: it may end in between.
  const isAlive = pid > 0 && isRunning(pid)
  const record: unknown = JSON.parse(await readFile(join(job, 'exit.json'), 'utf8').catch(() => 'null'))
  if (isRecord(record)) {
    const cause = record['cause'] === 'cancelled' ? 'cancelled' : 'exited'
    return { state: 'ended', exit: { exitCode: Number(record['exitCode']), signal: null, cause, endedAt: 1 } }
  }
  return isAlive ? { state: 'running', startedAt: 1 } : { state: 'gone' }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function readPart(file: string, offset: number, maxBytes: number): Promise<Uint8Array> {
  try {
    await using handle = await open(file)
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(maxBytes), 0, maxBytes, offset)
    return buffer.subarray(0, bytesRead)
  } catch {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no ${file}.`)
  }
}

function unreachable(): RunwrightError {
  return new RunwrightError('TEMPORARILY_UNAVAILABLE', 'The scratch target cannot be reached.')
}
