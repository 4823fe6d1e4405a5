import { join } from 'node:path'
import { bypassProxy } from '../base/bypass-proxy.ts'
import { finishRestore } from '../care/finish-restore.ts'
import { type CodeSource, noCode } from '../compute/code-source.ts'
import { createCompute } from '../compute/create-compute.ts'
import { fixedPlaces, type Places } from '../compute/place.ts'
import { type KernelsOptions, openKernels } from '../kernels/kernels.ts'
import { createLineage } from '../lineage/create-lineage.ts'
import { dataFiles } from '../protocol/data-folder.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { ChangeEvent } from '../protocol/events.ts'
import { createRegistry } from '../registry/create-registry.ts'
import type { Database } from '../store/database.ts'
import { writeArtifactPlace } from '../tracking/artifact-place.ts'
import { createArtifacts } from '../tracking/artifacts.ts'
import { createFolderArtifactStore } from '../tracking/folder-artifact-store.ts'
import { createTracking } from '../tracking/create-tracking.ts'
import { createMultipartUploads } from '../tracking/multipart-uploads.ts'
import type { S3ArtifactStore } from '../tracking/s3-artifact-store.ts'
import type { Tracking } from '../tracking/tracking.ts'
import { createWebhooks } from '../webhooks/create-webhooks.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import { prepareDataFolder } from './data-folder.ts'
import { createEventHub } from './events.ts'
import { createEventRelay } from './event-relay.ts'
import { createGuard } from './guard.ts'
import { openHttpServer } from './http-server.ts'
import { openLock } from '../store/lock.ts'
import type { Log } from './log.ts'
import { createMethods } from './methods.ts'
import { openFileStore } from './open-file-store.ts'
import { createRouter } from './router.ts'
import { createRunNotebooks } from './run-notebooks.ts'
import { createRoutes } from './routes.ts'
import { createWebhookKey } from './webhook-key.ts'
import { strictWebhooks, type WebhookSettings } from './webhook-settings.ts'
import { createWebhookTransport } from './webhook-transport.ts'

/** A running engine. Disposing it answers what is in flight, closes the store and gives up the data folder. */
export interface Engine extends AsyncDisposable {
  readonly port: number
  /** Where plain MLflow clients point `MLFLOW_TRACKING_URI`. */
  readonly trackingUri: string
  /** Where the store is: a path, or an address without the password. */
  readonly store: string
  /** Open event streams. */
  subscriberCount(): number
  /** Runs in SCHEDULED or RUNNING. */
  countActiveRuns(): Promise<number>
  /** Jobs that have not ended: an engine with such is needed. */
  countLiveJobs(): number
}

export interface EngineOptions {
  /**
   * Absolute path of the folder for store, artifacts and logs; made when missing. One engine at a time has it, unless its
   * store is elsewhere.
   */
  readonly dataFolder: string
  /** Opens the store where several engines may share it and the data folder. Default: a file in the data folder. */
  openSharedStore?(dataFolder: string): Promise<Database>
  /** What `engine/status` names as the workspace. Default: the data folder. */
  readonly workspace?: string
  /** The address to listen on, for example `127.0.0.1`. */
  readonly host: string
  /** Names other than `host` and loopback that clients reach it by, for example `runs.example.org`. */
  readonly hostNames?: readonly string[]
  /** 0 chooses a free one. */
  readonly port: number
  /** What keeps artifacts, noted in the data folder. Default: the folder `artifacts` there. */
  readonly bucket?: S3ArtifactStore | undefined
  /** Undefined lets everybody in who reaches the port. */
  readonly token: string | undefined
  readonly version: string
  /**
   * Opens the targets of jobs; the engine disposes them. Default: none, so that no job can be launched.
   *
   * @param trackingUri where this engine will listen; not to be asked before something is asked of a target
   */
  openPlaces?(trackingUri: () => string): Promise<Places>
  /** What jobs are launched with. Default: nothing. */
  readonly code?: CodeSource
  /** What kernels are found by and kept with. Default: nothing, so that none can be started. */
  readonly kernels?: Pick<KernelsOptions, 'relay' | 'home' | 'env' | 'magicsEnv'>
  /** Default: to the internet alone. */
  readonly webhooks?: WebhookSettings
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number
  randomBytes(sizeBytes: number): Uint8Array
  readonly log: Log
  /** Called when a client asked for the stop; the owner disposes the engine. */
  onStop(): void
  /** Called at each request that the guard let through. */
  onRequest?(): void
}

/**
 * Takes the data folder, opens the store and listens.
 *
 * @throws RESOURCE_CONFLICT when another engine has the data folder; STORAGE_… when the store cannot be opened;
 *   INVALID_PARAMETER_VALUE when the port is taken or the address is none of this machine
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { dataFolder } = options
  await prepareDataFolder(dataFolder)
  if (options.openSharedStore !== undefined) return openLockedEngine(options)
  using taken = new DisposableStack()
  const lock = openLock(join(dataFolder, dataFiles.lock))
  if (lock === undefined) {
    throw new RunwrightError('RESOURCE_CONFLICT', `Another engine has ${dataFolder}.`, {
      hint: 'Use that one, or stop it with "runwright engine stop".',
    })
  }
  taken.use(lock)
  const engine = await openLockedEngine(options)
  const held = taken.move()
  return {
    ...engine,
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]()
      held.dispose()
    },
  }
}

/** The composition of all features, and the only place that knows them all. The caller holds the folder's lock, where there is one. */
export async function openLockedEngine(options: EngineOptions): Promise<Engine> {
  const { dataFolder, host, version, token, now, randomBytes, log } = options
  await using opened = new AsyncDisposableStack()
  const startedAt = now()
  const keptFolder = await finishRestore(dataFolder)
  if (keptFolder !== undefined) log('info', `a restore is complete; what was there before is in ${keptFolder}`)
  const database = opened.use(await (options.openSharedStore ?? openFileStore)(dataFolder))
  const events = createEventHub({ instance: Buffer.from(randomBytes(8)).toString('hex') })
  const publish = (event: ChangeEvent) => events.publish(event)
  const relay = database.channel && opened.use(createEventRelay(database.channel, publish))
  const changed = (event: ChangeEvent) => {
    events.publish(event)
    relay?.tell(event)
    if (event.kind === 'stop-requested') compute.stopRun(event.runId)
    if (event.kind === 'registered-model') webhooks.wake()
  }
  if (options.bucket !== undefined) await writeArtifactPlace(dataFolder, options.bucket.url)
  const artifactStore = options.bucket ?? createFolderArtifactStore(join(dataFolder, dataFiles.artifacts))
  const artifacts = createArtifacts({ store: artifactStore, changed })
  const uploads = createMultipartUploads({ folder: join(dataFolder, dataFiles.uploads), artifacts, now, randomBytes })
  const tracking = createTracking({ database, changed, now, randomBytes })
  const webhooks = opened.use(openWebhooks({ ...options, database }))
  const registry = createRegistry({ database, changed, now, note: (sql, event) => webhooks.note(sql, event) })
  const workspace = options.workspace ?? dataFolder
  const places = (await options.openPlaces?.(() => http.uri)) ?? fixedPlaces({})
  opened.defer(async () => {
    await Promise.all([...places.byName.values()].map(({ target }) => target[Symbol.asyncDispose]()))
  })
  const server = () => ({ uri: http.uri, token })
  const compute = createCompute({
    database,
    tracking,
    artifacts,
    places,
    workspace,
    code: options.code ?? noCode,
    server,
    areJobsElsewhere: database.channel !== undefined,
    changed,
    now,
    randomBytes,
    log,
  })
  opened.use(compute)
  const kernels = opened.use(
    await openKernels({
      folder: join(dataFolder, dataFiles.kernels),
      workspace,
      ...(options.kernels ?? { relay: undefined, home: dataFolder, env: {} }),
      trackingEnv: () => ({
        // Behind a proxy, clients would ask it for the engine on this machine.
        ...bypassProxy(options.kernels?.env ?? {}, new URL(http.uri).hostname),
        ...trackingEnvironment(server()),
      }),
      now,
      changed: (kernelId) => changed({ kind: 'kernel-changed', kernelId }),
      onError: (error) => log('error', 'a kernel', error),
    }),
  )
  const runNotebooks = opened.use(createRunNotebooks({ kernels, tracking, artifacts, workspace, log }))

  const methods = createMethods({
    tracking,
    artifacts,
    artifactStore,
    registry,
    compute,
    kernels,
    runNotebooks,
    lineage: createLineage({ database, workspace }),
    parts: { database, changed, now, randomBytes },
    facts: {
      version,
      startedAt,
      workspace,
      storePath: database.name,
      trackingUri: () => http.uri,
      storeSizeBytes: () => database.sizeBytes(),
      subscriberCount: () => events.readerCount,
      countActiveRuns: () => tracking.runs.countActive(),
      stop: () => options.onStop(),
    },
  })
  const { routes, contentTypes } = createRoutes({
    tracking,
    artifacts,
    uploads,
    registry,
    webhooks,
    methods,
    events,
    token,
    version,
  })
  const http = await openHttpServer({
    host,
    port: options.port,
    guard: createGuard({
      hostNames: [host, ...(options.hostNames ?? [])].map((name) => name.toLowerCase()),
      acceptsAddresses: host === '0.0.0.0' || host === '::',
      token,
      contentTypes,
    }),
    router: createRouter(routes),
    log,
    onRequest: () => options.onRequest?.(),
  })
  opened.use(http)
  opened.use(startSealing(tracking.comparison, log))
  if (options.bucket !== undefined) opened.use(startTidying(options.bucket, now() - staleMs, log))
  // Taken down before the server, which could not end while they are read.
  opened.defer(() => events[Symbol.dispose]())
  log('info', `engine ${version} listens at ${http.uri}, process ${process.pid}`)
  await compute.start()

  const closing = opened.move()
  return {
    port: http.port,
    trackingUri: http.uri,
    store: database.name,
    subscriberCount: () => events.readerCount,
    countActiveRuns: () => tracking.runs.countActive(),
    countLiveJobs: () => compute.liveCount,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

function openWebhooks({
  database,
  dataFolder,
  webhooks: settings = strictWebhooks,
  now,
  randomBytes,
  log,
}: EngineOptions & { database: Database }): Webhooks {
  const transport = createWebhookTransport(settings, now)
  const key = createWebhookKey(join(dataFolder, dataFiles.webhookKey), settings.secretKey, randomBytes)
  const webhooks = createWebhooks({ database, transport, key, now, randomBytes, log })
  return {
    ...webhooks,
    async [Symbol.asyncDispose]() {
      await webhooks[Symbol.asyncDispose]()
      transport[Symbol.dispose]()
    },
  }
}

/** By which an MLflow client finds this engine. */
function trackingEnvironment({ uri, token }: { uri: string; token: string | undefined }): Record<string, string> {
  return { MLFLOW_TRACKING_URI: uri, ...(token === undefined ? {} : { MLFLOW_TRACKING_TOKEN: token }) }
}

/** What has not moved for so long does not move any more. */
const staleMs = 24 * 60 * 60 * 1000

/** What a killed server has left in the bucket goes, and logs whose run has ended with it go there. */
function startTidying(bucket: S3ArtifactStore, before: number, log: Log): AsyncDisposable {
  const stopping = new AbortController()
  const done = bucket
    .tidy(before, stopping.signal)
    .catch((error: unknown) =>
      log('error', `${bucket.label} could not be tidied up; the next start tries again`, error),
    )
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await done
    },
  }
}

/** A store that knew no chunks yet is brought up to date while the engine is in use; what is left waits for the next. */
function startSealing(comparison: Tracking['comparison'], log: Log): AsyncDisposable {
  const stopping = new AbortController()
  let told = 0
  const done = comparison
    .seal(stopping.signal, (seriesLeft) => {
      if (told > 0 && seriesLeft > told / 2) return
      told = seriesLeft
      log('info', `moves the points of ${seriesLeft} long series into chunks`)
    })
    .catch((error: unknown) => log('error', 'points could not be moved into chunks; they are read as they are', error))
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await done
    },
  }
}
