import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'node:test'
import { openSqlite } from '../../src/store/sqlite.ts'
import { describeStore } from './store.ts'

describe('a store in a file of SQLite', () => {
  describeStore(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'runwright-store-'))
    return {
      open: (migrations) => openSqlite({ path: join(folder, 'store.db'), migrations }),
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
    }
  })
})
