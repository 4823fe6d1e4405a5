import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import type { JobSpec } from '../protocol/jobs.ts'
import { plainSpec } from '../protocol/test-job-spec.ts'
import { launchedCommand, launchedProgram, precisionVariables } from './launcher.ts'

function launched(line: string, more: Partial<JobSpec> = {}): string {
  return launchedCommand({ ...plainSpec, command: line.split(' '), resources: { gpus: 2 }, ...more }).join(' ')
}

describe('torchrun', () => {
  it('starts a process for each GPU, with the Python of the command', () => {
    const launcher = 'torchrun'
    const start = '-m torch.distributed.run --standalone --nproc-per-node=2'
    assert.equal(launched('python3 train.py --lr 1', { launcher }), `python3 ${start} train.py --lr 1`)
    assert.equal(launched('.venv/bin/python -u -m my.train', { launcher }), `.venv/bin/python ${start} -m my.train`)
    const whole = 'python3 -O train.py'
    assert.equal(launched(whole, { launcher }), `torchrun --standalone --nproc-per-node=2 --no-python ${whole}`)
    assert.equal(
      launched('./train.sh', { launcher, resources: {} }),
      'torchrun --standalone --nproc-per-node=1 --no-python ./train.sh',
    )
  })

  it('that the command begins with gets what it is not given', () => {
    assert.equal(launched('torchrun train.py'), 'torchrun --standalone --nproc-per-node=2 train.py')
    assert.equal(
      launched('python3 -m torch.distributed.run train.py'),
      'python3 -m torch.distributed.run --standalone --nproc-per-node=2 train.py',
    )
    const given = 'torchrun --nproc_per_node=4 --nnodes 2 train.py'
    assert.equal(launched(given), given)
    assert.equal(
      launched('torchrun train.py --standalone'),
      'torchrun --standalone --nproc-per-node=2 train.py --standalone',
    )
    assert.equal(launched('python3 train.py'), 'python3 train.py')
  })

  it('meets on several nodes at the first of them', () => {
    const text = launched('torchrun train.py', { resources: { gpus: 4, nodes: 2 } })
    assert.match(text, /MASTER_ADDR=\$\(scontrol show hostnames/)
    assert.match(
      text,
      /--nnodes=2 .*--rdzv-endpoint="\$MASTER_ADDR:\$MASTER_PORT" .*'--nproc-per-node=4' "\$@" sh train\.py$/,
    )
  })
})

it('a launcher that cannot start a command is refused', () => {
  assert.throws(() => launched('torchrun train.py', { launcher: 'deepspeed' }), { code: 'INVALID_PARAMETER_VALUE' })
  assert.throws(() => launched('python3 train.py', { launcher: 'deepspeed', resources: { nodes: 2 } }), {
    message: /does not reach the nodes/,
  })
})

it('the program that a machine must have is the one that is started first', () => {
  const of = (line: string, more: Partial<JobSpec> = {}) =>
    launchedProgram({ ...plainSpec, command: line.split(' '), ...more })
  assert.equal(of('./train.sh', { launcher: 'accelerate' }), 'accelerate')
  assert.equal(of('python3 train.py', { launcher: 'accelerate' }), 'python3')
  assert.equal(of('torchrun train.py'), 'torchrun')
  assert.equal(of('make train', { launcher: 'lightning' }), 'make')
})

it('a precision reaches what reads one', () => {
  assert.deepEqual(precisionVariables(undefined, 'lightning'), {})
  assert.deepEqual(precisionVariables('fp32', undefined), {
    RUNWRIGHT_PRECISION: 'fp32',
    ACCELERATE_MIXED_PRECISION: 'no',
  })
  assert.equal(precisionVariables('fp16', 'lightning')['LT_PRECISION'], '16-mixed')
})

/** The real programs need torch: these print what they are given. */
describe('on a machine', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runwright-launcher-'))
    const print =
      '#!/bin/sh\necho "$0" "$@" | sed "s|^.*/||"\necho $MASTER_ADDR $MASTER_PORT ${CUDA_VISIBLE_DEVICES-}\n'
    const smi = '#!/bin/sh\nprintf "0, GPU-a\\n1, GPU-b\\n2, GPU-c\\n"\n'
    const programs = { accelerate: print, deepspeed: print, lit: print, 'nvidia-smi': smi }
    for (const [name, text] of Object.entries(programs)) {
      await writeFile(join(folder, name), text)
      await chmod(join(folder, name), 0o755)
    }
  })
  after(() => rm(folder, { recursive: true }))

  async function run(line: string, more: Partial<JobSpec> = {}, env: Record<string, string> = {}): Promise<string[]> {
    const spec = { ...plainSpec, command: line.split(' '), resources: { gpus: 2 }, ...more }
    const [program = '', ...args] = launchedCommand(spec)
    const own = { ...process.env, PATH: `${folder}:${process.env['PATH']}`, ...env }
    const { stdout } = await promisify(execFile)(program, args, { env: own })
    return stdout.split('\n')
  }

  it('accelerate gets its processes, its precision and a free port of its own', async () => {
    const [first = '', place = ''] = await run('accelerate launch --num_processes=1 train.py -x', { precision: 'fp32' })
    const port = /^127\.0\.0\.1 (\d+)$/.exec(place)?.[1] ?? assert.fail(place)
    assert.equal(
      first,
      `accelerate launch --num_machines=1 --mixed_precision=no --main_process_port=${port} --num_processes=1 train.py -x`,
    )
    // It is free, and while the job has it another one gets another.
    const server = createServer().listen(Number(port), '127.0.0.1')
    await once(server, 'listening')
    const [, other] = await run('accelerate launch train.py')
    server.close()
    assert.notEqual(other, place)
  })

  it('deepspeed gets the numbers of the GPUs that the job has', async () => {
    const cuda = { CUDA_VISIBLE_DEVICES: 'GPU-a,GPU-c' }
    const [first = '', place = ''] = await run('deepspeed train.py --deepspeed', {}, cuda)
    assert.match(first, /^deepspeed --master_port=\d+ train\.py --deepspeed$/)
    assert.match(place, /^127\.0\.0\.1 \d+ 0,2$/)
    const unnamed = await run('deepspeed train.py', {}, { CUDA_VISIBLE_DEVICES: '' })
    assert.match(unnamed[0] ?? '', /^deepspeed --master_port=\d+ --num_gpus=2 train\.py$/)
  })

  it('Lightning, which starts its processes by itself, is told where they meet', async () => {
    const [first, place = ''] = await run('lit train.py', { launcher: 'lightning' })
    assert.equal(first, 'lit train.py')
    assert.match(place, /^127\.0\.0\.1 \d+$/)
  })
})
