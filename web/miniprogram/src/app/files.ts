// The files of a service request: fetched as the person who is signed in, and shown by the phone.
import { Problem, offlineProblem, type Schemas } from '@yimi/client'
import { asMe } from './api'
import { origin } from './transport'

type Attachment = Schemas['Attachment']
const onH5 = process.env.UNI_PLATFORM === 'h5'

/** Opens a picture or a PDF of a request. Throws a Problem when it cannot be had. */
export async function openAttachment(requestId: number, of: Attachment): Promise<void> {
  const { status, path } = await asMe((token) => download(`${origin}/api/v1/requests/${requestId}/attachments/${of.id}`, token))
  if (status !== 200) throw new Problem({ status, code: status === 404 ? 'not_found' : `http_${status}`, detail: '文件没有打开，请稍后再试' })
  if (of.kind !== 'pdf') uni.previewImage({ urls: [path] })
  else if (onH5) save(path, of.name)
  else uni.openDocument({ filePath: path, fileType: 'pdf', showMenu: true })
}

/** 47 KB, 1.2 MB */
export function fileSize(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${Math.round((bytes / 1024 / 1024) * 10) / 10} MB`
}

function download(url: string, token?: string): Promise<{ status: number; path: string }> {
  return new Promise((resolve, reject) => {
    uni.downloadFile({
      url,
      header: token ? { Authorization: `Bearer ${token}` } : {},
      success: ({ statusCode, tempFilePath }) => resolve({ status: statusCode, path: tempFilePath }),
      fail: () => reject(offlineProblem()),
    })
  })
}

/** A browser keeps a PDF under the name that the server made. */
function save(path: string, name: string) {
  const link = document.createElement('a')
  link.href = path
  link.download = name
  link.click()
}
