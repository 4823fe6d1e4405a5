import { createHmac } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { signForAws, unsignedPayload } from '../../src/object-store/aws-signature.ts'
import { signForAzure } from '../../src/data/wire/azure-signature.ts'
import { findFreePorts } from './free-ports.ts'
import { type ChildServer, openChildServer } from './child-server.ts'

/** A place for objects on a port of 127.0.0.1. */
export interface StoreServer extends ChildServer {
  readonly port: number
}

const programs = join(import.meta.dirname, '../stores/.venv/bin')

/** Why there can be none of the servers of `test/stores`; false when there can. */
export const whyNoStores = !existsSync(join(programs, 'weed')) && '`npm test` installs test/stores'

/** The keys of the S3 server. */
export const s3Keys = { id: 'runwright', secret: 'runwright-secret', bucket: 'data' }

/** Of somebody who may read and no more. */
export const s3Reader = { id: 'reader', secret: 'reader-secret' }

/** The variables by which its keys and address are found. */
export function s3Environment({ port, folder }: Pick<StoreServer, 'port' | 'folder'>): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: s3Keys.id,
    AWS_SECRET_ACCESS_KEY: s3Keys.secret,
    AWS_REGION: 'us-east-1',
    HOME: folder,
  }
}

/** SeaweedFS: checks signatures, knows uploads in parts. */
export async function openS3Server(): Promise<StoreServer> {
  const [port = 0, master, volume, filer, ...grpc] = await findFreePorts(8)
  const config = {
    identities: [
      {
        name: 'runwright',
        credentials: [{ accessKey: s3Keys.id, secretKey: s3Keys.secret }],
        actions: ['Admin', 'Read', 'List', 'Tagging', 'Write'],
      },
      {
        name: 'reader',
        credentials: [{ accessKey: s3Reader.id, secretKey: s3Reader.secret }],
        actions: ['Read', 'List'],
      },
    ],
  }
  const server = await openChildServer({
    name: 's3',
    async words(folder) {
      await mkdir(join(folder, 'data'))
      await writeFile(join(folder, 's3.json'), JSON.stringify(config))
      return [
        join(programs, 'weed'),
        'server',
        '-ip=127.0.0.1',
        '-ip.bind=127.0.0.1',
        `-dir=${join(folder, 'data')}`,
        '-s3',
        `-s3.port=${port}`,
        `-s3.config=${join(folder, 's3.json')}`,
        `-s3.port.grpc=${grpc[0]}`,
        `-master.port=${master}`,
        `-volume.port=${volume}`,
        `-filer.port=${filer}`,
        `-master.port.grpc=${grpc[1]}`,
        `-volume.port.grpc=${grpc[2]}`,
        `-filer.port.grpc=${grpc[3]}`,
        '-master.volumeSizeLimitMB=256',
        '-volume.max=50',
        '-s3.port.iceberg=0',
        '-s3.port.lance=0',
      ]
    },
    // A volume to write to is there some seconds after the rest; an object without bytes needs none.
    isReady: async () =>
      (await putS3(port, s3Keys.bucket)) !== 500 && (await putS3(port, `${s3Keys.bucket}/ready`, 'ready')) === 200,
  })
  return { ...server, port }
}

/** @returns the status of the answer */
async function putS3(port: number, path: string, body = ''): Promise<number> {
  const url = new URL(`http://127.0.0.1:${port}/${path}`)
  const keys = { accessKeyId: s3Keys.id, secretAccessKey: s3Keys.secret }
  const scope = { region: 'us-east-1', service: 's3', now: new Date() }
  const { host: _, ...headers } = signForAws(
    { method: 'PUT', url, headers: {}, payloadHash: unsignedPayload },
    keys,
    scope,
  )
  const answer = await fetch(url, { method: 'PUT', headers, body })
  await answer.text()
  return answer.status
}

/** A user of the WebDAV server, and its password. */
export const davUser = { user: 'ada', password: 'lovelace' }

/** WsgiDAV on cheroot. */
export async function openWebdavServer(): Promise<StoreServer> {
  const [port = 0] = await findFreePorts(1)
  const server = await openChildServer({
    name: 'webdav',
    async words(folder) {
      await mkdir(join(folder, 'shared'))
      const config = {
        host: '127.0.0.1',
        port,
        provider_mapping: { '/': join(folder, 'shared') },
        simple_dc: { user_mapping: { '*': { [davUser.user]: { password: davUser.password } } } },
        http_authenticator: { accept_basic: true, accept_digest: false, default_to_digest: false },
        verbose: 1,
      }
      await writeFile(join(folder, 'wsgidav.json'), JSON.stringify(config))
      return [join(programs, 'wsgidav'), '--config', join(folder, 'wsgidav.json')]
    },
    isReady: async () => (await fetch(`http://127.0.0.1:${port}/`)).status === 401,
  })
  return { ...server, port }
}

const azurite = join(import.meta.dirname, '../stores/node_modules/azurite/dist/src/blob/main.js')

/** Why there can be no emulator of Azure; false when there can. */
export const whyNoAzure = !existsSync(azurite) && '`npm test` installs test/stores'

/** The account of the emulator, known to all. */
export const azureAccount = {
  name: 'devstoreaccount1',
  key: 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
  container: 'data',
}

export interface SasChoice {
  /** Letters for what it allows: read, add, create, write, delete, list. Default: all of them. */
  readonly permissions?: string
  /** Milliseconds from now after which it lets nobody in; default an hour. */
  readonly validMs?: number
  readonly key?: string
}

/**
 * A token that lets its bearer into the container of the emulator, by the key of the account.
 *
 * @see https://learn.microsoft.com/rest/api/storageservices/create-service-sas
 */
export function createSas({
  permissions = 'racwdl',
  validMs = 3_600_000,
  key = azureAccount.key,
}: SasChoice = {}): string {
  const { name, container } = azureAccount
  const expiry = new Date(Date.now() + validMs).toISOString().replace(/\.\d+Z$/, 'Z')
  const version = '2021-08-06'
  // Start, policy, address and protocol are left open, and so are snapshot, encryption and headers of the answer.
  const open = ['', '', '', '', '', '', '']
  const resource = `/blob/${name}/${container}`
  const text = [permissions, '', expiry, resource, '', '', '', version, 'c', ...open].join('\n')
  const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64')
  return new URLSearchParams({ sv: version, se: expiry, sr: 'c', sp: permissions, sig: signature }).toString()
}

/** Microsoft's Azurite: Blob storage. */
export async function openAzureServer(): Promise<StoreServer> {
  const [port = 0] = await findFreePorts(1)
  const server = await openChildServer({
    name: 'azure',
    words: (folder) => [
      process.execPath,
      azurite,
      '--blobHost',
      '127.0.0.1',
      '--blobPort',
      String(port),
      '--location',
      folder,
      '--disableTelemetry',
    ],
    isReady: async () => [201, 409].includes(await makeContainer(port)),
  })
  return { ...server, port }
}

/** @returns the status of the answer */
async function makeContainer(port: number): Promise<number> {
  const { name, key, container } = azureAccount
  const url = new URL(`http://127.0.0.1:${port}/${name}/${container}?restype=container`)
  const headers = { 'x-ms-date': new Date().toUTCString(), 'x-ms-version': '2021-08-06' }
  const authorization = signForAzure({ method: 'PUT', url, headers }, name, key)
  const answer = await fetch(url, { method: 'PUT', headers: { ...headers, authorization } })
  await answer.text()
  return answer.status
}

/** By itself it forgets the sixth that connects at a time, and waits before each body. */
const patientEmulator = `
import socketserver, sys
socketserver.TCPServer.request_queue_size = 128
socketserver.StreamRequestHandler.disable_nagle_algorithm = True
from gcp_storage_emulator.__main__ import main
sys.exit(main())`

/** An emulator of Google's Cloud Storage, which asks nobody for a key. */
export async function openGcsServer(): Promise<StoreServer> {
  const [port = 0] = await findFreePorts(1)
  const server = await openChildServer({
    name: 'gcs',
    words: () => [
      join(programs, 'python'),
      '-c',
      patientEmulator,
      'start',
      '--host=127.0.0.1',
      `--port=${port}`,
      '--in-memory',
      '--default-bucket=data',
    ],
    isReady: async () => (await fetch(`http://127.0.0.1:${port}/storage/v1/b/data`)).ok,
  })
  return { ...server, port }
}
