import * as requests from '../protocol/mlflow/registry-requests.ts'
import { toRegistryTag } from '../protocol/mlflow/key-values.ts'
import { writeModelVersion, writeRegisteredModel } from '../protocol/mlflow/registry-json.ts'
import { mlflowRoute, withUiAliases, writePage } from '../tracking/mlflow-route.ts'
import type { Artifacts } from '../tracking/artifacts.ts'
import type { RestRoute, StreamRoute } from '../tracking/route.ts'
import type { ModelVersions, RegisteredModels, Registry } from './registry.ts'

/** MLflow's model registry, REST 2.0, over the use-cases of the feature. */
export function createRegistryRoutes({ models, versions }: Registry): RestRoute[] {
  return withUiAliases([
    ...createModelRoutes(models),
    ...createAliasRoutes(models, versions),
    ...createVersionRoutes(versions),
  ])
}

/** A file of a model version, as MLflow's UI asks for it. */
export function createRegistryStreams({ versions }: Registry, artifacts: Artifacts): StreamRoute[] {
  return [
    {
      verb: 'GET',
      path: '/model-versions/get-artifact',
      takes: requests.modelVersionArtifact.shape,
      async run({ query, range }) {
        const { name, version, path } = requests.modelVersionArtifact.parseQuery(query)
        const { storageLocation } = await versions.get(name, version)
        return artifacts.openBelow(storageLocation, path, range)
      },
    },
  ]
}

function createModelRoutes(models: RegisteredModels): RestRoute[] {
  const root = 'registered-models'
  const latest = (verb: 'GET' | 'POST') =>
    mlflowRoute(verb, `${root}/get-latest-versions`, requests.latestVersions, async ({ name, stages }) => {
      const { latestVersions } = await models.get(name)
      const asked = latestVersions.filter(({ stage }) => stages.length === 0 || stages.some((one) => one === stage))
      return writePage('model_versions', asked.map(writeModelVersion), undefined)
    })
  return [
    mlflowRoute('POST', `${root}/create`, requests.createRegisteredModel, async (model) => ({
      registered_model: writeRegisteredModel(await models.create(model)),
    })),
    mlflowRoute('GET', `${root}/get`, requests.oneRegisteredModel, async ({ name }) => ({
      registered_model: writeRegisteredModel(await models.get(name)),
    })),
    mlflowRoute('GET', `${root}/search`, requests.searchRegisteredModels, async ({ maxResults, ...query }) => {
      const { items, nextPageToken } = await models.search({ ...query, limit: maxResults })
      return writePage('registered_models', items.map(writeRegisteredModel), nextPageToken)
    }),
    mlflowRoute('PATCH', `${root}/update`, requests.updateRegisteredModel, async ({ name, description = '' }) => ({
      registered_model: writeRegisteredModel(await models.setDescription(name, description)),
    })),
    mlflowRoute('POST', `${root}/rename`, requests.renameRegisteredModel, async ({ name, newName }) => ({
      registered_model: writeRegisteredModel(await models.rename(name, newName)),
    })),
    mlflowRoute('DELETE', `${root}/delete`, requests.oneRegisteredModel, ({ name }) => models.delete(name)),
    latest('GET'),
    latest('POST'),
    mlflowRoute('POST', `${root}/set-tag`, requests.setRegisteredModelTag, ({ name, ...tag }) =>
      models.setTag(name, toRegistryTag(tag)),
    ),
    mlflowRoute('DELETE', `${root}/delete-tag`, requests.deleteRegisteredModelTag, ({ name, key }) =>
      models.deleteTag(name, key),
    ),
  ]
}

function createAliasRoutes(models: RegisteredModels, versions: ModelVersions): RestRoute[] {
  const path = 'registered-models/alias'
  return [
    mlflowRoute('POST', path, requests.setAlias, ({ name, alias, version }) => models.setAlias(name, alias, version)),
    mlflowRoute('GET', path, requests.oneAlias, async ({ name, alias }) => ({
      model_version: writeModelVersion(await versions.getByAlias(name, alias)),
    })),
    mlflowRoute('DELETE', path, requests.oneAlias, ({ name, alias }) => models.deleteAlias(name, alias)),
  ]
}

function createVersionRoutes(versions: ModelVersions): RestRoute[] {
  const root = 'model-versions'
  return [
    mlflowRoute('POST', `${root}/create`, requests.createModelVersion, async (version) => ({
      model_version: writeModelVersion(await versions.create(version)),
    })),
    mlflowRoute('GET', `${root}/get`, requests.oneModelVersion, async ({ name, version }) => ({
      model_version: writeModelVersion(await versions.get(name, version)),
    })),
    mlflowRoute('GET', `${root}/get-download-uri`, requests.oneModelVersion, async ({ name, version }) => ({
      artifact_uri: (await versions.get(name, version)).storageLocation,
    })),
    mlflowRoute('GET', `${root}/search`, requests.searchModelVersions, async ({ maxResults, ...query }) => {
      const { items, nextPageToken } = await versions.search({ ...query, limit: maxResults })
      return writePage('model_versions', items.map(writeModelVersion), nextPageToken)
    }),
    mlflowRoute('PATCH', `${root}/update`, requests.updateModelVersion, async ({ name, version, description }) => ({
      model_version: writeModelVersion(await versions.setDescription(name, version, description)),
    })),
    mlflowRoute('POST', `${root}/transition-stage`, requests.transitionStage, async (asked) => ({
      model_version: writeModelVersion(
        await versions.setStage(asked.name, asked.version, {
          stage: asked.stage,
          archiveOthers: asked.archiveExistingVersions,
        }),
      ),
    })),
    mlflowRoute('DELETE', `${root}/delete`, requests.oneModelVersion, ({ name, version }) =>
      versions.delete(name, version),
    ),
    mlflowRoute('POST', `${root}/set-tag`, requests.setModelVersionTag, ({ name, version, ...tag }) =>
      versions.setTag(name, version, toRegistryTag(tag)),
    ),
    mlflowRoute('DELETE', `${root}/delete-tag`, requests.deleteModelVersionTag, ({ name, version, key }) =>
      versions.deleteTag(name, version, key),
    ),
  ]
}
