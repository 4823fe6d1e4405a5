import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { openRemote } from '../../src/data/open-remote.ts'
import {
  azureAccount,
  davUser,
  openAzureServer,
  openGcsServer,
  openS3Server,
  openWebdavServer,
  s3Keys,
  whyNoAzure,
  whyNoStores,
} from '../servers/object-stores.ts'
import { openSshd, whyNoSshd } from '../servers/sshd.ts'
import { dataRemoteContract, silenceSeconds } from './data-remote.ts'

const open = (
  url: string,
  options: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
) => openRemote({ url, options: new Map(Object.entries(options)), folder: tmpdir(), env })
const seconds = String(silenceSeconds)

dataRemoteContract(
  'folder',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rw-remote-folder-'))
    return {
      port: undefined,
      open: () => open(join(folder, 'remote')),
      listFiles: () => readdir(folder, { recursive: true }),
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
    }
  },
  false,
)

/** Of a user who has no key of their own and knows the server by its key, whatever port leads to it. */
async function writeSshConfig(folder: string): Promise<string> {
  const path = join(folder, 'user_config')
  await writeFile(join(folder, 'any_hosts'), `target ${await readFile(join(folder, 'host.pub'), 'utf8')}`)
  const lines = [`UserKnownHostsFile ${folder}/any_hosts`, 'GlobalKnownHostsFile /dev/null', 'HostKeyAlias target']
  await writeFile(path, ['Host *', ...lines, 'IdentitiesOnly yes', ''].join('\n'))
  return path
}

dataRemoteContract(
  'ssh',
  async () => {
    const server = await openSshd()
    const own = Number(await readFile(join(server.folder, 'port'), 'utf8'))
    const config = await writeSshConfig(server.folder)
    const at = (port: number, key: string) =>
      open(
        `ssh://${userInfo().username}@127.0.0.1:${port}${server.home}/remote`,
        { keyfile: join(server.folder, key), timeout: seconds },
        { PATH: process.env['PATH'] ?? '', RUNWRIGHT_SSH_CONFIG: config },
      )
    return {
      port: own,
      open: (port = own) => at(port, 'client'),
      openAsStranger: () => at(own, 'stranger'),
      listFiles: () => readdir(server.home, { recursive: true }),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    }
  },
  whyNoSshd,
)

dataRemoteContract(
  's3',
  async () => {
    const server = await openS3Server()
    const at = (port: number, secret: string) =>
      open(
        `s3://${s3Keys.bucket}/some folder/remote`,
        { endpointurl: `http://127.0.0.1:${port}`, read_timeout: seconds },
        { AWS_ACCESS_KEY_ID: s3Keys.id, AWS_SECRET_ACCESS_KEY: secret, HOME: server.folder },
      )
    return {
      port: server.port,
      open: (port = server.port) => at(port, s3Keys.secret),
      openAsStranger: () => at(server.port, 'another'),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    }
  },
  whyNoStores,
)

dataRemoteContract(
  'webdav',
  async () => {
    const server = await openWebdavServer()
    const at = (port: number, password: string) =>
      open(`webdav://127.0.0.1:${port}/remote`, { user: davUser.user, password, timeout: seconds })
    return {
      port: server.port,
      open: (port = server.port) => at(port, davUser.password),
      openAsStranger: () => at(server.port, 'another'),
      listFiles: () => readdir(join(server.folder, 'shared'), { recursive: true }),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    }
  },
  whyNoStores,
)

dataRemoteContract(
  'azure',
  async () => {
    const server = await openAzureServer()
    const { name, key, container } = azureAccount
    const at = (port: number, account_key: string) =>
      open(
        `azure://${container}/some folder/remote`,
        { account_name: name, account_key, read_timeout: seconds },
        { AZURE_STORAGE_CONNECTION_STRING: `BlobEndpoint=http://127.0.0.1:${port}/${name}` },
      )
    return {
      port: server.port,
      open: (port = server.port) => at(port, key),
      openAsStranger: () => at(server.port, Buffer.from('another').toString('base64')),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    }
  },
  whyNoAzure,
)

dataRemoteContract(
  'folder of chunks',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rw-remote-chunked-'))
    return {
      port: undefined,
      open: () => open(`${join(folder, 'remote')}#chunked`),
      listFiles: () => readdir(folder, { recursive: true }),
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
    }
  },
  false,
)

dataRemoteContract(
  'gs',
  async () => {
    const server = await openGcsServer()
    return {
      // With each object it looks through all that it has.
      smallCount: 300,
      port: server.port,
      open: (port = server.port) =>
        open(
          'gs://data/some folder/remote',
          { timeout: seconds },
          { STORAGE_EMULATOR_HOST: `http://127.0.0.1:${port}` },
        ),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    }
  },
  whyNoStores,
)
