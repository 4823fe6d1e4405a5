import { bytes, flag, message, text, texts, uint } from './protobuf.ts'

/** A feature view of Feast over a Parquet file. */
export interface FeatureView {
  readonly name: string
  readonly description: string | undefined
  readonly owner: string | undefined
  readonly tags: Readonly<Record<string, string>>
  /** Columns with their types, as `ValueType.Enum`. */
  readonly keys: readonly TypedField[]
  readonly features: readonly TypedField[]
  readonly timestamp: string
  readonly createdTimestamp: string | undefined
  /** 0 where features hold until the next row. */
  readonly ttlSeconds: number
  /** From the folder of feature_store.yaml. */
  readonly path: string
  /** Milliseconds since 1970-01-01 UTC. */
  readonly createdTime: number
}

export interface TypedField {
  readonly name: string
  readonly valueType: number
}

const batchFile = 1
const fileSource = 'feast.infra.offline_stores.file_source.FileSource'

/**
 * The registry of a project, as Feast keeps it in a file: the message `feast.core.Registry`. The numbers of its fields are
 * those of Feast 0.67, which earlier ones read too.
 *
 * @param entities a key each; views name them
 * @param versionId says which registry it is
 * @see https://github.com/feast-dev/feast/blob/master/protos/feast/core/Registry.proto
 */
export function writeRegistry(
  project: string,
  views: readonly FeatureView[],
  entities: readonly TypedField[],
  versionId: string,
): Uint8Array {
  const time = Math.max(0, ...views.map(({ createdTime }) => createdTime))
  return message(
    ...entities.map((entity) => bytes(1, writeEntity(project, entity, time))),
    text(3, '1'),
    text(4, versionId),
    bytes(5, timestamp(time)),
    ...views.map((view) =>
      bytes(6, message(bytes(1, writeViewSpec(project, view)), bytes(2, writeMeta(view.createdTime)))),
    ),
    ...views.map((view) => bytes(12, writeSource(view, project))),
    bytes(15, message(text(1, project), text(2, versionId))),
    bytes(17, message(bytes(1, text(1, project)), bytes(2, writeMeta(time)))),
  )
}

function writeEntity(project: string, { name, valueType }: TypedField, time: number): Uint8Array {
  const spec = message(text(1, name), uint(2, valueType), text(4, name), text(9, project))
  return message(bytes(1, spec), bytes(2, writeMeta(time)))
}

/** `feast.core.FeatureViewSpec` */
function writeViewSpec(project: string, view: FeatureView): Uint8Array {
  return message(
    text(1, view.name),
    text(2, project),
    ...view.keys.map(({ name }) => text(3, name)),
    ...view.features.map((field) => bytes(4, writeField(field))),
    texts(5, view.tags),
    bytes(6, uint(1, view.ttlSeconds)),
    bytes(7, writeSource(view, undefined)),
    flag(8, true),
    text(10, view.description),
    text(11, view.owner),
    ...view.keys.map((key) => bytes(12, writeField(key))),
    text(18, 'latest'),
  )
}

/** `feast.core.FeatureSpecV2` */
function writeField({ name, valueType }: TypedField): Uint8Array {
  return message(text(1, name), uint(2, valueType))
}

/** `feast.core.DataSource` */
function writeSource(view: FeatureView, project: string | undefined): Uint8Array {
  return message(
    uint(1, batchFile),
    text(3, view.timestamp),
    text(5, view.createdTimestamp),
    bytes(11, text(2, view.path)),
    text(17, fileSource),
    text(20, `${view.name}_source`),
    text(21, project),
    text(23, view.description),
    text(25, view.owner),
  )
}

/** Created and last changed at one time. */
function writeMeta(time: number): Uint8Array {
  return message(bytes(1, timestamp(time)), bytes(2, timestamp(time)))
}

/** `google.protobuf.Timestamp` */
function timestamp(time: number): Uint8Array {
  return message(uint(1, Math.floor(time / 1000)), uint(2, Math.floor(time % 1000) * 1_000_000))
}
