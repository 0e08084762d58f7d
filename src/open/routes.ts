/** The routes that todo-dr.yaml names, in place of the one of the map, or beside it. */

import type {RouteChoice} from '../config/route.js'
import type {Deployment, RouteSettings} from '../model/deployment.js'

/** `folder`: that of todo-dr.yaml. `routes`: at least one. */
export function withRoutes(deployment: Deployment, routes: readonly RouteChoice[], folder: string): Deployment {
  const url = routes.find((choice) => choice.url !== undefined)?.url
  const [route, ...nextRoutes] = routes.map((choice) =>
    choice.kind === 'deployed' ? deployment.route : settingsOf(choice, folder),
  )
  return {
    ...deployment,
    ...(url !== undefined && {edge: {...deployment.edge, url: url.replace(/\/$/, '')}}),
    route: route!,
    ...(nextRoutes.length > 0 && {nextRoutes}),
  }
}

/** A program of the user's runs beside todo-dr.yaml. */
const settingsOf = ({url: _, ...settings}: RouteChoice, folder: string): RouteSettings => ({
  ...settings,
  ...(settings.kind === 'command' && {folder}),
})
