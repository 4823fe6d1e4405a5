import { once } from 'node:events'
import path from 'node:path'
import { defineCliCommand, usageError } from '../command.ts'
import { sharedStoreOf } from '../data-option.ts'
import { loadServerToken } from '../server-token.ts'
import { toJson } from '../text.ts'

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '::1'])

export default defineCliCommand({
  name: 'server',
  summary:
    'Serves a data folder as a plain tracking server, for MLflow clients and for "Runwright: Open MLflow Server".',
  details: `With --store, several servers may share one database; then they share the folder of --data too, by a network file
system where they are on several machines. The password comes from PGPASSWORD or ~/.pgpass; in the address, other users of the
machine can see it. sslmode in the address says how TLS is used: prefer (default), disable, allow, require, verify-ca, verify-full.
With --artifacts, artifacts are in a bucket of an S3-compatible store, which is found by AWS_ENDPOINT_URL and AWS_REGION, and its
keys by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or the profile that AWS_PROFILE names. The data folder notes the bucket, so
that it is named once.`,
  example: 'runwright server --host 127.0.0.1 --port 5000 --data ~/runs',
  options: {
    host: { type: 'string', value: 'ADDRESS', summary: 'The address to listen on. Default: 127.0.0.1' },
    port: { type: 'string', value: 'PORT', summary: '0 chooses a free one. Default: 5000' },
    data: { type: 'string', value: 'DIR', summary: 'Where store and artifacts are kept. Required' },
    store: {
      type: 'string',
      value: 'URL',
      summary: 'A PostgreSQL database for all but the artifacts, as postgres://USER@HOST/DATABASE',
    },
    artifacts: {
      type: 'string',
      value: 'URL',
      summary: 'A bucket for the artifacts, as s3://BUCKET/PREFIX. Default: as before, at first the data folder',
    },
    'host-name': { type: 'string', value: 'NAME', multiple: true, summary: 'A name that clients reach it by' },
    'no-token': { type: 'boolean', summary: 'Let everybody in; on a loopback address only' },
  },
  async run(context, { options, json }) {
    const { host = '127.0.0.1' } = options
    const port = Number(options.port ?? 5000)
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw usageError('server', `--port ${options.port} is not a whole number from 0 to 65535.`)
    }
    if (options.data === undefined) throw usageError('server', '--data DIR is missing.')
    if (options['no-token'] && !loopback.has(host)) {
      throw usageError('server', `--no-token would let everybody in who reaches ${host}.`)
    }
    const dataFolder = path.resolve(context.cwd, options.data)
    const secret = options['no-token'] ? undefined : await loadServerToken(dataFolder, context.randomBytes)

    // Only this command hosts an engine; all others start sooner without one.
    const { openEngine } = await import('../../engine/engine.ts')
    const { createStreamLog } = await import('../../engine/log.ts')
    const { openServerBucket } = await import('../../engine/open-artifact-store.ts')
    const { prepareDataFolder } = await import('../../engine/data-folder.ts')
    const { parseWebhookSettings } = await import('../../engine/webhook-settings.ts')
    const { keepHeapSmall } = await import('../../engine/heap.ts')
    keepHeapSmall()
    const stopped = new AbortController()
    await prepareDataFolder(dataFolder)
    const { env, signal } = context
    const bucket = await openServerBucket({ dataFolder, named: options.artifacts, env, signal })
    await using engine = await openEngine({
      dataFolder,
      ...(options.store === undefined ? {} : { openSharedStore: await sharedStoreOf(options.store) }),
      host,
      port,
      hostNames: options['host-name'],
      token: secret?.token,
      bucket,
      version: context.version,
      webhooks: parseWebhookSettings(context.env),
      now: context.now,
      randomBytes: context.randomBytes,
      log: createStreamLog(context.stderr, context.now),
      onStop: () => stopped.abort(),
    })
    const { trackingUri, port: chosen, store } = engine
    const tokenFile = secret?.file ?? null
    const artifacts = bucket?.label ?? null
    if (json) context.stdout.write(toJson({ trackingUri, port: chosen, dataFolder, store, tokenFile, artifacts }))
    else {
      const served = options.store === undefined ? dataFolder : store
      context.stdout.write(describeServer(trackingUri, served, artifacts, secret?.file))
    }
    const end = AbortSignal.any([context.signal, stopped.signal])
    if (!end.aborted) await once(end, 'abort')
  },
  ownsSignals: true,
})

function describeServer(
  trackingUri: string,
  store: string,
  bucket: string | null,
  tokenFile: string | undefined,
): string {
  return [
    `Runwright serves ${store} at ${trackingUri}`,
    ...(bucket === null ? [] : [`Artifacts are in ${bucket}`]),
    '',
    'Point MLflow clients at it:',
    `  export MLFLOW_TRACKING_URI=${trackingUri}`,
    ...(tokenFile === undefined ? [] : [`  export MLFLOW_TRACKING_TOKEN="$(cat '${tokenFile}')"`]),
    '',
    'Ctrl-C ends it.',
    '',
  ].join('\n')
}
