import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { attemptVariable } from '../../protocol/jobs.ts'
import { jobFiles } from './job-folder.ts'
import { createScratchWrapper, type ScratchWrapper, until } from './scratch-wrapper.ts'
import { secretsText, type WrapperSettings } from './settings-text.ts'

/** Whichever of them this machine has, by their whole paths. */
const shells = [['dash'], ['bash', '--posix'], ['busybox', 'ash']].flatMap(([program = '', ...args]) => {
  const path = spawnSync('sh', ['-c', 'command -v "$0"', program]).stdout.toString().trim()
  return path === '' ? [] : [[path, ...args]]
})

for (const shell of shells) {
  const create = (command: readonly string[], settings: Partial<WrapperSettings> = {}) =>
    createScratchWrapper(shell, command, settings)
  const script = (text: string, settings: Partial<WrapperSettings> = {}) => create(['sh', '-c', text], settings)

  describe(`the wrapper under ${shell.join(' ')}`, { concurrency: 2 }, () => {
    it('runs a command with its arguments, its folder and its variables as they are', async () => {
      const command = ['python3', '-c', 'import sys, os; print(sys.argv[1:], os.environ["ODD"], os.getcwd())']
      const words = ['', ' a  b ', "it's", '"$HOME" `id` \\', '-n', 'ünï', 'two\nlines', '*']
      const env = { ODD: "it's\n$(id)" }
      await using job = await create([...command, ...words], { env })
      assert.equal(await job.run(), 0)
      const list = `['', ' a  b ', "it's", '"$HOME" \`id\` \\\\', '-n', 'ünï', 'two\\nlines', '*']`
      assert.equal(job.log(), `${list} it's\n$(id) ${join(job.folder, '..')}\n`)
    })

    it('records exit codes and signals, and exits in the same way', async () => {
      const cases = [
        { text: 'exit 0', code: 0, exitCode: 0, signal: null },
        { text: 'exit 3', code: 3, exitCode: 3, signal: null },
        { text: 'exit 130', code: 130, exitCode: null, signal: 'SIGINT' },
        { text: 'exit 137', code: 137, exitCode: 137, signal: null },
        { text: 'exit 255', code: 255, exitCode: 255, signal: null },
        { text: 'kill -KILL $$', code: 137, exitCode: null, signal: 'SIGKILL' },
        { text: 'kill -TERM $$', code: 143, exitCode: null, signal: 'SIGTERM' },
        { text: 'kill -USR1 $$', code: 138, exitCode: null, signal: 'SIGUSR1' },
      ]
      for (const { text, code, exitCode, signal } of cases) {
        await using job = await script(text)
        assert.equal(await job.run(), code, text)
        const record = job.record()
        assert.deepEqual([record?.exitCode, record?.signal, record?.cause], [exitCode, signal, 'exited'], text)
      }
    })

    it('says in the output what could not be started', async () => {
      await using program = await create(['no such program'])
      assert.equal(await program.run(), 127)
      assert.match(program.log(), /no program no such program/)
      await using folder = await create(['true'], { directory: '/no/such/folder' })
      assert.equal(await folder.run(), 127)
      assert.match(folder.log(), /cannot enter the folder \/no\/such\/folder/)
      assert.equal(folder.record()?.exitCode, 127)
    })

    it('works where the command’s PATH leads nowhere', async () => {
      await using job = await create(['/bin/sh', '-c', 'echo "$PATH"'], { env: { PATH: '/nowhere' } })
      assert.equal(await job.run(), 0)
      assert.equal(job.log(), '/nowhere\n')
      await using other = await create(['/bin/sh', '-c', 'echo "$PATH"'])
      assert.equal(await other.run({ env: { PATH: '/elsewhere' } }), 0)
      assert.equal(other.log(), '/elsewhere\n')
    })

    it('leaves the variables of the command alone, whatever they are called', async () => {
      const env = { rw_job: 'mine', rw_code: '7', code: '1', IFS: 'x', job: 'y', CDPATH: '/' }
      await using job = await script('echo "$rw_job $code $job"')
      assert.equal(await job.run({ env }), 0)
      assert.match(job.log(), / 1 y\n$/)
    })

    it('keeps all that is printed, 64 MB too, and what comes after the command has closed its output', async () => {
      await using job = await script('head -c 64000000 /dev/zero; exec >&- 2>&- <&-; sleep 0.1; exit 4')
      assert.equal(await job.run(), 4)
      assert.equal(statSync(join(job.folder, jobFiles.log)).size, 64_000_000)
    })

    it('waits a second for what outlives the command, then ends it', async () => {
      await using short = await script('(sleep 0.3; echo late) & echo early')
      assert.equal(await short.run(), 0)
      assert.equal(short.log(), 'early\nlate\n')
      await using long = await script('(sleep 2222222; echo never) & setsid sleep 2222222 & echo early')
      assert.equal(await long.run(), 0)
      assert.equal(long.log(), 'early\n')
      assert.deepEqual(listMarked(long), [])
    })

    it('is claimed once by fifty starts at the same time; the others exit with 75 and change nothing', async () => {
      await using job = await script('echo once; sleep 0.5')
      const children = Array.from({ length: 50 }, () => job.start())
      const codes = await Promise.all(children.map(({ exited }) => exited))
      assert.deepEqual(codes.toSorted(), [0, ...Array.from({ length: 49 }, () => 75)])
      assert.equal(job.log(), 'once\n')
      const before = snapshot(job)
      assert.equal(await job.run(), 75)
      assert.deepEqual(snapshot(job), before)
    })

    it('passes SIGTERM on, and tells cancelled from preempted', async () => {
      const text = 'trap "echo saved; exit 9" TERM; echo on; while :; do sleep 0.05; done'
      await using cancelled = await script(text)
      const child = await startPrinted(cancelled, 'on')
      await writeFile(join(cancelled.folder, jobFiles.cancel), '')
      child.send('SIGTERM')
      await child.exited
      assert.deepEqual([cancelled.record()?.cause, cancelled.record()?.exitCode], ['cancelled', 9])
      assert.match(cancelled.log(), /saved\n$/)
      assert.equal(await cancelled.run(), 75)

      await using preempted = await script(text)
      const other = await startPrinted(preempted, 'on')
      other.send('SIGTERM')
      await other.exited
      assert.equal(preempted.record()?.cause, 'preempted')
    })

    it('takes an end for preempted though the signal has met its command first', async () => {
      await using job = await script('echo on; exec sleep 30', { isSignalledByOthers: true })
      const start = await startPrinted(job, 'on')
      process.kill(job.pid(jobFiles.group), 'SIGTERM')
      // Of the two that stand by the command, either may hear of it first.
      await until(() => readProc(String(job.pid(jobFiles.group)), 'cmdline') === '')
      process.kill(job.pid(jobFiles.parent), 'SIGTERM')
      await start.exited
      assert.equal(job.record()?.cause, 'preempted')
      assert(existsSync(join(job.folder, jobFiles.requeue)))

      await using failed = await script('exit 3', { isSignalledByOthers: true })
      assert.equal(await failed.run(), 3)
      assert.equal(failed.record()?.cause, 'exited')
    })

    it('takes an end for cancelled that was asked for after the cluster had asked', async () => {
      await using job = await script('trap "sleep 0.5; exit 9" TERM; echo on; while :; do sleep 0.05; done')
      const start = await startPrinted(job, 'on')
      start.send('SIGTERM')
      await until(() => existsSync(join(job.folder, jobFiles.cause)))
      await writeFile(join(job.folder, jobFiles.cancel), '')
      await start.exited
      assert.equal(job.record()?.cause, 'cancelled')
      assert.equal(await job.run(), 75)
    })

    it('may start again after it was preempted, once for each time, and goes on with the same output', async () => {
      const text = 'echo run; [ -e "$0/second" ] && exit 5; sleep 30'
      await using job = await create(['sh', '-c', text, '/nowhere'])
      const first = await startPrinted(job, 'run')
      first.send('SIGTERM')
      await first.exited
      assert(existsSync(join(job.folder, jobFiles.requeue)))
      const children = Array.from({ length: 8 }, () => job.start())
      let refusedCount = 0
      for (const { exited } of children) void exited.then(() => refusedCount++)
      // One that comes later may start again in its turn, after the next preemption.
      await until(() => refusedCount === 7 && job.log() === 'run\nrun\n')
      assert.equal(job.record(), undefined)
      process.kill(job.pid(jobFiles.owner), 'SIGTERM')
      const codes = await Promise.all(children.map(({ exited }) => exited))
      assert.deepEqual(codes.toSorted(), [143, ...Array.from({ length: 7 }, () => 75)])
      assert.equal(job.log(), 'run\nrun\n')
      // Whoever cancels now makes an end of it.
      await writeFile(join(job.folder, jobFiles.cancel), '')
      assert.equal(await job.run(), 143)
      assert.equal(job.record()?.cause, 'cancelled')
      assert.equal(await job.run(), 75)
      assert.equal(job.log(), 'run\nrun\n')
    })

    it('runs nothing when it was cancelled before', async () => {
      await using job = await script('echo ran')
      await writeFile(join(job.folder, jobFiles.cancel), '')
      assert.equal(await job.run(), 143)
      const record = job.record()
      assert.deepEqual([record?.cause, record?.exitCode, record?.signal], ['cancelled', null, null])
      assert.equal(job.log(), '')
    })

    it('ends what takes too long, and leaves no watchdog', async () => {
      await using job = await script('sleep 3333333 & echo on; sleep 3333333', { timeLimitSeconds: 1 })
      const child = await startPrinted(job, 'on')
      await child.exited
      assert.equal(job.record()?.cause, 'time-limit')
      await isEmpty(() => [...listSession(child.pid), ...listMarked(job)])

      await using quick = await script('true', { timeLimitSeconds: 4_444_444, memoryBytes: 1 << 30 })
      const other = quick.start()
      await other.exited
      assert.equal(quick.record()?.cause, 'exited')
      await isEmpty(() => listSession(other.pid))
    })

    it('kills what does not listen ten seconds after its time was over', async () => {
      await using job = await script("trap '' TERM; while :; do sleep 0.1; done", { timeLimitSeconds: 1 })
      assert.equal(await job.run(), 137)
      assert.deepEqual([job.record()?.cause, job.record()?.signal], ['time-limit', 'SIGKILL'])
    })

    it('asks for a checkpoint those who listen', async () => {
      // A process that it has just forked would still listen, as it does, and be another program when the signal comes.
      const text = 'trap "echo saved; exit 0" USR1; sleep 55 & sleep 0.1; echo on; wait $!'
      await using job = await script(text)
      const child = await startPrinted(job, 'on')
      child.send('SIGUSR1')
      await child.exited
      assert.deepEqual([job.record()?.exitCode, job.log()], [0, 'on\nsaved\n'])

      await using deaf = await script('echo on; sleep 0.5; exit 6')
      const other = await startPrinted(deaf, 'on')
      other.send('SIGUSR1')
      await other.exited
      assert.equal(deaf.record()?.exitCode, 6)
    })

    it('loses nothing by the death of the process that has the claim', async () => {
      await using job = await script('echo on; sleep 0.5; echo off; exit 8')
      await startPrinted(job, 'on')
      process.kill(job.pid(jobFiles.owner), 'SIGKILL')
      await until(() => job.record() !== undefined)
      assert.deepEqual([job.record()?.exitCode, job.record()?.cause, job.log()], [8, 'exited', 'on\noff\n'])
      assert.equal(await job.run(), 75)
    })

    it('ends the command and records that its end is not known when its parent is killed', async () => {
      await using job = await script('echo on; sleep 5555555', { timeLimitSeconds: 6_666_666 })
      const child = await startPrinted(job, 'on')
      process.kill(job.pid(jobFiles.parent), 'SIGKILL')
      await child.exited
      const record = job.record()
      assert.deepEqual([record?.cause, record?.exitCode, record?.signal], ['lost', null, null])
      await isEmpty(() => [...listMarked(job), ...listSession(child.pid)])
    })

    it('takes secrets from its input, all of them or nothing happens', async () => {
      const secrets = { KEY: "it's\n$(id)", OTHER: '# all secrets' }
      await using job = await script('printf %s "$KEY$OTHER"', { hasSecrets: true })
      const text = secretsText(secrets)
      assert.equal(await job.run({ stdin: text.slice(0, -4) }), 74)
      assert.equal(await job.run({ stdin: '' }), 74)
      assert.equal(existsSync(join(job.folder, jobFiles.claim)), false)
      assert.equal(await job.run({ stdin: text }), 0)
      assert.equal(job.log(), `${secrets.KEY}${secrets.OTHER}`)
      await rm(join(job.folder, jobFiles.log))
      for (const file of listFiles(job)) assert.equal(file.includes('$(id)'), false)
    })

    it('says what was killed for want of memory', async () => {
      const text = 'held = b"x" * (300 << 20)\nimport time\ntime.sleep(30)'
      await using job = await create(['python3', '-c', text], { memoryBytes: 64 << 20 })
      assert.equal(await job.run(), 137)
      assert.equal(job.record()?.cause, 'out-of-memory')
    })

    it('changes nothing in a folder that is not complete', async () => {
      await using job = await script('true')
      await rm(join(job.folder, jobFiles.settings))
      assert.equal(await job.run(), 74)
      assert.deepEqual(readdirSync(job.folder), [jobFiles.wrapper])
    })

    it('leaves the claim to whoever made it by other means', async () => {
      await using job = await script('echo ran')
      await mkdir(join(job.folder, jobFiles.claim))
      assert.equal(await job.run(), 75)
      assert.deepEqual([job.log(), job.record()], ['', undefined])
    })
  })
}

async function startPrinted(job: ScratchWrapper, text: string) {
  const child = job.start()
  await until(() => job.log().includes(text))
  return child
}

/** A process that was killed takes a moment to be gone. */
async function isEmpty(list: () => readonly string[]): Promise<void> {
  await until(() => list().length === 0)
}

function snapshot(job: ScratchWrapper) {
  return [readdirSync(job.folder, { recursive: true }).toSorted(), ...listFiles(job)]
}

function listFiles(job: ScratchWrapper): string[] {
  const entries = readdirSync(job.folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return files.toSorted().map((file) => `${file} ${statSync(file).mtimeMs} ${readFileSync(file, 'utf8')}`)
}

/** Living processes of the attempt, wherever they have gone. */
function listMarked(job: ScratchWrapper): string[] {
  const key = job.folder.slice(job.folder.lastIndexOf('/') + 1)
  return listPids().filter((pid) => readProc(pid, 'environ').split('\0').includes(`${attemptVariable}=${key}.`))
}

/** Living processes of the session that a start of the wrapper had. */
function listSession(session: number): string[] {
  return listPids().filter((pid) => {
    const stat = readProc(pid, 'stat')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[3] === String(session) && fields[0] !== 'Z'
  })
}

function listPids(): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
}

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
