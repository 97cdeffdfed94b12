// Files of a request: sent as multipart and fetched with the token, for which neither uni.request nor a plain <image> will do.
import { offlineProblem, problemOf, type Incoming, type Schemas } from '@yimi/client'
import { asMe } from './api'
import { FILE_TIMEOUT_MS, client, origin, parsed, postForBytes } from './transport'

type Attachment = Schemas['Attachment']

/** What the types of uni leave out of WeChat's. */
interface Sharer {
  shareFileMessage(options: { filePath: string; fileName: string; success(): void; fail(): void }): void
}

const address = (requestId: number) => `${origin}/api/v1/requests/${requestId}/attachments`
const bearer = (token?: string): Record<string, string> => (token ? { ...client, Authorization: `Bearer ${token}` } : client)

/** Adds a picture that the phone holds to a request. The key as with a POST. */
export async function sendPicture(requestId: number, filePath: string, key: string): Promise<Attachment> {
  const answer = await asMe(
    (token) => upload(address(requestId), filePath, { ...bearer(token), Accept: 'application/json', 'Idempotency-Key': key }),
    true,
  )
  if (answer.status !== 201) throw problemOf(answer)
  return answer.data as Attachment
}

function upload(url: string, filePath: string, header: Record<string, string>): Promise<Incoming> {
  return new Promise((resolve, reject) => {
    uni.uploadFile({
      ...{ url, filePath, header, name: 'file', timeout: FILE_TIMEOUT_MS },
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
      ...{ url, header, timeout: FILE_TIMEOUT_MS },
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

/** Fetches the copy of all that is kept about me, which a POST alone gives; in memory, for it is a few MB at most. */
export async function fetchMyData(): Promise<ArrayBuffer> {
  const answer = await asMe((token) => postForBytes('/api/v1/me/export', bearer(token)))
  if (answer.status !== 200) throw problemOf({ ...answer, data: parsed(textOf(answer.data as ArrayBuffer)) })
  return answer.data as ArrayBuffer
}

/** The text that UTF-8 bytes are; WeChat has no TextDecoder everywhere. */
export function textOf(bytes: ArrayBuffer): string {
  return decodeURIComponent(Array.from(new Uint8Array(bytes), (b) => `%${b.toString(16).padStart(2, '0')}`).join(''))
}

/** Keeps an archive: on H5 as a download, in WeChat in the mini-program's own folder, whose path it gives. */
export function keepArchive(bytes: ArrayBuffer, name: string): string {
  // #ifdef H5
  const href = URL.createObjectURL(new Blob([bytes], { type: 'application/zip' }))
  Object.assign(document.createElement('a'), { href, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(href), FILE_TIMEOUT_MS)
  return ''
  // #endif
  // #ifndef H5
  const path = `${(uni as unknown as { env: { USER_DATA_PATH: string } }).env.USER_DATA_PATH}/${name}`
  uni.getFileSystemManager().writeFileSync(path, bytes, 'binary')
  return path
  // #endif
}

/** Hands an archive to a chat of the person's own choice, which is how a file leaves WeChat; on a tap only. */
export function passArchive(path: string, name: string): Promise<boolean> {
  return new Promise((resolve) =>
    (uni as unknown as Sharer).shareFileMessage({
      filePath: path,
      fileName: name,
      success: () => resolve(true),
      fail: () => resolve(false),
    }),
  )
}

/** Deletes what keepArchive kept: it is private, and nobody needs it twice. */
export function dropArchive(path: string) {
  if (path) uni.getFileSystemManager().unlink({ filePath: path, fail: () => {} })
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
    uni.chooseImage({
      count: most,
      sizeType: ['compressed'],
      success: ({ tempFilePaths }) => resolve([tempFilePaths].flat()),
      fail: () => resolve([]),
    })
  })
}
