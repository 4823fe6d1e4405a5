import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import type { ErrorCode } from '../protocol/errors.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { Database, Migration } from './database.ts'
import { openSqlite } from './sqlite.ts'

const first: Migration = {
  number: 1,
  name: 'notes',
  statements: { sqlite: ['create table notes (batch integer not null, text text not null) strict'] },
}
const second: Migration = {
  number: 2,
  name: 'authors',
  statements: { sqlite: [`alter table notes add column author text not null default 'ada'`] },
}
const third: Migration = {
  number: 3,
  name: 'places',
  statements: { sqlite: [`alter table notes add column place text not null default 'here'`] },
}
const broken: Migration = {
  number: 2,
  name: 'half done',
  statements: { sqlite: ['create table half (id integer) strict', 'create table half (id integer) strict'] },
}

/** A new folder that goes away with the test, and the path of a database in it. */
async function makeFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'runwright-store-'))
  return {
    folder,
    path: join(folder, 'store.db'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

function addNote(database: Database, text: string, batch = 0): Promise<number> {
  return database.write((sql) => sql.run('insert into notes (batch, text) values (?, ?)', batch, text))
}

async function listNotes(database: Database): Promise<unknown[]> {
  const rows = await database.read((sql) => sql.all('select text from notes order by rowid'))
  return rows.map(({ text }) => text)
}

function hasCode(code: ErrorCode, mentioned: string) {
  return (error: unknown) => {
    assert.ok(error instanceof RunwrightError, String(error))
    assert.equal(error.code, code, error.message)
    assert.ok(error.message.includes(mentioned), `"${error.message}" should mention ${mentioned}`)
    assert.ok(error.hint, 'an error about storage says what to do')
    return true
  }
}

describe('a SQLite database', () => {
  it('finishes what was asked of it before it closes, and refuses what comes after', async () => {
    await using place = await makeFolder()
    const database = await openSqlite({ path: place.path, migrations: [first] })
    const [written, read] = [addNote(database, 'last'), listNotes(database)]
    await database[Symbol.asyncDispose]()
    assert.equal(await written, 1)
    await read
    await assert.rejects(addNote(database, 'late'), hasCode('TEMPORARILY_UNAVAILABLE', place.path))
  })
})

describe('migrations', () => {
  it('bring an older file up to date and keep its rows', async () => {
    await using place = await makeFolder()
    {
      await using database = await openSqlite({ path: place.path, migrations: [first] })
      await addNote(database, 'old')
    }
    for (let time = 0; time < 2; time++) {
      await using database = await openSqlite({ path: place.path, migrations: [first, second] })
      const rows = await database.read((sql) => sql.all('select text, author from notes'))
      assert.deepEqual(rows.map(Object.entries), [Object.entries({ text: 'old', author: 'ada' })])
    }
  })

  it('that fail leave the file as it was', async () => {
    await using place = await makeFolder()
    {
      await using database = await openSqlite({ path: place.path, migrations: [first] })
      await addNote(database, 'old')
    }
    await assert.rejects(openSqlite({ path: place.path, migrations: [first, broken] }), /already exists/)
    await using database = await openSqlite({ path: place.path, migrations: [first, second] })
    assert.deepEqual(await listNotes(database), ['old'])
  })

  it('are applied by their numbers, also those that a file lacks between others', async () => {
    await using place = await makeFolder()
    await (await openSqlite({ path: place.path, migrations: [third, first] }))[Symbol.asyncDispose]()
    await using database = await openSqlite({ path: place.path, migrations: [third, second, first] })
    await addNote(database, 'new')
    const rows = await database.read((sql) => sql.all('select text, author, place from notes'))
    assert.deepEqual(rows.map(Object.entries), [Object.entries({ text: 'new', author: 'ada', place: 'here' })])
  })

  it('refuse a file written by a newer version', async () => {
    await using place = await makeFolder()
    await (await openSqlite({ path: place.path, migrations: [first, second] }))[Symbol.asyncDispose]()
    await assert.rejects(openSqlite({ path: place.path, migrations: [first] }), hasCode('STORAGE_TOO_NEW', place.path))
  })
})

describe('a file that cannot be used', () => {
  const damages: Record<string, (path: string) => Promise<void>> = {
    'is text': (path) => writeFile(path, 'Not a database, but somebody’s notes.\n'.repeat(100)),
    'is cut off': (path) => truncate(path, 5 * 1024),
    'has a page of noise': async (path) => {
      const bytes = await readFile(path)
      await writeFile(path, bytes.fill(0xa5, 3 * 1024, 6 * 1024))
    },
    'belongs to another program': async (path) => {
      await rm(path)
      using other = new DatabaseSync(path)
      other.exec('create table songs (title text)')
    },
  }
  for (const [what, damage] of Object.entries(damages)) {
    it(`because it ${what} is named and left as it is`, async () => {
      await using place = await makeFolder()
      {
        await using database = await openSqlite({ path: place.path, migrations: [first] })
        for (let batch = 0; batch < 200; batch++) await addNote(database, 'x'.repeat(100), batch)
      }
      await damage(place.path)
      const before = await readFile(place.path)
      await assert.rejects(
        openSqlite({ path: place.path, migrations: [first] }),
        hasCode('STORAGE_DAMAGED', place.path),
      )
      assert.ok(before.equals(await readFile(place.path)), 'the file has changed')
    })
  }

  it('because nobody may write to it is named', async () => {
    await using place = await makeFolder()
    await (await openSqlite({ path: place.path, migrations: [first] }))[Symbol.asyncDispose]()
    await chmod(place.path, 0o444)
    await chmod(place.folder, 0o555)
    // Modes do not bind root, so be someone else meanwhile.
    const isRoot = process.geteuid?.() === 0
    if (isRoot) process.seteuid?.(65534)
    try {
      await assert.rejects(
        openSqlite({ path: place.path, migrations: [first, second] }),
        hasCode('STORAGE_READ_ONLY', place.path),
      )
    } finally {
      if (isRoot) process.seteuid?.(0)
      await chmod(place.folder, 0o755)
    }
  })
})

describe('a full disk', () => {
  it('refuses what does not fit, keeps the rest, and goes on when there is room again', async () => {
    await using place = await makeFolder()
    await using database = await openSqlite({ path: place.path, migrations: [first], maxPages: 64 })
    const big = addNote(database, 'x'.repeat(100_000))
    const small = addNote(database, 'small')
    await assert.rejects(big, hasCode('STORAGE_FULL', place.path))
    await small
    await database.write((sql) => sql.run('delete from notes'))
    await addNote(database, 'after')
    assert.deepEqual(await listNotes(database), ['after'])
  })
})

describe('a writer killed in the middle', () => {
  const batchSize = 10

  /** Writes batches from four places at once and prints the number of each that was acknowledged. */
  const writer = `
    const { openSqlite } = await import(${JSON.stringify(import.meta.resolve('./sqlite.ts'))})
    const database = await openSqlite({ path: process.argv[1], migrations: [${JSON.stringify(first)}] })
    let batch = Number(process.argv[2])
    for (let place = 0; place < 4; place++) (async () => {
      for (;;) {
        const mine = batch++
        await database.write(async (sql) => {
          for (let i = 0; i < ${batchSize}; i++) await sql.run('insert into notes (batch, text) values (?, ?)', mine, 'x')
        })
        process.stdout.write(mine + '\\n')
      }
    })()`

  it('leaves every acknowledged batch, and no half of one', async () => {
    await using place = await makeFolder()
    const acknowledged = new Set<number>()
    for (let round = 0; round < 4; round++) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', writer, place.path, String(round * 1e6)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const enough = acknowledged.size + 20 + round * 37
      for await (const line of createInterface(child.stdout)) {
        acknowledged.add(Number(line))
        if (acknowledged.size === enough) child.kill('SIGKILL')
      }
    }
    await using database = await openSqlite({ path: place.path, migrations: [first] })
    const rows = await database.read((sql) => sql.all('select batch, count(*) as n from notes group by batch'))
    assert.ok(rows.every(({ n }) => n === batchSize))
    const stored = new Set(rows.map(({ batch }) => batch))
    assert.deepEqual(
      [...acknowledged].filter((batch) => !stored.has(batch)),
      [],
    )
    assert.ok(acknowledged.size >= 300, `only ${acknowledged.size} batches were acknowledged`)
  })
})
