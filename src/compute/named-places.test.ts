import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { after, before, describe, it } from 'node:test'
import { openNamedPlaces } from './named-places.ts'
import type { Places } from './place.ts'
import { createScratchTarget } from './scratch-target.ts'

describe('the targets of runwright.yaml', () => {
  let workspace: string
  let places: Places
  const write = (text: string) => writeFile(join(workspace, 'runwright.yaml'), text)
  const trouble = async (name: string) => {
    const capacity = places.byName.get(name)?.target.capacity() ?? assert.fail(`there is no ${name}`)
    return capacity.then(
      () => 'none',
      (error: Error) => error.message,
    )
  }
  before(async () => {
    workspace = await mkdtemp(join(tmpdir(), 'runwright-places-'))
    await write('targets:\n  odd: { kind: moon }\n  box: { kind: ssh }\n')
    const local = { target: createScratchTarget(join(workspace, 'jobs')) }
    const connectTracking = () => new Duplex()
    const trackingUri = () => 'http://127.0.0.1:1'
    const parts = { workspace, env: { PATH: '' }, trackingUri, connectTracking, log: () => undefined }
    places = await openNamedPlaces(local, parts)
  })
  after(async () => {
    for (const { target } of places.byName.values()) await target[Symbol.asyncDispose]()
    await rm(workspace, { recursive: true })
  })

  it('are there beside this machine, and say what is wrong in their description', async () => {
    assert.deepEqual([...places.byName.keys()], ['local', 'odd', 'box'])
    assert.match(await trouble('odd'), /'targets\.odd\.kind'.*expected one of ssh, jupyter, slurm, command/)
    assert.match(await trouble('box'), /targets\.box\.host/)
    assert.equal(await trouble('local'), 'none')
  })

  it('are taken up when the file changes, and a description is mended by it', async () => {
    await write('targets:\n  odd: { kind: slurm, partition: 7 }\n  new: { kind: command }\n')
    await places.refresh()
    assert.deepEqual([...places.byName.keys()], ['local', 'odd', 'box', 'new'])
    assert.equal(places.byName.get('odd')?.target.kind, 'slurm')
    assert.match(await trouble('odd'), /targets\.odd\.partition/)
    await write('targets:\n  odd: { kind: slurm, folder: jobs }\n')
    await places.refresh()
    assert.match(await trouble('odd'), /targets\.odd\.folder.*~\/x/)
    await write('targets:\n  odd: { kind: slurm }\n')
    await places.refresh()
    // It is opened, and has no Slurm.
    assert.match(await trouble('odd'), /Slurm's programs are not on the PATH/)
  })

  it('that cannot be read at all stand there as the file, until it is mended', async () => {
    await write('targets:\n  a: [\n')
    await places.refresh()
    assert.match(await trouble('runwright.yaml'), /line/)
    await write('targets: {}\n')
    await places.refresh()
    assert.equal(places.byName.has('runwright.yaml'), false)
  })
})
