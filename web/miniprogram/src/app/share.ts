// What is passed on of a public page: what it is about, its address and a picture of the project's own. Nothing of who
// passes it on: without a picture WeChat would send a photograph of the page as this person sees it.
export interface Shared {
  title: string
  page: string
  id?: number
  picture: 'orchid' | 'river' | 'path' | 'door'
}

const query = ({ id }: Shared) => (id ? `id=${id}` : '')
const imageUrl = ({ picture }: Shared) => `/static/share/${picture}.png`

/** For `onShareAppMessage`, which has to stand in the page's own file. */
export const toFriend = (of: Shared) => ({ title: of.title, path: of.page + (of.id ? `?${query(of)}` : ''), imageUrl: imageUrl(of) })

/** For `onShareTimeline` (朋友圈), where the address is the page's own. */
export const toTimeline = (of: Shared) => ({ title: of.title, query: query(of), imageUrl: imageUrl(of) })
