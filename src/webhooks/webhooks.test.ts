import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { scratchServerVariable } from '../store/scratch-store.ts'
import { until } from '../../test/until.ts'
import { openScratchWebhooks, type ScratchWebhooks, type Sent } from './scratch-webhooks.ts'
import { makeDeliveryId, openSecret, sealSecret, signDelivery } from './secret.ts'
import type { Answer } from './webhooks-parts.ts'

const taken: Answer = { status: 200, body: '', waitMs: 0 }

/** A receiver that answers as it is told to, and keeps what it got. */
function createReceiver(answer: (sent: Sent, count: number) => Partial<Answer>) {
  const got: Sent[] = []
  return {
    got,
    receive: async (sent: Sent): Promise<Answer> => {
      got.push(sent)
      return { ...taken, ...answer(sent, got.length) }
    },
  }
}

const nameOf = ({ body }: Sent) => JSON.parse(body).data.name
const idOf = ({ headers }: Sent) => headers['X-MLflow-Delivery-Id']

async function countLeft(webhooks: ScratchWebhooks): Promise<number> {
  const row = await webhooks.read((sql) => sql.get('select count(*) as count from webhook_deliveries'))
  return Number(row?.['count'])
}

const isDone = (webhooks: ScratchWebhooks) => async () => (await countLeft(webhooks)) === 0

describe('a delivery', () => {
  it('has the headers, the body and the signature of MLflow', async () => {
    const { got, receive } = createReceiver(() => ({}))
    await using webhooks = await openScratchWebhooks(receive)
    await webhooks.add({ secret: 'geheim' })
    await webhooks.tell('größe')
    await until(isDone(webhooks))
    const [sent] = got
    assert.ok(sent)
    assert.deepEqual(JSON.parse(sent.body), {
      entity: 'registered_model',
      action: 'created',
      timestamp: '2023-11-14T22:13:20.000+00:00',
      data: { name: 'größe' },
    })
    const { 'X-MLflow-Delivery-Id': id = '', ...headers } = sent.headers
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.deepEqual(headers, {
      'Content-Type': 'application/json',
      'X-MLflow-Timestamp': '1700000000',
      'X-MLflow-Signature': signDelivery('geheim', id, '1700000000', sent.body),
    })
  })

  it('is made by a change that is made, and by no other', async () => {
    const { got, receive } = createReceiver(() => ({}))
    await using webhooks = await openScratchWebhooks(receive)
    await webhooks.add()
    const undone = webhooks.write(async (sql) => {
      await webhooks.note(sql, { event: 'registered_model.created', data: { name: 'undone' } })
      throw new Error('changed its mind')
    })
    await assert.rejects(undone, /changed its mind/)
    await webhooks.tell('one')
    await until(isDone(webhooks))
    assert.deepEqual(got.map(nameOf), ['one'])
  })

  it('goes to each active webhook that asked for the event', async () => {
    const { got, receive } = createReceiver(() => ({}))
    await using webhooks = await openScratchWebhooks(receive)
    await webhooks.add({ url: 'https://a.example.org/' })
    await webhooks.add({ url: 'https://b.example.org/', events: ['prompt.created', 'registered_model.created'] })
    await webhooks.add({ url: 'https://c.example.org/', events: ['prompt.created'] })
    await webhooks.add({ url: 'https://d.example.org/', status: 'DISABLED' })
    const gone = await webhooks.add({ url: 'https://e.example.org/' })
    await webhooks.delete(gone)
    await webhooks.tell('one')
    await until(isDone(webhooks))
    assert.deepEqual(got.map(({ url }) => url).toSorted(), ['https://a.example.org/', 'https://b.example.org/'])
    assert.equal(new Set(got.map(idOf)).size, 2)
    assert.ok(got.every(({ headers }) => headers['X-MLflow-Signature'] === undefined))
  })

  it('is sent again under its own id, signed anew, until it is taken, and waits longer each time', async () => {
    const control: Sent[] = []
    const { got, receive } = createReceiver((_, count) => (count <= 3 ? { status: 503 } : {}))
    await using webhooks = await openScratchWebhooks(async (sent) =>
      sent.url.includes('control') ? (control.push(sent), taken) : receive(sent),
    )
    await webhooks.add({ secret: 's' })
    await webhooks.add({ url: 'https://control.example.org/', events: ['prompt.created'] })
    await webhooks.tell('one')
    const waits = [1000, 2000, 4000]
    for (const [index, waitMs] of waits.entries()) {
      await until(() => got.length === index + 1)
      await until(async () => (await readFailures(webhooks)) === index + 1)
      webhooks.clock.now += waitMs / 2 - 1
      await webhooks.tell('control', 'prompt.created')
      await until(() => control.length === index + 1)
      assert.equal(got.length, index + 1, 'too early')
      webhooks.clock.now += waitMs / 2 + 1
      webhooks.wake()
    }
    await until(isDone(webhooks))
    assert.deepEqual([got.length, new Set(got.map(idOf)).size], [4, 1])
    assert.equal(new Set(got.map(({ headers }) => headers['X-MLflow-Signature'])).size, 4)
  })

  it('that a receiver cannot take holds up no other, and no other receiver', async () => {
    const { got, receive } = createReceiver((sent) => (nameOf(sent) === 'bad' ? { status: 500 } : {}))
    await using webhooks = await openScratchWebhooks(receive)
    await webhooks.add()
    await webhooks.tell('bad')
    await until(async () => (await readFailures(webhooks)) === 1)
    await webhooks.add({ url: 'https://other.example.org/' })
    await webhooks.tell('good')
    await until(() => got.some(({ url }) => url.includes('other')))
    webhooks.clock.now += 1000
    webhooks.wake()
    await until(async () => (await countLeft(webhooks)) === 1)
    assert.deepEqual(got.slice(0, 3).map(nameOf), ['bad', 'good', 'good'])
  })

  it('is given up when its receiver refuses it, and after a day', async () => {
    const { got, receive } = createReceiver((sent) => ({ status: nameOf(sent) === 'refused' ? 404 : 500 }))
    await using webhooks = await openScratchWebhooks(receive)
    await webhooks.add()
    await webhooks.tell('refused')
    await until(isDone(webhooks))
    await webhooks.tell('late')
    await until(async () => (await readFailures(webhooks)) === 1)
    webhooks.clock.now += 24 * 60 * 60 * 1000 + 1
    webhooks.wake()
    await until(isDone(webhooks))
    assert.deepEqual(got.map(nameOf), ['refused', 'late', 'late'])
    assert.match(webhooks.told.join('\n'), /refuses a delivery.*answered 404[^]*taken nothing for too long; 1 deliver/)
  })

  it('that was on its way when the engine ended is sent again under its id', async () => {
    const held = Promise.withResolvers<Answer>()
    const got: Sent[] = []
    await using webhooks = await openScratchWebhooks(async (sent) => (got.push(sent) === 1 ? held.promise : taken))
    await webhooks.add()
    await webhooks.tell('one')
    await until(() => got.length === 1)
    await webhooks.restart()
    await until(isDone(webhooks))
    assert.deepEqual([got.length, new Set(got.map(idOf)).size], [2, 1])
  })

  const onServer = { skip: process.env[scratchServerVariable] === undefined && 'one engine has a file' }

  it('is left to the server that has claimed its receiver, until that one must be gone', onServer, async () => {
    const got: Sent[] = []
    await using webhooks = await openScratchWebhooks(async (sent) =>
      got.push(sent) === 1 ? new Promise<Answer>(() => undefined) : taken,
    )
    await webhooks.add()
    await webhooks.add({ url: 'https://other.example.org/', events: ['prompt.created'] })
    await webhooks.tell('one')
    await until(() => got.length === 1)
    webhooks.join()
    await webhooks.tell('two', 'prompt.created')
    await until(() => got.some(({ url }) => url.includes('other')))
    assert.equal(got.length, 2)
    webhooks.clock.now += 120_001
    webhooks.wake()
    await until(isDone(webhooks))
    assert.deepEqual([got.length, idOf(got[2] ?? assert.fail())], [3, idOf(got[0] ?? assert.fail())])
  })

  it('rests for all servers when its receiver takes nothing, and is sent once', onServer, async () => {
    const { got, receive } = createReceiver((_, count) => (count === 1 ? { status: 503 } : {}))
    await using webhooks = await openScratchWebhooks(receive)
    webhooks.join()
    webhooks.join()
    await webhooks.add()
    await webhooks.tell('one')
    await until(async () => (await readFailures(webhooks)) === 1)
    await webhooks.tell('two')
    assert.equal(got.length, 1)
    webhooks.clock.now += 1000
    webhooks.wake()
    await until(isDone(webhooks))
    assert.deepEqual(got.map(nameOf).toSorted(), ['one', 'one', 'two'])
  })

  it('goes at once to a receiver that was given another address', async () => {
    const { got, receive } = createReceiver(({ url }) => (url.includes('old') ? { status: 500 } : {}))
    await using webhooks = await openScratchWebhooks(receive)
    const id = await webhooks.add({ url: 'https://old.example.org/' })
    await webhooks.tell('one')
    await until(async () => (await readFailures(webhooks)) === 1)
    await webhooks.update(id, { url: 'https://new.example.org/' })
    await until(isDone(webhooks))
    assert.deepEqual(
      got.map(({ url }) => url),
      ['https://old.example.org/', 'https://new.example.org/'],
    )
  })

  it('is not followed to where it is redirected', async () => {
    const { got, receive } = createReceiver(() => ({ status: 307 }))
    await using webhooks = await openScratchWebhooks(receive)
    await webhooks.add()
    await webhooks.tell('one')
    await until(isDone(webhooks))
    assert.equal(got.length, 1)
  })

  async function readFailures(webhooks: ScratchWebhooks): Promise<number> {
    const row = await webhooks.read((sql) => sql.get('select sum(failures) as count from webhook_deliveries'))
    return Number(row?.['count'])
  }
})

describe('the secret of a webhook', () => {
  it('is told to nobody, nor does it stand in the store', async () => {
    const secret = 'a very long secret of mine'
    await using webhooks = await openScratchWebhooks(async () => taken)
    const id = await webhooks.add({ secret })
    const shown = [await webhooks.get(id), await webhooks.list({ limit: 10 }), await webhooks.update(id, { secret })]
    assert.ok(!JSON.stringify(shown).includes(secret))
    const row = await webhooks.read((sql) => sql.get('select secret from webhooks'))
    assert.ok(row?.['secret'] instanceof Uint8Array)
    assert.ok(!Buffer.from(row['secret']).includes(secret))
  })

  it('stays when something else is changed, and goes when it is emptied', async () => {
    const { got, receive } = createReceiver(() => ({}))
    await using webhooks = await openScratchWebhooks(receive)
    const id = await webhooks.add({ secret: 's', description: 'mine' })
    const isSigned = async () => {
      await webhooks.test(id, undefined)
      return got.at(-1)?.headers['X-MLflow-Signature'] !== undefined
    }
    const renamed = await webhooks.update(id, { name: 'other' })
    assert.deepEqual([renamed.name, renamed.description, await isSigned()], ['other', 'mine', true])
    const emptied = await webhooks.update(id, { secret: '', description: '' })
    assert.deepEqual([emptied.description, await isSigned()], [undefined, false])
  })

  it('that cannot be read any more keeps what it should sign from being sent', async () => {
    const { got, receive } = createReceiver(() => ({}))
    await using webhooks = await openScratchWebhooks(receive)
    const id = await webhooks.add({ secret: 's' })
    webhooks.key.byte = 8
    await webhooks.tell('one')
    await until(() => webhooks.told.length > 0)
    assert.match(webhooks.told.join(), /encrypted with another key/)
    assert.match((await webhooks.test(id, undefined)).error ?? '', /encrypted with another key/)
    assert.equal(got.length, 0)
    await webhooks.update(id, { secret: 'anew' })
    await until(isDone(webhooks))
    assert.equal(got.length, 1)
  })

  it('is read with its own key and for its own webhook alone', () => {
    const key = new Uint8Array(32).fill(1)
    const sealed = sealSecret('s', 'a', key, new Uint8Array(12))
    assert.equal(openSecret(sealed, 'a', key), 's')
    assert.equal(openSecret(sealed, 'b', key), undefined)
    assert.equal(openSecret(sealed, 'a', new Uint8Array(32)), undefined)
    assert.equal(openSecret(sealed.subarray(0, 20), 'a', key), undefined)
  })
})

it('a signature is that of MLflow’s own code', () => {
  const id = '0d5c3f9e-0000-4000-8000-000000000001'
  assert.equal(
    signDelivery('geheim ü', id, '1700000000', '{"a":"é"}'),
    'v1,D/aRnfgbkxlSqxxyN7FTdnmg3tE+CiN26DnF0eQrgBA=',
  )
  const key = new Uint8Array(32)
  assert.equal(makeDeliveryId(key, 1, 5), makeDeliveryId(key, 1, 5))
  assert.notEqual(makeDeliveryId(key, 1, 5), makeDeliveryId(key, 2, 5))
  assert.notEqual(makeDeliveryId(key, 1, 5), makeDeliveryId(key, 1, 6))
})
