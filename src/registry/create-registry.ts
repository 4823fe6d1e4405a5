import { createModelVersions } from './model-versions.ts'
import { createRegisteredModels } from './registered-models.ts'
import type { RegistryParts } from './registry-parts.ts'
import type { Registry } from './registry.ts'

/** Puts the feature together over a database that tracking's and `registryMigrations` have been applied to. */
export function createRegistry(parts: RegistryParts): Registry {
  return { models: createRegisteredModels(parts), versions: createModelVersions(parts) }
}
