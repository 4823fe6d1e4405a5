import { createCareMethods } from '../care/methods.ts'
import type { Compute } from '../compute/compute.ts'
import { createComputeMethods } from '../compute/methods.ts'
import type { Kernels } from '../kernels/kernels.ts'
import { createKernelMethods } from '../kernels/methods.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { createLineageMethods } from '../lineage/methods.ts'
import type { MethodName } from '../protocol/methods.ts'
import { createModelImportMethods } from '../registry/import-models.ts'
import { createRegistryMethods } from '../registry/methods.ts'
import type { Registry } from '../registry/registry.ts'
import { createRunModels } from '../registry/run-models.ts'
import type { ArtifactStore } from '../tracking/artifact-store.ts'
import type { Artifacts } from '../tracking/artifacts.ts'
import { createImportMethods } from '../tracking/import-methods.ts'
import { createTrackingMethods } from '../tracking/methods.ts'
import type { MethodTable } from '../tracking/route.ts'
import type { Tracking } from '../tracking/tracking.ts'
import type { TrackingParts } from '../tracking/tracking-parts.ts'
import { createEngineMethods, type EngineFacts } from './engine-methods.ts'
import type { RunNotebooks } from './run-notebooks.ts'

/** All that is asked of an engine by its own methods. */
export function createMethods({
  tracking,
  artifacts,
  artifactStore,
  registry,
  compute,
  kernels,
  runNotebooks,
  lineage,
  parts,
  facts,
}: {
  tracking: Tracking
  artifacts: Artifacts
  artifactStore: ArtifactStore
  registry: Registry
  compute: Compute
  kernels: Kernels
  runNotebooks: Pick<RunNotebooks, 'methods'>
  lineage: Lineage
  parts: TrackingParts
  facts: EngineFacts
}): MethodTable<MethodName> {
  return {
    ...createTrackingMethods({ tracking, artifacts }),
    ...createRegistryMethods(registry, createRunModels({ tracking, artifacts })),
    ...createComputeMethods(compute),
    ...createKernelMethods(kernels),
    ...runNotebooks.methods,
    ...createImportMethods(parts),
    // What is brought along has happened elsewhere: no webhook is told of it.
    ...createModelImportMethods({ ...parts, note: () => Promise.resolve() }),
    ...createCareMethods({ database: parts.database, artifacts, artifactStore }),
    ...createLineageMethods(lineage),
    ...createEngineMethods(facts),
  }
}
