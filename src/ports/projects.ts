/** What `init` needs of the disk and of npm. */

/** One file of a project, by its path below the project's folder, with `/`. */
export interface ProjectFile {
  path: string
  text: string
}

/** What the installed program ships for new projects. */
export interface Shipped {
  /** Of templates/, by the path below it. */
  templates: Record<string, string>
  /** Of infra-template/, without what is built, installed or synthesized. */
  infra: ProjectFile[]
  /** The JSON Schema of todo-dr.yaml. */
  schema: string
  /** The default project as it was synthesized when the program was built. */
  stacks: {region: string; resources: Record<string, {Type: string; Properties?: Record<string, unknown>}>}[]
}

export interface InstallOptions {
  signal?: AbortSignal
  /** Milliseconds for the whole installation. */
  deadlineMs: number
}

export interface Projects {
  shipped(): Promise<Shipped>
  /** Throws `FolderNotEmpty` (exit usage) where `folder` holds anything but `.git`, or is no folder. */
  refuseNonEmpty(folder: string): Promise<void>
  /** All or nothing: what is written stands beside `folder` until it is complete. */
  write(folder: string, files: readonly ProjectFile[]): Promise<void>
  /** `npm ci` in `folder`. Throws `InstallFailed` (exit failed) with the end of what npm said. */
  install(folder: string, options: InstallOptions): Promise<void>
}
