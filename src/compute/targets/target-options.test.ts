import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RunwrightError } from '../../protocol/errors.ts'
import { parseJupyterOptions, parseSlurmOptions, parseSshOptions } from './target-options.ts'

const code = 'INVALID_PARAMETER_VALUE'

describe('the description of a target', () => {
  it('reached by ssh needs a host, and takes numbers in its settings', () => {
    assert.deepEqual(parseSshOptions({ host: 'far', options: { Port: 2222, User: 'ada' } }, 'targets.far'), {
      host: 'far',
      options: { Port: '2222', User: 'ada' },
    })
    assert.throws(() => parseSshOptions({}, 'targets.far'), { code, message: /targets\.far\.host/ })
    assert.throws(() => parseSshOptions({ host: 'far', options: { Port: [] } }, 'targets.far'), { code })
  })

  it('beside a Jupyter Server names the variable of its token, and holds none itself', () => {
    const read = parseJupyterOptions({ url: 'https://hub.example.org/user/ada', tokenFrom: 'HUB_TOKEN' }, 'targets.lab')
    assert.deepEqual([read.url.href, read.tokenFrom], ['https://hub.example.org/user/ada/', 'HUB_TOKEN'])
    assert.throws(() => parseJupyterOptions({ url: 'https://lab' }, 'targets.lab'), { code, message: /lab\.tokenFrom/ })
    const wrong = ['ftp://lab', 'lab:8888', 'https://lab/?token=5ecret', 'https://ada:5ecret@lab/']
    for (const url of wrong) {
      assert.throws(
        () => parseJupyterOptions({ url, tokenFrom: 'HUB_TOKEN' }, 'targets.lab'),
        (error: RunwrightError) =>
          error.code === code && /lab\.url/.test(error.message) && !/5ecret/.test(error.message),
        url,
      )
    }
    const token = { url: 'https://lab', tokenFrom: '5ecret-token' }
    assert.throws(() => parseJupyterOptions(token, 'targets.lab'), { code, message: /^(?!.*5ecret).*lab\.tokenFrom/ })
  })

  it('on Slurm may say nothing, or all that sbatch wants to know', () => {
    assert.deepEqual(parseSlurmOptions({}, 'targets.big'), {})
    const whole = {
      login: { host: 'far' },
      partition: 'gpu',
      account: 'lab',
      extra: ['--constraint=ib', '--mail-type=END'],
    }
    assert.throws(() => parseSlurmOptions({ ...whole, extra: ['ib'] }, 'targets.big'), { code })
    assert.deepEqual(parseSlurmOptions(whole, 'targets.big'), whole)
  })

  it('cannot change what a job on Slurm is found by', () => {
    for (const word of ['--job-name=x', '-J', '--output=/dev/null', '--requeue', '--array=1-9', '--constraint=a\nb']) {
      assert.throws(() => parseSlurmOptions({ extra: [word] }, 'targets.big'), { code }, word)
    }
  })
})
