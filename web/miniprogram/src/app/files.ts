// Files of a request: sent as multipart and fetched with the token, for which neither uni.request nor a plain <image> will do.
import { offlineProblem, problemOf, type Incoming, type Schemas } from '@yimi/client'
import { asMe } from './api'
import { origin, parsed } from './transport'

type Attachment = Schemas['Attachment']
const TIMEOUT_MS = 60_000

const address = (requestId: number) => `${origin}/api/v1/requests/${requestId}/attachments`
const bearer = (token?: string): Record<string, string> => (token ? { Authorization: `Bearer ${token}` } : {})

/** Adds a picture that the phone holds to a request. The key as with a POST. */
export async function sendPicture(requestId: number, filePath: string, key: string): Promise<Attachment> {
  const answer = await asMe((token) => upload(address(requestId), filePath, { ...bearer(token), Accept: 'application/json', 'Idempotency-Key': key }))
  if (answer.status !== 201) throw problemOf(answer)
  return answer.data as Attachment
}

function upload(url: string, filePath: string, header: Record<string, string>): Promise<Incoming> {
  return new Promise((resolve, reject) => {
    uni.uploadFile({
      ...{ url, filePath, header, name: 'file', timeout: TIMEOUT_MS },
      success: ({ statusCode, data }) => resolve({ status: statusCode, data: parsed(data) }),
      fail: () => reject(offlineProblem()),
    })
  })
}

/** Fetches a file; gives where the phone keeps it for now (on H5 a blob: address). */
export async function fetchFile(requestId: number, attachmentId: number): Promise<string> {
  const answer = await asMe((token) => download(`${address(requestId)}/${attachmentId}`, bearer(token)))
  if (answer.status !== 200) throw problemOf(answer)
  return answer.data as string
}

function download(url: string, header: Record<string, string>): Promise<Incoming> {
  return new Promise((resolve, reject) => {
    uni.downloadFile({
      ...{ url, header, timeout: TIMEOUT_MS },
      success: ({ statusCode, tempFilePath }) => resolve({ status: statusCode, data: statusCode === 200 ? tempFilePath : undefined }),
      fail: () => reject(offlineProblem()),
    })
  })
}

/** Fetches a picture that the API draws; the path as in the contract. Gives where the phone keeps it for now. */
export async function fetchPicture(path: string): Promise<string> {
  const answer = await asMe((token) => download(`${origin}/api/v1${path}`, bearer(token)))
  if (answer.status !== 200) throw problemOf(answer)
  return answer.data as string
}

/** Keeps a picture for good: in the album, or on H5 as a file of the name. False when the person said no. */
export function keepPicture(path: string, name: string): Promise<boolean> {
  // #ifdef H5
  const link = Object.assign(document.createElement('a'), { href: path, download: name })
  link.click()
  return Promise.resolve(true)
  // #endif
  // #ifndef H5
  return new Promise((resolve) => uni.saveImageToPhotosAlbum({ filePath: path, success: () => resolve(true), fail: () => resolve(false) }))
  // #endif
}

/** Shows a file: a picture large, a paper in the phone's own reader. */
export async function showFile(requestId: number, of: Attachment) {
  const path = await fetchFile(requestId, of.id)
  if (of.kind !== 'pdf') return uni.previewImage({ urls: [path] })
  // #ifdef H5
  window.open(path)
  // #endif
  // #ifndef H5
  uni.openDocument({ filePath: path, fileType: 'pdf', showMenu: true, fail: () => {} })
  // #endif
}

/** Lets the person take or choose at most so many pictures; none when they go back. */
export function choosePictures(most: number): Promise<string[]> {
  return new Promise((resolve) => {
    uni.chooseImage({ count: most, sizeType: ['compressed'], success: ({ tempFilePaths }) => resolve([tempFilePaths].flat()), fail: () => resolve([]) })
  })
}
