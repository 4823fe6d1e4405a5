import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe } from 'node:test'
import { createFolderArtifactStore } from '../../src/tracking/folder-artifact-store.ts'
import { openS3ArtifactStore } from '../../src/tracking/s3-artifact-store.ts'
import { openS3Server, s3Environment, s3Keys, type StoreServer, whyNoStores } from '../servers/object-stores.ts'
import { describeArtifactStore } from './artifact-store.ts'

describe('artifacts in a folder', () => {
  describeArtifactStore(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'runwright-artifacts-'))
    return {
      open: () => Promise.resolve(createFolderArtifactStore(join(folder, 'artifacts'))),
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
    }
  })
})

describe('artifacts in a bucket', { skip: whyNoStores }, () => {
  let server: StoreServer
  let count = 0
  before(async () => {
    server = await openS3Server()
  })
  after(() => server?.[Symbol.asyncDispose]())

  describeArtifactStore(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'runwright-growing-'))
    const url = `s3://${s3Keys.bucket}/team ${(count += 1)}/runs`
    return {
      open: () => openS3ArtifactStore({ url, growingFolder: join(folder, 'growing'), env: s3Environment(server) }),
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
    }
  })
})
