import type { ModelStage, ModelVersion, NewModelVersion, RegisteredModel } from '../protocol/registered-models.ts'
import type { Tag } from '../protocol/runs.ts'
import type { Page, SearchQuery } from '../tracking/tracking.ts'

/** Models under names, with MLflow's rules: a name is unique, and deleting takes its versions along. */
export interface RegisteredModels {
  /** @throws RESOURCE_ALREADY_EXISTS */
  create(model: { name: string; description?: string; tags?: readonly Tag[] }): Promise<RegisteredModel>
  /** @throws RESOURCE_DOES_NOT_EXIST */
  get(name: string): Promise<RegisteredModel>
  search(query: SearchQuery): Promise<Page<RegisteredModel>>
  setDescription(name: string, description: string): Promise<RegisteredModel>
  /** @throws RESOURCE_ALREADY_EXISTS, RESOURCE_DOES_NOT_EXIST */
  rename(name: string, newName: string): Promise<RegisteredModel>
  delete(name: string): Promise<void>
  setTag(name: string, tag: Tag): Promise<void>
  /** A tag that is not there is none to complain about, as MLflow has it. */
  deleteTag(name: string, key: string): Promise<void>
  /** Moves the alias when it stands elsewhere. @throws RESOURCE_DOES_NOT_EXIST */
  setAlias(name: string, alias: string, version: number): Promise<void>
  deleteAlias(name: string, alias: string): Promise<void>
}

export interface ModelVersions {
  /**
   * Numbers the version one above the highest there ever was.
   *
   * @throws RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE for a source that is not in this store
   */
  create(version: NewModelVersion): Promise<ModelVersion>
  /** The same under a name that may be new, with an alias to set or move: all of it or nothing. */
  register(version: NewModelVersion, alias: string | undefined): Promise<ModelVersion>
  /** Of one registered model, the highest first. @throws RESOURCE_DOES_NOT_EXIST */
  list(name: string): Promise<readonly ModelVersion[]>
  /** @throws RESOURCE_DOES_NOT_EXIST, for a deleted version too */
  get(name: string, version: number): Promise<ModelVersion>
  /** `latest` names the highest version. @throws RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE */
  getByAlias(name: string, alias: string): Promise<ModelVersion>
  search(query: SearchQuery): Promise<Page<ModelVersion>>
  setDescription(name: string, version: number, description: string | undefined): Promise<ModelVersion>
  /**
   * Moves a version to a stage.
   *
   * @param archiveOthers moves all versions that are in that stage to `Archived`
   * @throws INVALID_PARAMETER_VALUE when others shall be archived from `None` or `Archived`
   */
  setStage(name: string, version: number, move: { stage: ModelStage; archiveOthers: boolean }): Promise<ModelVersion>
  /** Takes its aliases away; the number is not given again. */
  delete(name: string, version: number): Promise<void>
  setTag(name: string, version: number, tag: Tag): Promise<void>
  deleteTag(name: string, version: number, key: string): Promise<void>
}

/** The front of the feature; every way in (typed methods, MLflow REST) goes through it. */
export interface Registry {
  readonly models: RegisteredModels
  readonly versions: ModelVersions
}
