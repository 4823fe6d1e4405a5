import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Database, Migration } from '../../src/store/database.ts'
import { openPostgres } from '../../src/store/postgres.ts'
import { findFreePorts } from '../servers/free-ports.ts'
import { openScratchSchema } from '../../src/store/scratch-postgres.ts'
import { openPostgresServer, type PostgresServer, whyNoPostgres } from '../servers/postgres.ts'
import { describeStore, hasCode } from './store.ts'

const counted: Migration = {
  number: 1,
  name: 'counted',
  statements: { postgres: ['create table counted (number bigint not null)'] },
}

describe('a store on a PostgreSQL server', { skip: whyNoPostgres }, () => {
  let server: PostgresServer
  before(async () => {
    server = await openPostgresServer()
  })
  after(() => server[Symbol.asyncDispose]())

  describeStore(async () => {
    const schema = await openScratchSchema(server.url)
    return {
      open: (migrations) => openPostgres({ url: schema.url, migrations }),
      [Symbol.asyncDispose]: () => schema[Symbol.asyncDispose](),
    }
  })

  it('says which server does not answer, which database is missing, whom it refuses, and never a password', async () => {
    const [port = 0] = await findFreePorts(1)
    const cases = [
      {
        url: `postgres://ada:secret@127.0.0.1:${port}/runs`,
        code: 'TEMPORARILY_UNAVAILABLE',
        named: `127.0.0.1:${port}`,
      },
      { url: server.url.replace(/runwright$/, 'missing'), code: 'RESOURCE_DOES_NOT_EXIST', named: '"missing"' },
      { url: server.url.replace('runwright@', 'ada:secret@'), code: 'PERMISSION_DENIED', named: '"ada"' },
      { url: 'mysql://ada:secret@127.0.0.1/runs', code: 'INVALID_PARAMETER_VALUE', named: 'PostgreSQL' },
      { url: 'postgres://ada:secret@', code: 'INVALID_PARAMETER_VALUE', named: 'PostgreSQL' },
    ] as const
    for (const { url, code, named } of cases) {
      await assert.rejects(openPostgres({ url, migrations: [counted] }), (error: Error) => {
        hasCode(code)(error)
        assert.ok(error.message.includes(named), error.message)
        assert.ok(!error.message.includes('secret'), error.message)
        return true
      })
    }
  })

  it('encrypts as sslmode says, which means here what it means to PostgreSQL', async () => {
    await using own = await openPostgresServer({ isDurable: false, isEncrypted: true })
    const { port } = new URL(own.url)
    const root = `sslrootcert=${encodeURIComponent(own.certificate)}`
    const open = async (host: string, query: string) => {
      const url = `postgres://runwright@${host}:${port}/runwright?${query}`
      await using database = await openPostgres({ url, migrations: [counted] })
      const row = await database.read((sql) => sql.get('select ssl from pg_stat_ssl where pid = pg_backend_pid()'))
      await database.write((sql) => sql.run('delete from counted'))
      return row?.['ssl'] === 1
    }
    assert.equal(await open('127.0.0.1', ''), true)
    assert.equal(await open('127.0.0.1', 'sslmode=disable'), false)
    assert.equal(await open('127.0.0.1', 'sslmode=allow'), false)
    assert.equal(await open('127.0.0.1', 'sslmode=require'), true)
    assert.equal(await open('127.0.0.1', `sslmode=verify-ca&${root}`), true)
    assert.equal(await open('localhost', `sslmode=verify-full&${root}`), true)
    const isRefused = { code: 'PERMISSION_DENIED', message: /certificate of the server .* is not trusted/ }
    await assert.rejects(open('127.0.0.1', `sslmode=verify-full&${root}`), isRefused)
    await assert.rejects(open('localhost', 'sslmode=verify-full'), isRefused)
    await assert.rejects(open('localhost', 'sslmode=verify-ca'), isRefused)
    // A server without TLS is taken as it is, unless that was asked for.
    const plain = (query: string) => openPostgres({ url: `${server.url}?${query}`, migrations: [] })
    await assert.rejects(plain('sslmode=require'), { code: 'PERMISSION_DENIED', message: /does not encrypt/ })
    await assert.rejects(plain('sslmode=verify-full&sslrootcert=/nowhere'), { code: 'INVALID_PARAMETER_VALUE' })
  })

  it('takes no schema that another program has tables in, and changes nothing there', async () => {
    await using schema = await openScratchSchema(server.url)
    {
      await using database = await openPostgres({ url: schema.url, migrations: [counted] })
      await database.write(async (sql) => {
        await sql.run('drop table migrations')
        await sql.run('drop table writers')
      })
    }
    await assert.rejects(openPostgres({ url: schema.url, migrations: [counted] }), hasCode('STORAGE_DAMAGED'))
  })

  it('plans each read for the values that it is asked with, however often it was asked', async () => {
    await using schema = await openScratchSchema(server.url)
    await using database = await openPostgres({ url: schema.url, migrations: [counted] })
    const plans = await database.read(async (sql) => {
      for (let above = 0; above < 20; above++) await sql.all('select number from counted where number > ?', above)
      return sql.get(`select cast(sum(generic_plans) as bigint) as generic, cast(sum(custom_plans) as bigint) as own
        from pg_prepared_statements where statement like '%from counted%'`)
    })
    assert.equal(plans?.['generic'], 0)
    assert.ok(Number(plans['own']) >= 10, 'it was prepared')
  })

  it('refuses a step that it has no statements for, and a text with a zero character', async () => {
    await using schema = await openScratchSchema(server.url)
    const foreign: Migration = { number: 2, name: 'files', statements: { sqlite: [] } }
    const opening = openPostgres({ url: schema.url, migrations: [counted, foreign] })
    await assert.rejects(opening, hasCode('NOT_IMPLEMENTED'))
    await using database = await openPostgres({ url: schema.url, migrations: [counted] })
    const written = database.write((sql) => sql.get('select cast(? as text) as text', 'a\0b'))
    await assert.rejects(written, hasCode('INVALID_PARAMETER_VALUE'))
  })

  it('is brought up to date once by servers that begin at once, and loses no increment of theirs', async () => {
    await using schema = await openScratchSchema(server.url)
    await using databases = new AsyncDisposableStack()
    const open = () => openPostgres({ url: schema.url, migrations: [counted] })
    const opened = await Promise.all(Array.from({ length: 4 }, open))
    for (const database of opened) databases.use(database)
    const [first] = opened
    assert.ok(first !== undefined)
    await first.write((sql) => sql.run('insert into counted (number) values (0)'))
    const increment = (database: Database) =>
      database.write(async (sql) => {
        const row = await sql.get('select number from counted')
        await sql.run('update counted set number = ?', Number(row?.['number']) + 1)
      })
    for (let round = 0; round < 10; round++) await Promise.all([...opened, first].map(increment))
    const row = await first.read((sql) => sql.get('select number from counted'))
    assert.equal(row?.['number'], 50)
  })

  it('does a write again that the server went away in, and loses and doubles none of those around it', async () => {
    await using own = await openPostgresServer()
    await using database = await openPostgres({ url: own.url, migrations: [counted], patienceMs: 120_000 })
    const write = (number: number) =>
      database.write((sql) => sql.run('insert into counted (number) values (?)', number))
    const early = Array.from({ length: 50 }, (_, index) => write(index))
    let times = 0
    const interrupted = database.write(async (sql) => {
      times += 1
      await sql.run('insert into counted (number) values (50)')
      if (times > 1) return
      await own.kill9()
      await own.start()
      await sql.run('insert into counted (number) values (51)')
    })
    const late = Array.from({ length: 50 }, (_, index) => write(100 + index))
    await Promise.all([...early, interrupted, ...late])
    assert.ok(times > 1, `${times} times`)
    const rows = await database.read((sql) => sql.all('select number from counted order by number'))
    const expected = [...early.keys(), 50, ...late.keys().map((index) => 100 + index)]
    assert.deepEqual(
      rows.map(({ number }) => number),
      expected,
    )
  })

  it('goes on without a server that stands still in a transaction, whose write is then done again', async () => {
    await using schema = await openScratchSchema(server.url)
    await using stuck = await openPostgres({ url: schema.url, migrations: [counted], stuckMs: 500 })
    await using other = await openPostgres({ url: schema.url, migrations: [counted] })
    const begun = Promise.withResolvers<void>()
    const thawed = Promise.withResolvers<void>()
    const written = stuck.write(async (sql) => {
      await sql.run('insert into counted (number) values (1)')
      begun.resolve()
      await thawed.promise
      await sql.run('insert into counted (number) values (2)')
    })
    await begun.promise
    await other.write((sql) => sql.run('insert into counted (number) values (3)'))
    thawed.resolve()
    await written
    const rows = await other.read((sql) => sql.all('select number from counted order by number'))
    assert.deepEqual(
      rows.map(({ number }) => number),
      [1, 2, 3],
    )
  })

  it('tells of every write truly when its connections are ended at random moments', async () => {
    await using own = await openPostgresServer()
    await using database = await openPostgres({ url: own.url, migrations: [counted], patienceMs: 120_000 })
    await using other = await openPostgres({ url: own.url, migrations: [counted] })
    const written = new AbortController()
    const ending = (async () => {
      while (!written.signal.aborted) {
        await other.read((sql) =>
          sql.all(
            `select pg_terminate_backend(pid), pg_sleep(random() * 0.02) from pg_stat_activity
               where pid <> pg_backend_pid() and application_name = 'runwright' and query not like '%pg_sleep%'`,
          ),
        )
      }
    })()
    const stored: number[] = []
    for (let number = 0; number < 90; number += 3) {
      const done = await Promise.allSettled(
        [number, number + 1, number + 2].map(async (each) => {
          await database.write((sql) => sql.run('insert into counted (number) values (?)', each))
          return each
        }),
      )
      for (const result of done) if (result.status === 'fulfilled') stored.push(result.value)
    }
    written.abort()
    await ending
    await database.write((sql) => sql.run('insert into counted (number) values (1000)'))
    const rows = await database.read((sql) => sql.all('select number from counted order by number'))
    assert.deepEqual(
      rows.map(({ number }) => number),
      [...stored, 1000].toSorted((a, b) => a - b),
    )
  })
})
