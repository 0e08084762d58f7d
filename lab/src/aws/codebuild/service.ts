import type * as Api from '@aws-sdk/client-codebuild'

import {
  fault,
  type CallContext,
  type Lab,
  type Offering,
  type Operation,
  type PipelineBuild,
  type StartedBuild,
  type TaggedResource,
} from '../../kernel.js'
import {ByRegion, page} from '../by-region.js'
import {api} from './api.js'
import {Builds} from './builds.js'
import {notFound} from './faults.js'
import {changed, newProject, type Project} from './project.js'

/** Of the lists (CodeBuild API). */
const PAGE = 100

/** CodeBuild: projects, and builds that really run, in child processes on this machine and not in the image of their project. */
export class CodeBuildService implements Offering<'codebuild'> {
  readonly api = api
  readonly operations: Record<string, Operation>
  private readonly projects = new ByRegion<Project>()
  private readonly builds: Builds

  constructor(private readonly lab: Lab) {
    this.builds = new Builds(lab)
    this.operations = {
      CreateProject: (input: Api.CreateProjectInput, {region}) => this.create(input, region),
      UpdateProject: (input: Api.UpdateProjectInput, {region}) => {
        const project = changed(this.find(input.name, region), input, lab)
        this.projects.of(region).set(project.name, project)
        return {project}
      },
      DeleteProject: ({name = ''}: Api.DeleteProjectInput, {region}) => {
        // AWS says nothing where there is none. "When you delete a project, its builds are not deleted" (CodeBuild API).
        this.projects.of(region).delete(nameOf(name))
        return {}
      },
      BatchGetProjects: ({names = []}: Api.BatchGetProjectsInput, {region}): Api.BatchGetProjectsOutput => ({
        projects: names.flatMap((name) => this.projects.of(region).get(nameOf(name)) ?? []),
        projectsNotFound: names.filter((name) => !this.projects.of(region).has(nameOf(name))),
      }),
      ListProjects: (input: Api.ListProjectsInput, {region}) => this.list(input, region),
      StartBuild: (input: Api.StartBuildInput, context) => ({
        build: this.builds.start(
          this.find(input.projectName, context.region),
          input,
          context.region,
          initiator(context),
        ),
      }),
      BatchGetBuilds: ({ids = []}: Api.BatchGetBuildsInput, {region}) => this.builds.get(ids, region),
      ListBuildsForProject: (input: Api.ListBuildsForProjectInput, {region}): Api.ListBuildsForProjectOutput => {
        const ids = this.builds.ids(region, this.find(input.projectName, region).name)
        const {items, next} = page(input.sortOrder === 'ASCENDING' ? ids.reverse() : ids, PAGE, input.nextToken)
        return {ids: items, nextToken: next}
      },
      StopBuild: async ({id = ''}: Api.StopBuildInput, {region}) => ({build: await this.builds.stop(id, region)}),
    }
  }

  buildForPipeline(build: PipelineBuild, region: string): StartedBuild {
    return this.builds.startForPipeline(this.find(build.projectName, region), build, region)
  }

  tagged(region: string): TaggedResource[] {
    return [...this.projects.of(region).values()].map(({arn, tags = []}) => ({
      arn,
      tags: tags.map(({key, value}) => ({Key: key, Value: value})),
    }))
  }

  private create(input: Api.CreateProjectInput, region: string): Api.CreateProjectOutput {
    const here = this.projects.of(region)
    const project = newProject(input, region, this.lab)
    if (here.has(project.name)) throw fault('ResourceAlreadyExistsException', `Project already exists: ${project.arn}`)
    here.set(project.name, project)
    return {project}
  }

  private list(input: Api.ListProjectsInput, region: string): Api.ListProjectsOutput {
    const {sortBy = 'NAME', sortOrder = 'ASCENDING', nextToken} = input
    const keyOf = ({name, created, lastModified}: Project): string | number =>
      sortBy === 'NAME' ? name : Number(sortBy === 'CREATED_TIME' ? created : lastModified)
    const sorted = [...this.projects.of(region).values()].sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1))
    const names = sorted.map(({name}) => name)
    const {items, next} = page(sortOrder === 'DESCENDING' ? names.reverse() : names, PAGE, nextToken)
    return {projects: items, nextToken: next}
  }

  private find(name = '', region: string): Project {
    const found = this.projects.of(region).get(nameOf(name))
    if (!found) throw notFound(`Project cannot be found: ${name}`)
    return found
  }
}

/** A project is named by its name or its ARN. */
const nameOf = (named: string): string => named.replace(/^arn:.*:project\//, '')

/** "If a user started the build, this is the user's name" (CodeBuild user guide); of a session of a role, what follows `assumed-role/`. */
const initiator = ({callerArn}: CallContext): string =>
  callerArn?.replace(/^arn:aws:iam::\d+:user\/(?:.*\/)?/, '').replace(/^arn:aws:sts::\d+:assumed-role\//, '') ?? ''
