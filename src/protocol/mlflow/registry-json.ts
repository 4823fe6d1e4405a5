import type { ModelVersion, RegisteredModel } from '../registered-models.ts'

export function writeModelVersion(version: ModelVersion): object {
  return {
    name: version.name,
    version: String(version.version),
    creation_timestamp: version.creationTime,
    last_updated_timestamp: version.lastUpdateTime,
    ...(version.description === undefined ? {} : { description: version.description }),
    current_stage: version.stage,
    source: version.source,
    run_id: version.runId,
    run_link: version.runLink,
    status: 'READY',
    ...(version.tags.length === 0 ? {} : { tags: version.tags }),
    ...(version.aliases.length === 0 ? {} : { aliases: version.aliases }),
  }
}

export function writeRegisteredModel(model: RegisteredModel): object {
  const aliases = model.aliases.map(({ alias, version }) => ({ alias, version: String(version) }))
  const latest = model.latestVersions.map(writeModelVersion)
  return {
    name: model.name,
    creation_timestamp: model.creationTime,
    last_updated_timestamp: model.lastUpdateTime,
    ...(model.description === '' ? {} : { description: model.description }),
    ...(latest.length === 0 ? {} : { latest_versions: latest }),
    ...(model.tags.length === 0 ? {} : { tags: model.tags }),
    ...(aliases.length === 0 ? {} : { aliases }),
  }
}
