import { computeMigrations } from '../compute/migrations.ts'
import { lineageMigrations } from '../lineage/migrations.ts'
import { registryMigrations } from '../registry/migrations.ts'
import { webhookMigrations } from '../webhooks/migrations.ts'
import type { Migration } from '../store/database.ts'
import { trackingMigrations } from '../tracking/migrations.ts'

/** Of all features. */
export const migrations: readonly Migration[] = [
  ...trackingMigrations,
  ...registryMigrations,
  ...computeMigrations,
  ...lineageMigrations,
  ...webhookMigrations,
]
