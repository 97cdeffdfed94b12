// What WeChat does for a program only when the program's app.json has declared it, and WeChat's own words when it has not.
// Both stand-ins ask here: wx.js in the browser, and `uni` of the unit tests (web/miniprogram/test/uni.ts).

/** Each with the scope whose purpose stands in `permission`, as the reference of the call says. */
const PLACES = {
  getLocation: 'scope.userLocation',
  chooseLocation: 'scope.userLocation',
  onLocationChange: 'scope.userLocation',
  startLocationUpdate: 'scope.userLocation',
  startLocationUpdateBackground: 'scope.userLocationBackground',
  getFuzzyLocation: 'scope.userFuzzyLocation',
  choosePoi: '',
  chooseAddress: '',
}

/** The calls that `requiredPrivateInfos` is for. */
export const PLACE_CALLS = Object.keys(PLACES)

/** The `errMsg` of a call that was not declared; nothing for one that was, or that needs it not. */
export function undeclared(app, name) {
  const scope = PLACES[name]
  if (scope === undefined) return ''
  if (!app.requiredPrivateInfos?.includes(name))
    return `${name}:fail the api need to be declared in the requiredPrivateInfos field in app.json/ext.json`
  return scope && !app.permission?.[scope]?.desc ? `${name}:fail require permission desc` : ''
}
