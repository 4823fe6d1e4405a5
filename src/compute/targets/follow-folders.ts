import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import type { AttemptKey } from '../target.ts'
import { isAttemptKey } from './attempt-key.ts'

/** A process that runs `JobFolders.followProgram`, on this machine or over a connection of its own. */
export interface FollowCommand {
  readonly argv: readonly string[]
  /** What it reads first; its input then stays open. */
  readonly stdin: string
}

/**
 * Starts what runs `JobFolders.followProgram`.
 *
 * @param read takes what it prints, as it comes
 * @param ended called once, with what it had complained of, when it has ended by itself or could not be started
 */
export type StartFollower = (read: (text: string) => void, ended: (said: string) => void) => Follower

export interface Follower extends Disposable {
  /** Of the process, for as long as there is one on this machine. */
  readonly pid?: number | undefined
}

const firstPauseMs = 250
const longestPauseMs = 15_000

/**
 * Follows the folders of attempts until it is disposed, starting again whenever the follower ends: soon after one that
 * had come through, later and later after those that had not.
 *
 * @param parts.changed an attempt has news; undefined after each start, for something may have been missed
 * @param parts.ended a follower has ended, with what it had complained of
 */
export function followFolders(parts: {
  readonly start: StartFollower
  readonly changed: (key: AttemptKey | undefined) => void
  readonly ended?: (said: string) => void
}): Follower {
  let follower: Follower | undefined
  let timer: NodeJS.Timeout | undefined
  let isDisposed = false
  let pauseMs = firstPauseMs

  const ended = (said: string) => {
    follower = undefined
    parts.ended?.(said)
    if (isDisposed) return
    timer = setTimeout(start, pauseMs)
    pauseMs = Math.min(pauseMs * 2, longestPauseMs)
  }
  const start = () => {
    follower = parts.start(
      createListingReader(parts.changed, () => (pauseMs = firstPauseMs)),
      ended,
    )
  }
  start()
  return {
    get pid() {
      return follower?.pid
    },
    [Symbol.dispose]() {
      isDisposed = true
      clearTimeout(timer)
      follower?.[Symbol.dispose]()
    },
  }
}

/** Followers that are processes of this machine. @param command called before each start */
export function followByProcess(
  command: () => FollowCommand | Promise<FollowCommand>,
  env: Readonly<Record<string, string | undefined>>,
): StartFollower {
  return (read, ended) => {
    let child: ChildProcess | undefined
    let isDisposed = false
    const start = async () => {
      const { argv, stdin } = await command()
      if (isDisposed) return
      const [program = '', ...args] = argv
      const started = spawn(program, args, { env: { ...env }, windowsHide: true })
      child = started
      let said = ''
      started.stdout.setEncoding('utf8').on('data', read)
      started.stderr.setEncoding('utf8').on('data', (text: string) => (said = `${said}${text}`.slice(-4000)))
      started.stdin.on('error', () => undefined).write(stdin)
      started.once('error', (error) => (said += error.message))
      started.once('close', () => {
        child = undefined
        ended(said)
      })
    }
    void start()
    return {
      get pid() {
        return child?.pid
      },
      [Symbol.dispose]() {
        isDisposed = true
        child?.kill()
      },
    }
  }
}

/** Takes listings as they come, each ended by a line with a dot, and tells which attempts differ from the last one. */
function createListingReader(
  changed: (key: AttemptKey | undefined) => void,
  cameThrough: () => void,
): (text: string) => void {
  let known: ReadonlyMap<AttemptKey, string> | undefined
  let rest = ''
  let lines: string[] = []
  const take = (line: string) => {
    if (line !== '.') return void (line !== '' && lines.push(line))
    const listing = parseListing(lines)
    lines = []
    if (known === undefined) {
      cameThrough()
      changed(undefined)
    } else for (const [key, state] of listing) if (known.get(key) !== state) changed(key)
    known = listing
  }
  return (text) => {
    const whole = `${rest}${text}`.split('\n')
    rest = whole.pop() ?? ''
    for (const line of whole) take(line)
  }
}

/** Of each attempt the files that are there, with their sizes, from lines of `ls -ln`. */
function parseListing(lines: readonly string[]): Map<AttemptKey, string> {
  const listing = new Map<AttemptKey, string>()
  for (const line of lines) {
    const words = line.trim().split(/\s+/)
    const [key = '', file = ''] = (words.at(-1) ?? '').split('/')
    // The size of a folder changes with what lies in it, on some file systems.
    const size = words[0]?.startsWith('d') === true ? '' : (words[4] ?? '')
    if (isAttemptKey(key)) listing.set(key, `${listing.get(key) ?? ''} ${file} ${size}`)
  }
  return listing
}
