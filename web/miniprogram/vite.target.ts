// What a build for WeChat is for: the server that it asks (VITE_API_ORIGIN) and whose program it is (YIMI_WECHAT_APP_ID).
// `scripts/web` prints both from what was built.
import type { Plugin } from 'vite'

/** WeChat asks nothing but https, outside its tools. The paths of the API begin with a slash of their own. */
const ORIGIN = /^(https:\/\/[a-z0-9.-]+(:\d+)?|http:\/\/127\.0\.0\.1:\d+)$/
const APP_ID = /^wx[0-9a-f]{16}$/
const PROJECT = 'project.config.json'

/** Puts the AppID into the project that WeChat's tools open, and refuses what is no address or no AppID. */
export function weappTarget(): Plugin {
  const { VITE_API_ORIGIN: origin, YIMI_WECHAT_APP_ID: appId } = process.env
  if (origin && !ORIGIN.test(origin))
    throw new Error(`VITE_API_ORIGIN is no address of a server: write https://HOST, without a path or a slash at the end (${origin})`)
  if (appId && !APP_ID.test(appId)) throw new Error(`YIMI_WECHAT_APP_ID is no AppID: wx and sixteen hexadecimal digits (${appId})`)
  return {
    name: 'yimi:weapp-target',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const project = bundle[PROJECT]
        if (!appId || project?.type !== 'asset') return
        project.source = JSON.stringify({ ...JSON.parse(String(project.source)), appid: appId }, null, 2)
      },
    },
  }
}
