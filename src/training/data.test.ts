import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { type DataVersion, findRunData } from '../protocol/data-versions.ts'
import { isRecord } from '../protocol/json.ts'
import { logInputs } from '../protocol/mlflow/run-requests.ts'
import { data } from './data.ts'

const md5 = '1'.repeat(32)
const sha256 = 'ab'.repeat(32)
const pointer = (name: string, hash: string, more = '') =>
  `outs:\n- md5: '${hash}'\n  size: 4\n  hash: md5\n  path: ${name}\n${more}`

describe('data in JavaScript', () => {
  let folder: string
  let status = 200
  const bodies: unknown[] = []
  const server = createServer(async (request, response) => {
    assert.equal(request.url, '/api/2.0/mlflow/runs/log-inputs')
    bodies.push(await json(request))
    response.writeHead(status).end('{}')
  })
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runwright-data-'))
    await mkdir(join(folder, '.dvc'))
    await mkdir(join(folder, 'images'))
    const meta = `  meta:\n    runwright:\n      for: '${md5}'\n      sha256: ${sha256}\n`
    await writeFile(join(folder, 'train.csv.dvc'), pointer('train.csv', md5, meta))
    await writeFile(join(folder, 'images.dvc'), pointer('images', `${md5}.dir`, '  nfiles: 1\n'))
    await writeFile(join(folder, 'gone.csv.dvc'), pointer('gone.csv', md5))
    await writeFile(join(folder, 'raw.dvc'), `wdir: ./images/../raw\n${pointer('x.csv', md5)}`)
    await mkdir(join(folder, 'raw'))
    for (const file of ['train.csv', 'other.csv', 'images/1.png', 'raw/x.csv'])
      await writeFile(join(folder, file), 'data')
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const address = server.address()
    assert.ok(isRecord(address))
    process.env['MLFLOW_TRACKING_URI'] = `http://127.0.0.1:${String(address['port'])}`
    process.env['MLFLOW_RUN_ID'] = 'a'.repeat(32)
  })
  after(async () => {
    delete process.env['MLFLOW_RUN_ID']
    server.close()
    await rm(folder, { recursive: true })
  })

  it('is told to the run in the words of Runwright itself, once', async () => {
    assert.equal(await data(join(folder, 'train.csv'), { context: 'training' }), join(folder, 'train.csv'))
    await data(join(folder, 'images/1.png'))
    await data(join(folder, 'train.csv'))
    await data(join(folder, 'raw/x.csv'))
    const told = bodies.flatMap((body) => logInputs.parse(body).datasets.map(findRunData))
    const train: DataVersion = { path: 'train.csv', md5, sha256, sizeBytes: 4 }
    const images: DataVersion = { path: 'images', md5: `${md5}.dir`, sizeBytes: 4, fileCount: 1 }
    assert.deepEqual(told, [
      { version: train, context: 'training', found: 'declared' },
      { version: images, context: 'input', found: 'declared' },
      { version: { path: 'raw/x.csv', md5, sizeBytes: 4 }, context: 'input', found: 'declared' },
    ])
  })

  it('is a path where it is under no version control, and where the server refuses', async () => {
    status = 500
    await writeFile(join(folder, 'train.csv.dvc'), pointer('train.csv', '2'.repeat(32)))
    assert.equal(await data(join(folder, 'train.csv')), join(folder, 'train.csv'))
    assert.equal(await data(join(folder, 'other.csv')), join(folder, 'other.csv'))
    await assert.rejects(data(join(folder, 'gone.csv')), /gone\.csv is not here: "runwright data pull gone\.csv"/)
  })
})
