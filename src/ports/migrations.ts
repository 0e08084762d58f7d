/** The migrations of a project, as they stand on the disk. */

export interface MigrationFile {
  /** Within its folder. */
  name: string
  bytes: Uint8Array
}

export interface MigrationFolder {
  folder: string
  files: MigrationFile[]
}
