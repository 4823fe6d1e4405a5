import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Client } from '../../src/protocol/client.ts'
import { openSlurm, type SlurmServer, whyNoSlurm } from '../servers/slurm.ts'
import { openSshd, type SshServer, whyNoSshd } from '../servers/sshd.ts'
import { type CliWorkspace, type Finished, openCliWorkspace } from './cli-workspace.ts'
import { cannotMount, openSmallDisk } from './mounts.ts'

/** All that a launch could leave, on this machine and on a target that is reached by ssh. */
async function listTraces(client: Client, { folder, git }: CliWorkspace, home?: string): Promise<unknown> {
  const { experiments } = await client.call('experiments/list', {})
  const { total: runCount } = await client.call('runs/list', {
    experimentIds: experiments.map(({ experimentId }) => experimentId),
  })
  return {
    jobCount: (await client.call('jobs/list', {})).total,
    runCount,
    experiments: experiments.map(({ name }) => name),
    folders: await readdir(path.join(folder, '.runwright/jobs')).catch(() => []),
    snapshots: existsSync(path.join(folder, '.git')) ? await git('for-each-ref', 'refs/runwright') : '',
    onTarget: home === undefined ? [] : await readdir(home, { recursive: true }),
  }
}

describe('what cannot be launched', { concurrency: false, timeout: 300_000 }, () => {
  let workspace: CliWorkspace
  let home: string | undefined
  let env: Record<string, string> = {}

  /** Ends as it should, says what is wrong and what to do, and leaves everything as it was. */
  async function refused(exitCode: number, message: RegExp, hint: RegExp, ...words: string[]): Promise<void> {
    await using client = await workspace.connect()
    const before = await listTraces(client, workspace, home)
    const said: Finished = await workspace.start(['train', '--experiment', 'new', ...words], env).finished
    const [first = '', ...others] = said.stderr.split('\n')
    assert.match(first, message, said.stderr)
    assert.match(others.join('\n'), hint, said.stderr)
    assert.deepEqual([said.exitCode, said.stdout], [exitCode, ''], said.stderr)
    assert.deepEqual(await listTraces(client, workspace, home), before)
  }

  async function openWorkspace(own: Record<string, string>, targets: object = {}): Promise<void> {
    workspace = await openCliWorkspace()
    env = { RUNWRIGHT_FAKE_GPUS: '2x24G', XDG_RUNTIME_DIR: workspace.folder, ...own }
    await workspace.write('.git/info/exclude', 'runwright.yaml\n')
    await workspace.write('runwright.yaml', JSON.stringify({ targets }))
    // The first to ask starts the engine, with this environment.
    const status = await workspace.start(['jobs', 'list'], env).finished
    assert.equal(status.exitCode, 0, status.stderr)
  }

  describe('on this machine', () => {
    before(() => openWorkspace({}))
    after(() => workspace[Symbol.asyncDispose]())

    it('asks for GPUs that are not there', async () => {
      await refused(2, /asks for 3 GPUs, and this machine has 2/, /Ask for less/, '--gpus', '3', '--', 'true')
      await refused(2, /asks for .*32 GiB/, /Ask for less/, '--gpus', '1', '--gpu-memory', '32G', '--', 'true')
    })

    it('is a command that does not exist', async () => {
      await refused(2, /The program "no-such-program" is not on the PATH/, /Install it/, '--', 'no-such-program')
      await refused(2, /no program \.\/train\.sh that can be run/, /executable/, '--', './train.sh')
      await refused(2, /"no-such-program" is not on the PATH/, /Install it/, '--isolated', '--', 'no-such-program')
    })

    it('names a secret that is not set', async () => {
      await refused(
        2,
        /The secret NO_SUCH_TOKEN is not set/,
        /Set the variable/,
        '--secret',
        'NO_SUCH_TOKEN',
        '--',
        'true',
      )
    })

    it('has changes in a submodule', async () => {
      const { git, write, folder } = workspace
      await mkdir(path.join(folder, 'part'))
      await git('init', '--quiet', 'part')
      await write('part/a.txt', 'one')
      await git('-C', 'part', 'add', 'a.txt')
      await git('-C', 'part', 'commit', '--quiet', '--message', 'Part')
      await git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', './part', 'part')
      await git('commit', '--quiet', '--message', 'With a part')
      await write('part/a.txt', 'two')
      await refused(
        1,
        /The submodule part has changes that are not committed/,
        /Commit them/,
        '--isolated',
        '--',
        'true',
      )
      await git('-C', 'part', 'checkout', '--quiet', '.')
    })

    it('has a file of 2 GB that git does not know', async () => {
      const file = path.join(workspace.folder, 'data.bin')
      {
        await using sparse = await open(file, 'w')
        await sparse.truncate(2e9)
      }
      await refused(
        1,
        /data\.bin is a file that git does not know of 2\.0 GB/,
        /\.gitignore/,
        '--isolated',
        '--',
        'true',
      )
      await rm(file)
    })

    it('goes by a runwright.yaml that is wrong', async () => {
      await workspace.write('runwright.yaml', 'targets:\n  far:\n    host: x\n')
      await refused(2, /runwright\.yaml, line 2: .*targets\.far\.kind/, /^/, '--target', 'far', '--', 'true')
      await refused(2, /runwright\.yaml, line 2: .*targets\.far\.kind/, /^/, '--profile', 'big', '--', 'true')
      await workspace.write('runwright.yaml', 'profiles: {big: {gpu: 2}}\n')
      await refused(2, /profiles\.big\.gpu/, /^/, '--profile', 'big', '--', 'true')
      await workspace.write('runwright.yaml', '{}')
    })
  })

  describe('without a repository', () => {
    let programs: string
    before(async () => {
      programs = await mkdtemp(path.join(tmpdir(), 'runwright-programs-'))
      await symlink('/bin/true', path.join(programs, 'true'))
    })
    after(() => rm(programs, { recursive: true }))

    it('has no code that could travel', async () => {
      await openWorkspace({})
      await using _opened = workspace
      await rm(path.join(workspace.folder, '.git'), { recursive: true })
      await refused(1, /lies in no git repository/, /git init/, '--isolated', '--', 'true')
    })

    it('is told when it is git that is missing', async () => {
      await openWorkspace({ PATH: programs })
      await using _opened = workspace
      await refused(1, /git is not installed/, /Install git/, '--isolated', '--', 'true')
    })

    it('is launched all the same where git has no commit yet', async () => {
      await openWorkspace({})
      await using _opened = workspace
      await rm(path.join(workspace.folder, '.git'), { recursive: true })
      await workspace.git('init', '--quiet')
      await workspace.write('hello.txt', 'hello\n')
      const { exitCode, stdout, stderr } = await workspace.run('train', '--isolated', '--', 'cat', 'hello.txt')
      assert.deepEqual([exitCode, stdout], [0, 'hello\n'], stderr)
    })
  })

  describe('on a machine behind ssh', { skip: whyNoSshd }, () => {
    let sshd: SshServer
    before(async () => {
      sshd = await openSshd()
      home = sshd.home
      const settings = await readFile(sshd.configFile, 'utf8')
      const unknown = path.join(sshd.folder, 'unknown_config')
      await writeFile(unknown, settings.replace(/UserKnownHostsFile .*/, 'UserKnownHostsFile /dev/null'))
      const refusing = path.join(sshd.folder, 'refusing_config')
      await writeFile(refusing, settings.replace(/IdentityFile .*/, `IdentityFile ${sshd.folder}/stranger`))
      await openWorkspace(
        {},
        {
          box: { kind: 'ssh', host: 'target', configFile: sshd.configFile },
          unknown: { kind: 'ssh', host: 'target', configFile: unknown },
          refusing: { kind: 'ssh', host: 'target', configFile: refusing },
        },
      )
    })
    after(async () => {
      home = undefined
      await workspace[Symbol.asyncDispose]()
      await sshd[Symbol.asyncDispose]()
    })

    it('would go to a host whose key is not known, or that lets nobody in', async () => {
      await refused(1, /The host key of target is not known/, /ssh target/, '-t', 'unknown', '--', 'true')
      await refused(1, /target does not let this user in/, /IdentityFile/, '-t', 'refusing', '--', 'true')
    })

    it('is a command that the host does not have', async () => {
      await refused(2, /target has no program "no-such-program"/, /Install it/, '-t', 'box', '--', 'no-such-program')
    })

    it('asks for GPUs that the host does not have', async () => {
      await refused(2, /has 0 GPUs, and the job asks for 2/, /another target/, '-t', 'box', '--gpus', '2', '--', 'true')
    })

    it('finds the disk of the host full', { skip: cannotMount }, async () => {
      await using disk = await openSmallDisk(4 << 20)
      home = disk.path
      const full = { kind: 'ssh', host: 'target', configFile: sshd.configFile, folder: `${disk.path}/jobs` }
      await workspace.write('runwright.yaml', JSON.stringify({ targets: { full } }))
      await disk.fill()
      await refused(4, /no space left .* on target/, /Free some/, '-t', 'full', '--', 'true')
      home = sshd.home
    })
  })

  describe('on Slurm', { skip: whyNoSlurm }, () => {
    let slurm: SlurmServer
    before(async () => {
      slurm = await openSlurm()
      const folder = path.join(slurm.folder, 'jobs-of-runwright')
      await openWorkspace(slurm.env, {
        cluster: { kind: 'slurm', folder },
        wrong: { kind: 'slurm', folder, partition: 'moon' },
      })
    })
    after(async () => {
      await workspace[Symbol.asyncDispose]()
      await slurm[Symbol.asyncDispose]()
    })

    it('would go to a partition that is not there', async () => {
      await refused(2, /no partition "moon"/, /./, '-t', 'wrong', '--', 'true')
      assert.ok(!existsSync(path.join(slurm.folder, 'jobs-of-runwright')))
    })

    it('asks for GPUs that no node has', async () => {
      await refused(2, /asks? .*for 9/, /Ask for less/, '-t', 'cluster', '--gpus', '9', '--', 'true')
      assert.ok(!existsSync(path.join(slurm.folder, 'jobs-of-runwright')))
    })
  })
})
