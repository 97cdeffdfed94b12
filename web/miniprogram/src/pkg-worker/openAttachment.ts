// Shows a file of a request. It is fetched with the login in a header: there is no address that would open by itself.
import { Problem, offlineProblem, problemOf, type Schemas } from '@yimi/client'
import { api } from '@/app/api'
import { tokens } from '@/app/tokens'
import { origin } from '@/app/transport'

type File = Pick<Schemas['Attachment'], 'id' | 'kind' | 'name'>
const onH5 = process.env.UNI_PLATFORM === 'h5'

export async function openAttachment(requestId: number, file: File): Promise<void> {
  await api.get('/me') // a token that has run out is renewed on the way
  const path = await download(`${origin}/api/v1/requests/${requestId}/attachments/${file.id}`)
  if (file.kind !== 'pdf') uni.previewImage({ urls: [path] })
  else if (onH5) saveAs(path, file.name)
  else uni.openDocument({ filePath: path, fileType: 'pdf', showMenu: true, fail: () => uni.showToast({ title: '这台手机打不开 PDF', icon: 'none' }) })
}

function download(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    uni.downloadFile({
      url,
      header: { Authorization: `Bearer ${tokens.get()?.access ?? ''}` },
      success: ({ statusCode, tempFilePath }) => (statusCode === 200 ? resolve(tempFilePath) : reject(refusedWith(statusCode))),
      fail: () => reject(offlineProblem()),
    })
  })
}

function refusedWith(status: number): Problem {
  return status === 404 ? new Problem({ status, code: 'not_found', detail: '这个附件已经不在了，或者不给您看' }) : problemOf({ status, data: null })
}

/** A browser shows a PDF in a tab of its own only when it was asked for by a tap; saving always works. */
function saveAs(address: string, name: string) {
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
}
